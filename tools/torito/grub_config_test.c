// SPDX-License-Identifier: BSD-2-Clause
// grub_config_test.c: words on their way through GRUB's shell, and those that cannot make it.
#include "tools/torito/grub_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned done, failed;
static char text[GRUB_CONFIG_BYTES];

static void check(bool ok, const char *what)
{
    done++;
    if (!ok) {
        failed++;
        printf("FAILED: %s\n", what);
    }
}

static const char *write_words(int argc, char **argv)
{
    return grub_config_write(&(struct grub_config){.argc = argc, .argv = argv}, text);
}

static bool has_line(const char *line)
{
    const char *at = strstr(text, line);

    return at != NULL && at > text && at[-1] == '\n' && at[strlen(line)] == '\n';
}

static void test_words(void)
{
    char *words[] = {"a", "two words", "it's", "$HOME", "\\", "--x=\"y\""};
    struct grub_config all = {.ranks = 7, .cores = 3, .hold = true, .argc = 1, .argv = words};

    check(write_words(0, NULL) == NULL && strstr(text, "\nmultiboot2 /boot/image\nboot\n") != NULL,
          "no arguments");
    check(
        write_words(6, words) == NULL &&
            has_line("multiboot2 /boot/image 'a' 'two words' 'it'\\''s' '$HOME' '\\' '--x=\"y\"'"),
        "quotes");
    check(grub_config_write(&all, text) == NULL &&
              has_line("multiboot2 /boot/image torito.ranks=7 torito.cores=3 torito.hold 'a'"),
          "words for the kernel");
}

static void test_refusals(void)
{
    char *empty[] = {"a", ""}, *tab[] = {"a\tb"}, *line[] = {"a\nb"}, *last[] = {NULL, NULL};
    char *words = malloc(GRUB_CONFIG_BYTES + 1);

    check(write_words(2, empty) != NULL, "an empty word");
    check(write_words(1, tab) != NULL && write_words(1, line) != NULL, "blanks that part words");
    last[0] = words;
    memset(words, 'x', GRUB_CONFIG_BYTES);
    words[GRUB_CONFIG_BYTES] = '\0';
    check(write_words(1, last) != NULL, "too long");
    words[GRUB_CONFIG_BYTES / 2] = '\0';
    check(write_words(1, last) == NULL, "long");
    free(words);
}

int main(void)
{
    test_words();
    test_refusals();
    printf("done %u\n", done);
    return failed != 0;
}
