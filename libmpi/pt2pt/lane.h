// SPDX-License-Identifier: BSD-2-Clause
// lane.h: the way of messages from a core to another one: a queue of the bus (abi/bus.h), and cells for
// data that do not fit beside an element.
//
//   addr    context << 32 | tag
//   len     bytes of data, for the kinds whose data are not in the sender's request
//   bytes   struct mpii_wire
//
// Which cache lines a message moves: the line of the element; that of its second half from 41 bytes
// on; beyond 104 bytes those of its cell instead. All of them from the sender to the receiver. An offer
// (offer.h) has its second line claimed and given back, and the buffer's lines instead of a cell's.
// Nothing else, but for every fourth part of the ring or of the cells, whichever is first, one line the
// other way: the mark that gives all elements of that part back, with their cells, in the order they came.
//
// The cells of a lane are one buffer, filled and given back in a circle, so its lines stay in the caches of
// the two cores. A message that has to wait for its receive is copied out of it.
//
// A lane belongs to its sending core, whose ranks never run at the same time; no thread is switched between
// claim and publish.
#pragma once
#include "libmpi/pt2pt/offer.h"
#include "libmpi/request.h"
#include <stddef.h>
#include <string.h>

#pragma GCC visibility push(hidden)

enum mpii_wire_kind {
    MPII_WIRE_INLINE,     // the data are in the element
    MPII_WIRE_EAGER,      // in a cell
    MPII_WIRE_OFFER,      // in the sender's own buffer or in a cell: pt2pt/offer.h
    MPII_WIRE_RENDEZVOUS, // in the sender's own buffer; its request says where
    MPII_WIRE_CANCEL,     // no message: the sender wants that of its request back
};

// What matching compares, beside addr: one word.
union mpii_wire_head {
    struct {
        uint16_t source; // rank in the communicator
        uint16_t target; // rank in MPI_COMM_WORLD
        uint8_t kind;    // enum mpii_wire_kind
        uint8_t zero[3];
    };
    uint64_t word;
};

// By shifts, for a word that is read while the store buffer still holds its parts is waited for.
static inline union mpii_wire_head mpii_head(int source, uint32_t target, enum mpii_wire_kind kind)
{
    return (union mpii_wire_head){.word = (uint16_t)source | (uint64_t)(uint16_t)target << 16 |
                                          (uint64_t)kind << 32};
}

struct mpii_wire {
    union mpii_wire_head head;
    union {
        char data[BUS_INLINE_BYTES - 8];
        const char *cell;
        struct mpii_offer offer;
        struct {
            struct mpii_request *sender;
            const void *buf; // where its data lie; NULL: not in one piece
            MPI_Count bytes;
        };
    };
};

_Static_assert(sizeof(struct mpii_wire) == BUS_INLINE_BYTES, "abi/bus.h");
_Static_assert(offsetof(struct bus_message, bytes) + offsetof(struct mpii_wire, offer.state) ==
                   BUS_LINE_BYTES,
               "pt2pt/offer.h");

#define MPII_INLINE_BYTES_MAX (BUS_INLINE_BYTES - 8)

// Up to here data are copied at once, so that a send returns whether or not the receive is posted: between
// cores to a cell, on a core to the queued message. Beyond, one copy from buffer to buffer.
#define MPII_EAGER_BYTES_MAX (16 << 10)

// A message that waits for room leaves less than two of the longest free, and the receiver holds less than
// the batch it gives back at once: so there are messages it has not taken yet, and it will.
#define MPII_CELLS_BYTES (128u << 10) // a power of two
#define MPII_CELLS_BATCH (MPII_CELLS_BYTES / 4)
_Static_assert(MPII_CELLS_BYTES - 2 * MPII_EAGER_BYTES_MAX > MPII_CELLS_BATCH, "or nobody moves");

// A nonblocking send copies no more than this: longer data stay where they are until the receiver has
// copied them, for two copies through the caches of two cores take longer than one and the answer
// (a window of messages of 2 KiB: 9 GB/s and 22 GB/s).
#define MPII_COPY_BYTES_MAX 512

// From here on a blocking send offers its buffer first (2 KiB take 0.19 us instead of 0.36, 8 KiB 0.29
// instead of 1.0; up to 512 bytes it makes no difference).
#define MPII_OFFER_BYTES_MIN 1024

#define MPII_AWAIT_TURNS 50 // some 1 us

#define MPII_ADDR_NONE UINT64_MAX // no communicator has this context: matches no receive

extern const struct services *mpii_engine; // mpii_services(), once the engine runs

