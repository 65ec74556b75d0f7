// SPDX-License-Identifier: BSD-2-Clause
// grub_config.c: a GRUB script that starts an image at once, with its arguments.
//
// Words pass two readers. GRUB's shell takes 'single quotes' as they are; a single quote is put between
// two such pieces, behind a backslash. The multiboot2 command then joins its words to one line
// for the kernel: it puts a backslash before quotes and backslashes, and quotes words that hold a space,
// which machine/pc/cmdline.c undoes. Other blanks it leaves alone, so that they would part words there, and
// an empty word vanishes: these are refused.
#include "tools/torito/grub_config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
    char *bytes;
    size_t used;
    bool full;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
    size_t room = GRUB_CONFIG_BYTES - text->used;
    va_list list;
    int bytes;

    va_start(list, format);
    bytes = vsnprintf(text->bytes + text->used, room, format, list);
    va_end(list);
    if (bytes < 0 || (size_t)bytes >= room)
        text->full = true;
    else
        text->used += (size_t)bytes;
}

static void add_word(struct text *text, const char *word)
{
    add(text, " '");
    for (; *word != '\0' && !text->full; word++)
        if (*word == '\'')
            add(text, "'\\''");
        else
            add(text, "%c", *word);
    add(text, "'");
}

// NOLINTNEXTLINE(readability-non-const-parameter): it is written through text.bytes
const char *grub_config_write(const struct grub_config *config, char bytes[static GRUB_CONFIG_BYTES])
{
    struct text text = {.bytes = bytes};

    // Without a serial port `serial` fails, and the screen alone is left.
    add(&text, "set timeout=0\n"
               "if serial --unit=0 --speed=115200; then\n"
               "    terminal_output console serial\n"
               "fi\n"
               "echo 'Torito: loading the image'\n"
               "multiboot2 /boot/image");
    if (config->ranks != 0)
        add(&text, " torito.ranks=%u", config->ranks);
    if (config->cores != 0)
        add(&text, " torito.cores=%u", config->cores);
    if (config->hold)
        add(&text, " torito.hold");
    for (int i = 0; i < config->argc; i++) {
        if (config->argv[i][0] == '\0')
            return "GRUB cannot pass an empty argument";
        if (strpbrk(config->argv[i], "\t\r\n") != NULL)
            return "GRUB cannot pass an argument with a tabulator or a line break in it";
        add_word(&text, config->argv[i]);
    }
    add(&text, "\nboot\n");
    return text.full ? "the arguments are longer than a command line may be (64 KiB)" : NULL;
}
