// SPDX-License-Identifier: BSD-2-Clause
// wire.h: what arrives, and the parts of the engine that only libmpi/pt2pt knows.
#pragma once
#include "libmpi/pt2pt/lane.h"

#pragma GCC visibility push(hidden)

// The endpoint of a rank of MPI_COMM_WORLD; waits until it has called MPI_Init.
struct mpii_endpoint *mpii_endpoint_wait(uint32_t world);
static inline struct mpii_endpoint *mpii_endpoint_of(uint32_t world)
{
    // [P] acquire: the endpoint behind its address. Pairs with mpii_engine_init.
    struct mpii_endpoint *endpoint =
        atomic_load_explicit(&mpii_engine->peers[world], memory_order_acquire);

    return __builtin_expect(endpoint != NULL, 1) ? endpoint : mpii_endpoint_wait(world);
}

// Does what an element of the bus says.
void mpii_bus_dispatch(const struct bus_message *message);

// A message was queued for a rank of this core. Now and then lets that rank run, for a sender that never
// blocks would fill the memory.
void mpii_sent_ahead(void);

// The rank of MPI_COMM_WORLD that a send is for, on another core; is there room for it on the lane to there;
// and sends it, waiting for room if there is none.
uint32_t mpii_send_target(const struct mpii_request *request);
bool mpii_send_has_room(struct mpii_lane *lane, const struct mpii_request *request);
void mpii_send_there(struct mpii_lane *lane, uint32_t world, struct mpii_request *request);

// What the ranks of a core share.
struct mpii_core {
    struct mpii_lane **lanes;         // by core; NULL until a rank has sent there
    struct mpii_shared_core *retired; // coll/shared.h
};

// The running core's.
struct mpii_core *mpii_core(void);

// A message for `endpoint`, a rank of this core, from another rank of this core or from the bus.
struct mpii_arrival {
    uint32_t context;
    int source, tag;
    MPI_Count bytes;
    const void *data;            // NULL: in the sender's buffer, not in one piece
    struct mpii_request *sender; // rendezvous, or NULL
    bool sender_remote;          // ... of another core
    bool copy;                   // data will not stay: copy them if the message has to wait
};

// What an element of the bus brings that is a message.
struct mpii_arrival mpii_bus_arrival(const struct bus_message *message);

// Hands the message to the receive it matches, or queues it until there is one: then false.
bool mpii_deliver(struct mpii_endpoint *endpoint, const struct mpii_arrival *arrival);

// The same for a message whose data are in the element, if the first receive posted is the one and takes
// all of it. False: nothing has been done.
bool mpii_deliver_inline(struct mpii_endpoint *endpoint, const struct bus_message *message);

// The posted receive that the message matches, taken off the queue, or NULL.
struct mpii_request *mpii_posted_take(struct mpii_endpoint *endpoint, uint32_t context, int source,
                                      int tag);

// Takes the message of a sender who waits for its receive off the queue. False: it has been matched.
bool mpii_message_withdraw(struct mpii_endpoint *endpoint, const struct mpii_request *sender);

// Copies what arrived into a matched receive and completes it, and the sender's request.
void mpii_receive_into(struct mpii_request *request, const struct mpii_arrival *arrival);

#pragma GCC visibility pop