struct mpii_lane {
    struct bus_queue *queue;
    uint32_t core;       // where it goes
    bool fenced;         // services.h: bus_fenced
    char *cells;         // NULL until there was need of them
    uint32_t head, tail; // of the cells in use: bytes, free-running
    // Offers: how many to skip after one that came to nothing, and still to skip; and
    // bus_in[core].device.next when the last one was thought of.
    uint32_t late, skip, heard;
    uint32_t end[]; // by element: the head when it was published
};

// By world rank, this rank's; NULL: not known yet, a rank of this core, or one of a core to which sends are
// postponed (pt2pt/postponed.h).
extern struct mpii_lane **mpii_lanes;

// From MPI_Init.
void mpii_lanes_init(void);

// The lane to a rank; NULL: it lives on this core. Waits until that rank has called MPI_Init. The second one
// waits as well until all that was postponed there is on the bus.
struct mpii_lane *mpii_lane_peek(uint32_t world);
struct mpii_lane *mpii_lane_find(uint32_t world);
static inline struct mpii_lane *mpii_lane_of(uint32_t world)
{
    struct mpii_lane *lane = mpii_lanes[world];

    return __builtin_expect(lane != NULL, 1) ? lane : mpii_lane_find(world);
}

static inline uint64_t mpii_addr(uint32_t context, int tag)
{
    return (uint64_t)context << 32 | (uint32_t)tag;
}

static inline struct mpii_wire *mpii_wire(const struct bus_message *message)
{
    return (struct mpii_wire *)(uintptr_t)message->bytes;
}

// A thread that waits for room in a lane; on its stack. Told of in a deadlock (pt2pt/explain.c).
struct mpii_room_wait {
    struct mpii_room_wait *next;
    const void *thread;
    const struct mpii_lane *lane;
};
extern struct mpii_room_wait *mpii_room_waits; // this rank's

// Is there a free element and, for more bytes than fit beside it, a cell (or no memory for any)? Then the
// functions below do not wait, until the next message is published.
bool mpii_lane_has_room(struct mpii_lane *lane, size_t bytes);

// How often the other side has given room back. To be read before a look for room: what is given back
// after the look raises it beyond.
uint64_t mpii_lane_marks(const struct mpii_lane *lane);

// Waits for a free element and, in the second case, a cell for `bytes`. To be published at once. *cell
// is NULL if there is no memory for cells at all. Other threads may run meanwhile. A receiving core
// without a rank that might take anything leaves the wait to the search for deadlocks.
struct bus_message *mpii_lane_wait(struct mpii_lane *lane);
struct bus_message *mpii_lane_claim_cell(struct mpii_lane *lane, size_t bytes, char **cell);
static inline struct bus_message *mpii_lane_claim(struct mpii_lane *lane)
{
    struct bus_message *message = (struct bus_message *)vq_claim(&lane->queue->driver);

    return __builtin_expect(message != NULL, 1) ? message : mpii_lane_wait(lane);
}

void mpii_lane_notify(const struct mpii_lane *lane);
static inline void mpii_lane_publish(struct mpii_lane *lane, struct bus_message *message)
{
    struct bus_queue *queue = lane->queue;

    lane->end[queue->driver.next] = lane->head;
    vq_publish(&queue->driver, &message->desc);
    if (__builtin_expect(vq_notify_wanted(&queue->events, lane->fenced), 0))
        mpii_lane_notify(lane);
}

// For what fits beside an element: a call of memcpy takes longer than this.
static inline void mpii_copy_short(char *to, const char *from, size_t bytes)
{
    if (bytes >= 16) {
        for (size_t at = 0; at + 16 < bytes; at += 16)
            memcpy(to + at, from + at, 16);
        memcpy(to + bytes - 16, from + bytes - 16, 16);
    } else if (bytes >= 8) {
        uint64_t low, high;

        memcpy(&low, from, 8);
        memcpy(&high, from + bytes - 8, 8);
        memcpy(to, &low, 8);
        memcpy(to + bytes - 8, &high, 8);
    } else {
        for (size_t at = 0; at < bytes; at++)
            to[at] = from[at];
    }
}

// Sends a message whose data fit beside the claimed element.
static inline void mpii_lane_put(struct mpii_lane *lane, struct bus_message *message, uint64_t addr,
                                 union mpii_wire_head head, const void *data, size_t bytes)
{
    // All stores to the line follow each other closely: the receiver looks at it again and again, and
    // takes it away in between if it can.
    message->desc.addr = addr;
    message->desc.len = (uint32_t)bytes;
    mpii_wire(message)->head = head;
    mpii_copy_short(mpii_wire(message)->data, data, bytes);
    mpii_lane_publish(lane, message);
}

