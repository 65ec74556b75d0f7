// SPDX-License-Identifier: BSD-2-Clause
// bus.h: one message between two cores as it lies in memory: an element of a virtqueue.
//
// One cache line: the descriptor, whose flags announce the message, and the bytes beside it, which
// travel with it. Who sends fills addr, len and bytes; id and flags are the virtqueue's (vq/vq.h).
#pragma once
#include <stdint.h>

#define BUS_INLINE_BYTES 48

struct bus_message {
    uint64_t addr; // the sender's to define; an address is valid on every core
    uint32_t len;
    uint16_t id;    // the virtqueue's
    uint16_t flags; // the virtqueue's
    unsigned char bytes[BUS_INLINE_BYTES];
};

_Static_assert(sizeof(struct bus_message) == 64, "one cache line");
