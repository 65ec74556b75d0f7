// SPDX-License-Identifier: BSD-2-Clause
// wire.h: a message of libmpi in an element of the bus (abi/bus.h).
//
//   addr    context << 32 | tag
//   len     bytes of data, for the kinds whose data are not in the sender's request
//   bytes   struct mpii_wire
#pragma once
#include "libmpi/request.h"
#include <stdalign.h>

#pragma GCC visibility push(hidden)

enum mpii_wire_kind {
    MPII_WIRE_INLINE,     // the data are in the element
    MPII_WIRE_EAGER,      // in a buffer of the sender's core
    MPII_WIRE_RENDEZVOUS, // in the sender's own buffer; its request says where
    MPII_WIRE_CANCEL,     // no message: the sender wants that of its request back
};

struct mpii_wire {
    uint16_t source; // rank in the communicator
    uint16_t target; // rank in MPI_COMM_WORLD
    uint8_t kind;
    uint8_t reserved[3];
    union {
        char data[BUS_INLINE_BYTES - 8];
        struct mpii_eager *eager;
        struct mpii_request *sender;
    };
};

_Static_assert(sizeof(struct mpii_wire) == BUS_INLINE_BYTES, "abi/bus.h");

// Data of a message that was sent before its receive was known. On the sending core's list until a
// receiver has released it.
struct mpii_eager {
    _Atomic uint32_t released; // the receiver's; everything else the sender's
    struct mpii_eager *next;
    alignas(64) char data[];
};

// Up to here data are copied at once, so that a send returns whether or not the receive is posted: between
// cores to a buffer, on a core to the queued message. Beyond, one copy from buffer to buffer.
#define MPII_EAGER_BYTES_MAX (16 << 10)

extern const struct services *mpii_engine; // mpii_services(), once the engine runs

// The endpoint of a rank of MPI_COMM_WORLD; waits until it has called MPI_Init.
struct mpii_endpoint *mpii_endpoint_wait(uint32_t world);
static inline struct mpii_endpoint *mpii_endpoint_of(uint32_t world)
{
    // [P] acquire: the endpoint behind its address. Pairs with mpii_engine_init.
    struct mpii_endpoint *endpoint =
        atomic_load_explicit(&mpii_engine->peers[world], memory_order_acquire);

    return __builtin_expect(endpoint != NULL, 1) ? endpoint : mpii_endpoint_wait(world);
}

// A place on the bus to the endpoint's core, another one, to be filled and published at once.
struct bus_message *mpii_bus_claim(const struct mpii_endpoint *to);

// Does what an element of the bus says.
void mpii_bus_dispatch(const struct bus_message *message);

// A message was queued for a rank of this core. Now and then lets that rank run, for a sender that never
// blocks would fill the memory.
void mpii_sent_ahead(void);

// What the ranks of a core share.
struct mpii_core {
    struct mpii_eager *sent, *sent_last; // oldest first
    struct mpii_shared_core *retired;    // coll/shared.h
};

// The running core's.
struct mpii_core *mpii_core(void);

// A buffer for `bytes`, on the list; NULL: no memory.
struct mpii_eager *mpii_eager_new(size_t bytes);

// The receiver has copied the data.
void mpii_eager_release(struct mpii_eager *eager);

// A message for `endpoint`, a rank of this core, from another rank of this core or from the bus.
struct mpii_arrival {
    uint32_t context;
    int source, tag;
    MPI_Count bytes;
    const void *data;            // NULL: in the sender's buffer
    struct mpii_eager *eager;    // that holds the data, or NULL
    struct mpii_request *sender; // rendezvous, or NULL
    bool sender_remote;          // ... of another core
    bool copy;                   // data will not stay: copy them if the message has to wait
};

// What an element of the bus brings that is a message.
struct mpii_arrival mpii_bus_arrival(const struct bus_message *message);

// Hands the message to the receive it matches, or queues it until there is one: then false.
bool mpii_deliver(struct mpii_endpoint *endpoint, const struct mpii_arrival *arrival);

// The posted receive that the message matches, taken off the queue, or NULL.
struct mpii_request *mpii_posted_take(struct mpii_endpoint *endpoint, uint32_t context, int source,
                                      int tag);

// Takes the message of a sender who waits for its receive off the queue. False: it has been matched.
bool mpii_message_withdraw(struct mpii_endpoint *endpoint, const struct mpii_request *sender);

// Copies what arrived into a matched receive and completes it, and the sender's request.
void mpii_receive_into(struct mpii_request *request, const struct mpii_arrival *arrival);

#pragma GCC visibility pop
