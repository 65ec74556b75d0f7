// SPDX-License-Identifier: BSD-2-Clause
// cmdline.c: splitting the boot command line into words and sorting them.
#include "machine/pc/cmdline.h"
#include "lib/lib.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Takes one word off *at, removing its quotes in place. NULL at the end of the text.
static char *word_take(char **at)
{
    char *from = *at, *to, *word;
    char quote = 0;

    while (is_blank(*from))
        from++;
    if (!*from)
        return NULL;
    word = to = from;
    for (; *from && (quote || !is_blank(*from)); from++) {
        if (*from == '\\' && quote != '\'' && from[1])
            *to++ = *++from;
        else if (quote ? *from == quote : *from == '"' || *from == '\'')
            quote = quote ? 0 : *from;
        else
            *to++ = *from;
    }
    *at = *from ? from + 1 : from;
    *to = 0;
    return word;
}

// What follows `name` if the word begins with it.
static const char *value_of(const char *word, const char *name)
{
    size_t length = strlen(name);

    return strncmp(word, name, length) == 0 ? word + length : NULL;
}

static bool number(const char *text, int base, uint64_t *out)
{
    const char *end;
    uint64_t n = parse_number(text, base, &end);

    if (end == text || *end)
        return false;
    *out = n;
    return true;
}

// SIZE[K|M|G]@ADDRESS:IRQ[:ID], as Linux takes it. The size is that of every such device.
static bool device_add(const char *value, struct cmdline *out)
{
    const char *at = strchr(value, '@'), *end = value;
    uint64_t address = at ? parse_number(at + 1, 16, &end) : 0;

    if (!address || *end != ':' || out->device_count == CMDLINE_DEVICES_MAX)
        return false;
    out->device[out->device_count++] = address;
    return true;
}

// Is the word the kernel's? Then it is taken, or noted as wrong.
static bool word_is_ours(const char *word, struct cmdline *out)
{
    const char *value;
    uint64_t n = 0;
    bool ok = true;

    if ((value = value_of(word, "torito.ranks="))) {
        ok = number(value, 10, &n) && n >= 1 && n <= UINT32_MAX;
        out->ranks = (uint32_t)n;
    } else if ((value = value_of(word, "torito.cores="))) {
        ok = number(value, 10, &n) && n >= 1 && n <= UINT32_MAX;
        out->cores = (uint32_t)n;
    } else if ((value = value_of(word, "torito.job="))) {
        ok = out->has_job = number(value, 16, &out->job_nonce);
    } else if ((value = value_of(word, "torito.env="))) {
        ok = strchr(value, '=') != NULL;
        if (ok && out->envc < CMDLINE_WORDS_MAX)
            out->envp[out->envc++] = value;
        else if (ok)
            out->full = true;
    } else if (strcmp(word, "torito.strace") == 0) {
        out->strace = true;
    } else if (strcmp(word, "torito.hold") == 0) {
        out->hold = true;
    } else if (strcmp(word, "torito.topo") == 0) {
        out->topo = true;
    } else if ((value = value_of(word, "tsc_khz="))) {
        ok = number(value, 10, &out->tsc_khz);
    } else if ((value = value_of(word, "virtio_mmio.device="))) {
        ok = device_add(value, out);
    } else if (value_of(word, "torito.")) {
        ok = false;
    } else {
        return false;
    }
    if (!ok)
        out->wrong = word;
    return true;
}

void cmdline_parse(char *text, const char *program, struct cmdline *out)
{
    char *word;

    memset(out, 0, sizeof *out); // large: no temporary on a boot stack
    out->argc = 1;
    out->argv[0] = program;
    while ((word = word_take(&text))) {
        if (word_is_ours(word, out))
            continue;
        if (out->argc <= CMDLINE_WORDS_MAX)
            out->argv[out->argc++] = word;
        else
            out->full = true;
    }
    out->argv[out->argc] = NULL;
    out->envp[out->envc] = NULL;
}
