// SPDX-License-Identifier: BSD-2-Clause
// screen.c: text on VGA's screen, line by line from the bottom: no cursor to keep, nothing to page.
#include "machine/pc/screen.h"
#include <stdbool.h>

#define BLANK 0x0720u // light grey on black
#define TAB_COLUMNS 8u

static volatile uint16_t *screen;
static uint32_t width, height, column; // in the last row
static bool ended;                     // by a line feed: the next character opens a new row

void screen_init(volatile uint16_t *cells, uint32_t columns, uint32_t rows)
{
    screen = columns >= TAB_COLUMNS && rows ? cells : NULL;
    width = columns;
    height = rows;
    column = 0;
    ended = true; // the loader's text stays above
}

static void scroll(void)
{
    for (uint32_t i = 0; i < width * (height - 1); i++)
        screen[i] = screen[i + width];
    for (uint32_t i = 0; i < width; i++)
        screen[width * (height - 1) + i] = BLANK;
    column = 0;
    ended = false;
}

void screen_write(const char *text, size_t bytes)
{
    if (!screen)
        return;
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\r')
            continue;
        if (ended || (column == width && c != '\n'))
            scroll();
        if (c == '\n')
            ended = true;
        else if (c == '\t')
            column += TAB_COLUMNS - column % TAB_COLUMNS;
        else
            screen[width * (height - 1) + column++] = (uint16_t)((BLANK & 0xff00) | c);
        if (column > width)
            column = width;
    }
}
