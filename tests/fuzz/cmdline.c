// SPDX-License-Identifier: BSD-2-Clause
// cmdline.c: the boot command line.
// fuzz: machine/pc/cmdline.c lib/format.c
#include "machine/pc/cmdline.h"
#include "tests/fuzz/machine.h"
#include <stdlib.h>

void assert_failed(const char *expression, const char *file, int line);
void assert_failed(const char *expression, const char *file, int line)
{
    (void)expression;
    (void)file;
    (void)line;
    __builtin_trap();
}

// A whole word inside the text.
static void must_be_inside(const char *word, const char *text, size_t size)
{
    must(word >= text && word <= text + size && memchr(word, 0, (size_t)(text + size + 1 - word)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cmdline line;
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = 0;
    cmdline_parse(text, "program", &line);
    must(line.argc >= 1 && line.argc <= CMDLINE_WORDS_MAX + 1 && line.argv[line.argc] == NULL);
    must(line.envc <= CMDLINE_WORDS_MAX && line.envp[line.envc] == NULL);
    for (uint32_t i = 1; i < line.argc; i++)
        must_be_inside(line.argv[i], text, size);
    for (uint32_t i = 0; i < line.envc; i++) {
        must_be_inside(line.envp[i], text, size);
        must(strchr(line.envp[i], '=') != NULL);
    }
    free(text);
    return 0;
}
