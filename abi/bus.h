// SPDX-License-Identifier: BSD-2-Clause
// bus.h: the queue between two cores and one message in it, as they lie in memory.
//
// A message is an element of a packed virtqueue: the descriptor, whose flags announce the message, and the
// bytes beside it, which travel with it. Who sends fills addr, len and bytes; id and flags are the
// virtqueue's (vq/vq.h). Two cache lines, of which a short message touches the first alone; the
// processor fetches such a pair faster than two lines apart (64 bytes in 60 ns instead of 90).
#pragma once
#include "vq/vq.h"
#include <stdalign.h>
#include <stdint.h>

#define BUS_LINE_BYTES 64
#define BUS_INLINE_BYTES 112

struct bus_message {
    struct vq_desc desc; // addr: the sender's to define; an address is valid on every core
    unsigned char bytes[BUS_INLINE_BYTES];
};

_Static_assert(sizeof(struct bus_message) == 2 * BUS_LINE_BYTES, "two cache lines");

// Messages from one core to another. The sending core is the driver side.
struct bus_queue {
    alignas(BUS_LINE_BYTES) struct vq driver; // the sending core's alone
    alignas(BUS_LINE_BYTES) struct vq device; // the receiving core's alone
    uint32_t held; // its too: bytes of data elsewhere that go back to the sender with the next mark
    alignas(BUS_LINE_BYTES) struct vq_events events; // written by the receiver around a sleep, else at rest
    // Raised by the receiver whenever it has given elements back: what a sender without room waits for. A
    // line of its own, for senders look at the events with each message.
    alignas(BUS_LINE_BYTES) _Atomic uint64_t marks;
};
