// SPDX-License-Identifier: BSD-2-Clause
// screen_test.c: lines, wrapping and scrolling on a screen of 10 by 3.
#include "machine/pc/screen.h"
#include <stdio.h>
#include <string.h>

#define COLUMNS 10
#define ROWS 3

static unsigned done, failed;
static uint16_t cells[COLUMNS * ROWS + 2];

static void check(const char *what, const char *wanted)
{
    char got[COLUMNS * ROWS + 1] = "";

    for (int i = 0; i < COLUMNS * ROWS; i++)
        got[i] = cells[i + 1] ? (char)cells[i + 1] : '.';
    done++;
    if (strcmp(got, wanted) != 0 || cells[0] || cells[COLUMNS * ROWS + 1]) {
        failed++;
        printf("FAILED: %s: \"%s\"\n", what, got);
    }
}

static void put(const char *text)
{
    screen_write(text, strlen(text));
}

int main(void)
{
    put("nothing yet");
    check("no screen", "..............................");
    screen_init(cells + 1, COLUMNS, ROWS);
    put("ab");
    check("one line", "....................ab        ");
    put("c\r\n");
    check("its end", "....................abc       ");
    put("d\te\n\n");
    check("tabulator, empty line", "abc       d       e           ");
    put("0123456789");
    check("a full line", "d       e           0123456789");
    put("\nx");
    check("a full line and its end", "          0123456789x         ");
    put("123456789y\tz");
    check("wrapped", "0123456789x123456789y       z ");
    put("\t\n1\n");
    check("a tabulator at the edge", "x123456789y       z 1         ");
    screen_init(cells + 1, 0, 0);
    put("gone\n");
    check("no size", "x123456789y       z 1         ");
    printf("done %u\n", done);
    return failed != 0;
}
