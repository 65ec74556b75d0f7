// SPDX-License-Identifier: BSD-2-Clause
// vcpus.c: the talk with QEMU (docs/interop/qmp-spec.txt in its sources), and as much JSON as it takes.
#include "vcpus.h"
#include "host.h"
#include "say.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAID_MAX (1u << 20) // a virtual CPU takes about 200 bytes
#define NEGOTIATE "{\"execute\":\"qmp_capabilities\"}\n"
#define ASK "{\"execute\":\"query-cpus-fast\"}\n"

// --- JSON ---

enum token { TOKEN_END, TOKEN_BAD, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_KEY, TOKEN_NUMBER, TOKEN_OTHER };

struct scan {
    const char *at, *end;
    unsigned depth;  // of objects and arrays together; after OPEN, and still at CLOSE
    const char *key; // of the value that follows
    size_t key_bytes;
    long number;
};

// At the opening quote; false: there is no other.
static bool string_skip(struct scan *scan)
{
    for (scan->at++; scan->at < scan->end; scan->at++) {
        if (*scan->at == '"') {
            scan->at++;
            return true;
        }
        scan->at += *scan->at == '\\';
    }
    scan->at = scan->end; // perhaps beyond, by an escape
    return false;
}

static void blanks_skip(struct scan *scan)
{
    while (scan->at < scan->end && strchr(" \t\r\n,", *scan->at) != NULL && *scan->at != '\0')
        scan->at++;
}

static enum token string_take(struct scan *scan)
{
    const char *start = scan->at + 1;

    if (!string_skip(scan))
        return TOKEN_BAD;
    blanks_skip(scan);
    if (scan->at == scan->end || *scan->at != ':')
        return TOKEN_OTHER;
    scan->at++;
    scan->key = start;
    scan->key_bytes = strcspn(start, "\"");
    return TOKEN_KEY;
}

// A number, true, false or null: up to what ends any of them.
static enum token word_take(struct scan *scan)
{
    char text[24];
    size_t bytes = 0;
    char *rest;

    while (scan->at < scan->end && *scan->at != '\0' && strchr(" \t\r\n,:]}[{\"", *scan->at) == NULL) {
        if (bytes < sizeof text - 1)
            text[bytes++] = *scan->at;
        scan->at++;
    }
    text[bytes] = '\0';
    if (bytes == 0)
        return TOKEN_BAD;
    errno = 0;
    scan->number = strtol(text, &rest, 10);
    return *rest == '\0' && errno == 0 ? TOKEN_NUMBER : TOKEN_OTHER;
}

static enum token scan_next(struct scan *scan)
{
    blanks_skip(scan);
    if (scan->at >= scan->end)
        return TOKEN_END;
    switch (*scan->at) {
    case '{':
    case '[':
        scan->at++;
        scan->depth++;
        return TOKEN_OPEN;
    case '}':
    case ']':
        scan->at++;
        return scan->depth == 0 ? TOKEN_BAD : TOKEN_CLOSE;
    case '"':
        return string_take(scan);
    default:
        return word_take(scan);
    }
}

static bool key_is(const struct scan *scan, const char *key)
{
    return scan->key_bytes == strlen(key) && memcmp(scan->key, key, scan->key_bytes) == 0;
}

// Is it an object with this key, not counting what is inside of its members?
static bool has_key(const char *text, size_t bytes, const char *key)
{
    struct scan scan = {.at = text, .end = text + bytes};

    for (;;) { // ends: each token takes at least a byte
        switch (scan_next(&scan)) {
        case TOKEN_KEY:
            if (scan.depth == 1 && key_is(&scan, key))
                return true;
            break;
        case TOKEN_CLOSE:
            scan.depth--;
            break;
        case TOKEN_END:
        case TOKEN_BAD:
            return false;
        default:
            break;
        }
    }
}

