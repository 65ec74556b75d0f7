// SPDX-License-Identifier: BSD-2-Clause
// sink.h: a descriptor that takes output when it can, and what waits for it.
//
// A descriptor of ours may be shared with the shell, so it stays blocking; instead no write is larger
// than what the descriptor is known to take at once. A full pipe therefore never stops the launcher.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct sink {
    int fd;
    const char *name; // for messages: "standard output", a file's path
    bool terminal;
    bool direct; // a regular file: takes anything at once
    int error;   // errno of the write that failed; what comes later is dropped
    char *data;
    size_t start, end, room; // data[start .. end) waits
};

void sink_open(struct sink *sink, int fd, const char *name);

// Queues a copy of `text`.
void sink_put(struct sink *sink, const char *text, size_t bytes);

static inline size_t sink_waiting(const struct sink *sink)
{
    return sink->end - sink->start;
}

// Writes what the descriptor takes without waiting.
void sink_write(struct sink *sink);
