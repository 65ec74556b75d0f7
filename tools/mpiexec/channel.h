// SPDX-License-Identifier: BSD-2-Clause
// channel.h: the launcher's side of the rings it shares with the kernel (abi/ring.h).
//
// A program can scribble over its memory, and these rings lie in it. So the launcher keeps its own
// counts to itself, believes a count of the other side only within the size of the ring, copies
// before it looks, and gives a channel up, once and for all, when it finds nonsense.
#pragma once
#include "abi/ring.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel {
    struct job_ring *ring;
    char *data;
    size_t size;    // a power of two
    uint64_t mine;  // tail of an output ring, head of an input ring
    size_t partial; // bytes that were there when a record was found unfinished
    bool broken;    // nonsense was found; nothing is read or written any more
};

void channel_open(struct channel *channel, struct job_ring *ring, char *data, size_t size);

// Is there anything to read? Cheap; for the look between "I sleep" and sleeping.
bool channel_ready(const struct channel *channel);

// Takes one record of at most RING_RECORD_MAX bytes into `text`. Returns its stream with *bytes set,
// or 0 if none is complete.
enum job_stream channel_take(struct channel *channel, char text[static RING_RECORD_MAX],
                             size_t *bytes);

// Room for input, and input. `bytes` must not exceed the room.
size_t channel_room(struct channel *channel);
void channel_put(struct channel *channel, const char *text, size_t bytes);
void channel_close(struct channel *channel); // end of file
// Input the program has not read.
size_t channel_unread(const struct channel *channel);
