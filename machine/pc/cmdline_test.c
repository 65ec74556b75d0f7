// SPDX-License-Identifier: BSD-2-Clause
// cmdline_test.c: the boot command line's words, quotes and refusals.
#include "machine/pc/cmdline.h"
#include <stdio.h>
#include <string.h>

static unsigned done, failed;
static char text[4096];
static struct cmdline line;

static void check(bool ok, const char *what)
{
    done++;
    if (!ok) {
        failed++;
        printf("FAILED: %s\n", what);
    }
}

static void parse(const char *words)
{
    snprintf(text, sizeof text, "%s", words);
    cmdline_parse(text, "app", &line);
}

static bool is(uint32_t i, const char *word)
{
    return i < line.argc && strcmp(line.argv[i], word) == 0;
}

int main(void)
{
    parse("");
    check(line.argc == 1 && is(0, "app") && !line.argv[1] && line.envc == 0 && !line.wrong,
          "empty");
    parse("  a  bc\t\nd ");
    check(line.argc == 4 && is(1, "a") && is(2, "bc") && is(3, "d"), "blanks");
    parse("'a b' \"c d\" e' 'f \"it's\" 'say \"x\"' '' end");
    check(line.argc == 8 && is(1, "a b") && is(2, "c d") && is(3, "e f") && is(4, "it's") &&
              is(5, "say \"x\"") && is(6, "") && is(7, "end"),
          "quotes");
    parse("a\\ b \"q\\\"q\" 'b\\n' end\\");
    check(line.argc == 5 && is(1, "a b") && is(2, "q\"q") && is(3, "b\\n") && is(4, "end\\"),
          "backslashes");
    parse("\"open end");
    check(line.argc == 2 && is(1, "open end"), "a quote that is not closed");
    parse("torito.ranks=12 x torito.cores=3 torito.strace tsc_khz=2500000 "
          "virtio_mmio.device=512@0xfeb00e00:12 y");
    check(line.ranks == 12 && line.cores == 3 && line.strace && line.tsc_khz == 2500000, "numbers");
    check(line.argc == 3 && is(1, "x") && is(2, "y") && !line.wrong,
          "the kernel's words are taken");
    parse("torito.job=00ff00ff00ff00f1");
    check(line.has_job && line.job_nonce == 0x00ff00ff00ff00f1, "nonce");
    parse("torito.env=A=1 'torito.env=B=x y=z' torito.env=C=");
    check(line.envc == 3 && strcmp(line.envp[1], "B=x y=z") == 0 &&
              strcmp(line.envp[2], "C=") == 0 && !line.envp[3],
          "environment");
    parse("torito.rank=2");
    check(line.wrong && strcmp(line.wrong, "torito.rank=2") == 0, "unknown word");
    parse("torito.ranks=0");
    check(line.wrong != NULL, "no ranks");
    parse("torito.ranks=2x");
    check(line.wrong != NULL, "not a number");
    parse("torito.env=A");
    check(line.wrong != NULL, "environment without =");
    memset(text, 0, sizeof text);
    for (int i = 0; i < CMDLINE_WORDS_MAX; i++)
        strcat(text, "a ");
    cmdline_parse(text, "app", &line);
    check(line.argc == CMDLINE_WORDS_MAX + 1 && !line.full && !line.argv[line.argc],
          "as many as fit");
    memset(text, 0, sizeof text);
    for (int i = 0; i < CMDLINE_WORDS_MAX + 1; i++)
        strcat(text, "a ");
    cmdline_parse(text, "app", &line);
    check(line.argc == CMDLINE_WORDS_MAX + 1 && line.full && !line.argv[line.argc], "one more");
    printf("done %u\n", done);
    return failed != 0;
}
