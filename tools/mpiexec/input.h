// SPDX-License-Identifier: BSD-2-Clause
// input.h: from standard input to the ranks that read it.
//
// What has been read is kept until every reader's ring has taken it. A single reader gets no more
// than its ring holds; with --stdin all, a rank that does not read must not stop the others, so there
// the text may grow up to INPUT_BYTES_MAX.
#pragma once
#include "region.h"

#define INPUT_BYTES_MAX (256u << 20)

struct input {
    int fd;
    struct region *region;
    char *text; // read, but not yet in every ring
    size_t bytes, room;
    size_t *given;     // of text, into each ring
    bool *closed;      // each ring
    bool ended;        // no more will come
    uint64_t retry_ns; // 0, or when to look again at a terminal that is not ours now
};

void input_open(struct input *input, struct region *region);

// Shall standard input be waited for?
bool input_wanted(const struct input *input, uint64_t now);

// Is text waiting for room in a ring?
bool input_waiting(const struct input *input);

// Reads once; only after poll has found something to read.
void input_read(struct input *input, uint64_t now);

// Hands on what the rings take.
void input_pump(struct input *input);

// Gives what no rank has read back to a file, for who reads it next (a script, for one).
void input_end(struct input *input);
