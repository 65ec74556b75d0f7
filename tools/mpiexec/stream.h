// SPDX-License-Identifier: BSD-2-Clause
// stream.h: one rank's standard output or error: its bytes, made into whole lines for a sink.
//
// Lines of different ranks that share a sink are never mixed: what does not end with a newline yet is
// kept back. It goes out as it is when it grows too long, when the job ends, or when the rank falls
// silent after it: a prompt. A libc that spills a full buffer also falls silent within a line; such a
// piece has the size of a buffer, a multiple of 512 bytes, and waits for its other half.
#pragma once
#include "sink.h"
#include <stdint.h>

#define STREAM_LINE_MAX 65536
// How long is silent: somebody may sit at a terminal; a pipe or file can wait, and a rank that shares
// its core with many others may be slow to finish its line.
#define STREAM_QUIET_TERMINAL_NS 100000000ull
#define STREAM_QUIET_NS 1000000000ull

struct stream {
    struct sink *sink;
    char *prefix; // put in front of each line; NULL: none
    size_t prefix_bytes;
    bool alone;  // nobody else writes to the sink: no need to wait for whole lines
    bool inside; // the sink has the beginning of the line that `part` goes on with
    bool spill;  // see above
    char *part;  // the line so far
    size_t part_bytes, part_room;
    uint64_t since_ns; // when the part last grew
};

void stream_add(struct stream *stream, const char *text, size_t bytes, uint64_t now);

// When stream_quiet has something to do, UINT64_MAX for never.
uint64_t stream_deadline(const struct stream *stream);

// Lets a part go that has waited long enough.
void stream_quiet(struct stream *stream, uint64_t now);

// The end: lets go whatever is left, with a newline if lines are labelled.
void stream_end(struct stream *stream);

// The label of a rank: %r rank, %h host, %n number of ranks, %% a percent sign. Allocated.
char *pattern_expand(const char *pattern, uint32_t rank, uint32_t ranks, const char *host);