// Sends bytes of MPII_OFFER_BYTES_MIN to MPII_EAGER_BYTES_MAX, for a call that may wait for a moment. False:
// not sent, there is no memory for a cell.
bool mpii_lane_offer(struct mpii_lane *lane, uint64_t addr, union mpii_wire_head head,
                     const void *data, size_t bytes);

// Sends bytes of at most MPII_EAGER_BYTES_MAX. False: not sent, there is no memory for a cell.
bool mpii_lane_send_cell(struct mpii_lane *lane, uint64_t addr, union mpii_wire_head head,
                         const void *data, size_t bytes);
static inline bool mpii_lane_send(struct mpii_lane *lane, uint64_t addr, union mpii_wire_head head,
                                  const void *data, size_t bytes)
{
    if (bytes > MPII_INLINE_BYTES_MAX)
        return mpii_lane_send_cell(lane, addr, head, data, bytes);
    mpii_lane_put(lane, mpii_lane_claim(lane), addr, head, data, bytes);
    return true;
}

// The same for a call that must not wait. False as well if there is no room.
static inline bool mpii_lane_send_local(struct mpii_lane *lane, uint64_t addr,
                                        union mpii_wire_head head, const void *data, size_t bytes)
{
    struct bus_message *message;

    if (bytes > MPII_INLINE_BYTES_MAX)
        return mpii_lane_has_room(lane, bytes) && mpii_lane_send_cell(lane, addr, head, data, bytes);
    message = (struct bus_message *)vq_claim(&lane->queue->driver);
    if (!message)
        return false;
    mpii_lane_put(lane, message, addr, head, data, bytes);
    return true;
}

// --- the receiving side ---

// The next message of a queue to this core, or NULL. To be handled, then mpii_queue_done.
static inline const struct bus_message *mpii_queue_take(struct bus_queue *in)
{
    return (const struct bus_message *)vq_take(&in->device);
}

// Between two looks at a line that another core is to write. Looks that follow each other at once slow
// the writer down: with a pause a bare ring between two cores takes 53 ns a step instead of 78, and 64 bytes
// take 106 ns instead of 117 (docs/performance.md). But under QEMU's TCG 8 bytes take 1.0 us instead of 0.6.
extern bool mpii_pauses; // not emulated
static inline void mpii_look_pause(void)
{
    if (mpii_pauses)
        __builtin_ia32_pause();
}

// Looks for the next message for about a microsecond. NULL: there is none, or others want this core. It is
// not taken: vq_skip does that.
static inline const struct bus_message *mpii_queue_await(struct bus_queue *in)
{
    const struct vq device = in->device; // this core's alone, so it stays what it is
    const struct vq_desc *desc = vq_peek(&device);
    uint32_t turns = MPII_AWAIT_TURNS;

    if (!desc && (turns > mpii_engine->spins || mpii_engine->others_ready()))
        return NULL;
    for (; !desc && turns; turns--) {
        mpii_look_pause();
        desc = vq_peek(&device);
    }
    return (const struct bus_message *)desc;
}

// Gives back all that was taken, and lets senders know that there is room again.
void mpii_queue_mark(struct bus_queue *in);

// A message that has a cell, whose bytes go back with the next mark.
static inline void mpii_queue_hold(struct bus_queue *in, const struct bus_message *message)
{
    struct mpii_wire *wire = mpii_wire(message);

    in->held += message->desc.len; // 0 for the other kinds
    if (wire->head.kind == MPII_WIRE_OFFER)
        mpii_offer_done(&wire->offer);
}

// Nobody looks at the message any more.
static inline void mpii_queue_done(struct bus_queue *in, const struct bus_message *message)
{
    if (mpii_wire(message)->head.kind != MPII_WIRE_INLINE)
        mpii_queue_hold(in, message);
    if (in->device.open * 4 >= in->device.size || in->held >= MPII_CELLS_BATCH)
        mpii_queue_mark(in);
}

// Asks for the lines of a cell all at once, before they are looked at one after the other (128 bytes in
// 72 ns instead of 106). memcpy does that itself when there are many.
static inline void mpii_cell_fetch(const char *cell, size_t bytes)
{
    for (size_t at = 0; at < bytes && at < 1024; at += BUS_LINE_BYTES)
        __builtin_prefetch(cell + at);
}

#pragma GCC visibility pop
