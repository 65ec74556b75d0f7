// SPDX-License-Identifier: BSD-2-Clause
// stream.c: makes whole lines of a rank's output.
#include "stream.h"
#include "say.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Hands text over whose every line is complete, except the last if `open`.
static void lines_put(struct stream *stream, const char *text, size_t bytes, bool open)
{
    if (stream->prefix == NULL) {
        sink_put(stream->sink, text, bytes);
        stream->inside = open;
        return;
    }
    while (bytes > 0) {
        const char *newline = memchr(text, '\n', bytes);
        size_t line = newline != NULL ? (size_t)(newline - text) + 1 : bytes;

        if (!stream->inside)
            sink_put(stream->sink, stream->prefix, stream->prefix_bytes);
        sink_put(stream->sink, text, line);
        stream->inside = newline == NULL;
        text += line;
        bytes -= line;
    }
}

static void part_put(struct stream *stream)
{
    if (stream->part_bytes > 0)
        lines_put(stream, stream->part, stream->part_bytes, true);
    stream->part_bytes = 0;
}

static void part_add(struct stream *stream, const char *text, size_t bytes)
{
    if (stream->part_room < stream->part_bytes + bytes) {
        stream->part_room = 2 * (stream->part_bytes + bytes) + 128;
        stream->part = need(realloc(stream->part, stream->part_room));
    }
    memcpy(stream->part + stream->part_bytes, text, bytes);
    stream->part_bytes += bytes;
}

void stream_add(struct stream *stream, const char *text, size_t bytes, uint64_t now)
{
    const char *newline = memrchr(text, '\n', bytes);
    size_t whole = newline != NULL ? (size_t)(newline - text) + 1 : 0;

    stream->spill = bytes % 512 == 0;
    if (whole > 0) {
        part_put(stream);
        lines_put(stream, text, whole, false);
    }
    if (whole < bytes) {
        part_add(stream, text + whole, bytes - whole);
        stream->since_ns = now;
    }
    if (stream->part_bytes >= STREAM_LINE_MAX || (stream->alone && stream->prefix == NULL))
        part_put(stream);
}

uint64_t stream_deadline(const struct stream *stream)
{
    if (stream->part_bytes == 0 || stream->spill)
        return UINT64_MAX;
    return stream->since_ns + (stream->sink->terminal ? STREAM_QUIET_TERMINAL_NS : STREAM_QUIET_NS);
}

void stream_quiet(struct stream *stream, uint64_t now)
{
    if (stream_deadline(stream) <= now)
        part_put(stream);
}

void stream_end(struct stream *stream)
{
    part_put(stream);
    if (stream->inside && stream->prefix != NULL)
        sink_put(stream->sink, "\n", 1);
    stream->inside = false;
    free(stream->part);
    stream->part = NULL;
    stream->part_room = 0;
}

char *pattern_expand(const char *pattern, uint32_t rank, uint32_t ranks, const char *host)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = need(open_memstream(&text, &bytes));

    for (; *pattern != '\0'; pattern++) {
        char kind = *pattern == '%' ? pattern[1] : '\0';

        if (kind == 'r')
            fprintf(out, "%u", rank);
        else if (kind == 'n')
            fprintf(out, "%u", ranks);
        else if (kind == 'h')
            fputs(host, out);
        else if (kind == '%')
            fputc('%', out);
        else
            fputc(*pattern, out);
        pattern += kind == 'r' || kind == 'n' || kind == 'h' || kind == '%';
    }
    fclose(out);
    return need(text);
}