// {"return": [{"cpu-index": 0, "thread-id": 25627, "props": {"thread-id": 0, ...}, ...}, ...]}: an
// object for each CPU at depth 3. "props" says where it sits in a topology, deeper.
bool vcpus_threads(const char *reply, size_t bytes, pid_t thread[], uint32_t count)
{
    struct scan scan = {.at = reply, .end = reply + bytes};
    long index = -1, id = -1;
    uint32_t found = 0;

    memset(thread, 0, count * sizeof *thread);
    if (!has_key(reply, bytes, "return"))
        return false;
    for (;;) { // ends: each token takes at least a byte
        switch (scan_next(&scan)) {
        case TOKEN_OPEN:
            if (scan.depth == 3)
                index = id = -1;
            break;
        case TOKEN_NUMBER:
            if (scan.depth == 3 && key_is(&scan, "cpu-index"))
                index = scan.number;
            else if (scan.depth == 3 && key_is(&scan, "thread-id"))
                id = scan.number;
            break;
        case TOKEN_CLOSE:
            if (scan.depth-- != 3 || index < 0 || index >= (long)count || id <= 0 || id > INT_MAX)
                break;
            found += thread[index] == 0;
            thread[index] = (pid_t)id;
            break;
        case TOKEN_END:
            return scan.depth == 0 && found == count;
        case TOKEN_BAD:
            return false;
        default:
            break;
        }
    }
}

// --- the talk ---

static void finish(struct vcpus *vcpus)
{
    close(vcpus->fd);
    free(vcpus->said);
    vcpus->said = NULL;
    vcpus->fd = -1;
}

static void give_up(struct vcpus *vcpus, const char *why)
{
    say_note("the virtual CPUs are not pinned: %s", why);
    finish(vcpus);
}

static void pin_all(struct vcpus *vcpus, const char *reply, size_t bytes)
{
    pid_t *thread = need(calloc(vcpus->count, sizeof *thread));
    uint32_t i = 0;

    if (!vcpus_threads(reply, bytes, thread, vcpus->count)) {
        give_up(vcpus, "QEMU does not tell their threads");
    } else {
        while (i < vcpus->count && host_pin(vcpus->qemu, thread[i], vcpus->cpu[i]))
            i++;
        if (i < vcpus->count)
            give_up(vcpus, need_format("CPU %u: %s", vcpus->cpu[i], strerror(errno)));
        else
            finish(vcpus);
    }
    free(thread);
}

static void ask(struct vcpus *vcpus, const char *text, enum vcpus_step awaited)
{
    size_t bytes = strlen(text);

    if (write(vcpus->fd, text, bytes) != (ssize_t)bytes) // into an empty socket: at once
        give_up(vcpus, "QEMU does not listen");
    else
        vcpus->awaited = awaited;
}

static void line_take(struct vcpus *vcpus, const char *line, size_t bytes)
{
    if (has_key(line, bytes, "event"))
        return;
    if (!has_key(line, bytes, vcpus->awaited == VCPUS_GREETING ? "QMP" : "return"))
        give_up(vcpus, need_format("QEMU says %.*s", bytes < 200 ? (int)bytes : 200, line));
    else if (vcpus->awaited == VCPUS_GREETING)
        ask(vcpus, NEGOTIATE, VCPUS_NEGOTIATION);
    else if (vcpus->awaited == VCPUS_NEGOTIATION)
        ask(vcpus, ASK, VCPUS_ANSWER);
    else
        pin_all(vcpus, line, bytes);
}

static void lines_take(struct vcpus *vcpus)
{
    char *start = vcpus->said, *end = vcpus->said + vcpus->bytes, *newline;

    while (vcpus->fd >= 0 && (newline = memchr(start, '\n', (size_t)(end - start))) != NULL) {
        line_take(vcpus, start, (size_t)(newline - start));
        start = newline + 1;
    }
    if (vcpus->fd < 0)
        return; // and `said` is gone
    vcpus->bytes = (size_t)(end - start);
    memmove(vcpus->said, start, vcpus->bytes);
}

void vcpus_open(struct vcpus *vcpus, int fd, pid_t qemu, const uint32_t *cpu, uint32_t count)
{
    *vcpus = (struct vcpus){.fd = fd, .qemu = qemu, .cpu = cpu, .count = count};
}

void vcpus_read(struct vcpus *vcpus)
{
    while (vcpus->fd >= 0) { // ends: when there is no more now, or with the talk
        ssize_t bytes;

        if (vcpus->room - vcpus->bytes < 4096) {
            vcpus->room = vcpus->room > 0 ? 2 * vcpus->room : 16384;
            vcpus->said = need(realloc(vcpus->said, vcpus->room));
        }
        bytes = read(vcpus->fd, vcpus->said + vcpus->bytes, vcpus->room - vcpus->bytes);
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (bytes <= 0) {
            give_up(vcpus, "QEMU is gone");
            return;
        }
        vcpus->bytes += (size_t)bytes;
        lines_take(vcpus);
        if (vcpus->fd >= 0 && vcpus->bytes >= SAID_MAX)
            give_up(vcpus, "QEMU talks too much");
    }
}
