// SPDX-License-Identifier: BSD-2-Clause
// direct.c: the short ways of MPI_Send and MPI_Recv: what fits beside an element of the bus goes from the sender's
// buffer into it, and from there into the receiver's. Nothing else of the memory changes.
//
// They save time, and no more: whatever is not quite so goes the way of all messages.
#include "libmpi/pt2pt/check.h"
#include "libmpi/pt2pt/wire.h"
#include <string.h>

#define OTHERS_EVERY 8 // looks at the sender's core between two at all cores

bool mpii_send_direct(const struct mpii_message_args *args)
{
    const MPI_Count bytes = args->count * args->type->size;
    const uint32_t world = mpii_group_world(mpii_comm_peers(args->comm), args->peer);
    struct mpii_endpoint *to = mpii_endpoint_of(world);
    struct bus_message *message;
    struct mpii_wire *wire;

    if (!args->type->dense || bytes > MPII_EAGER_BYTES_MAX)
        return false;
    if (to->core == mpii_endpoint.core) {
        const struct mpii_arrival arrival = {.context = args->comm->context,
                                             .source = args->comm->rank,
                                             .tag = args->tag,
                                             .bytes = bytes,
                                             .data = args->buf,
                                             .copy = true};

        if (!mpii_deliver(to, &arrival))
            mpii_sent_ahead();
        return true;
    }
    if (bytes > (MPI_Count)sizeof wire->data)
        return false;
    message = mpii_bus_claim(to);
    wire = (struct mpii_wire *)message->bytes;
    message->addr = (uint64_t)args->comm->context << 32 | (uint32_t)args->tag;
    message->len = (uint32_t)bytes;
    wire->source = (uint16_t)args->comm->rank;
    wire->target = (uint16_t)world;
    wire->kind = MPII_WIRE_INLINE;
    if (bytes)
        memcpy(wire->data, args->buf, (size_t)bytes);
    mpii_engine->bus_publish(to->core, message);
    return true;
}

// Is it the one that is waited for, short and of the right length?
static bool is_wanted(const struct bus_message *message, const struct mpii_message_args *args,
                      MPI_Count capacity)
{
    const struct mpii_wire *wire = (const struct mpii_wire *)message->bytes;
    const int tag = (int)(uint32_t)message->addr;

    return wire->kind == MPII_WIRE_INLINE && wire->target == mpii_endpoint.world &&
           (uint32_t)(message->addr >> 32) == args->comm->context &&
           (args->peer == wire->source || args->peer == MPI_ANY_SOURCE) &&
           (args->tag == tag || args->tag == MPI_ANY_TAG) && message->len <= capacity;
}

static void receive(const struct bus_message *message, const struct mpii_message_args *args,
                    MPI_Status *status)
{
    const struct mpii_wire *wire = (const struct mpii_wire *)message->bytes;

    if (message->len)
        memcpy((void *)(uintptr_t)args->buf, wire->data, message->len);
    if (status != MPI_STATUS_IGNORE)
        mpii_status_set(status, wire->source, (int)(uint32_t)message->addr, message->len);
}

// All that one core has sent: 1: the message wanted has come and was received, -1: it has come another way and
// waits on the queue, 0: it has not come.
static int look(uint32_t core, const struct mpii_message_args *args, MPI_Count capacity,
                MPI_Status *status)
{
    const struct bus_message *message;

    while ((message = mpii_engine->bus_take(core)) != NULL) { // ends: a ring holds so many
        if (is_wanted(message, args, capacity)) {
            receive(message, args, status);
            return 1;
        }
        mpii_bus_dispatch(message);
        if (mpii_message_find(args->comm->context, args->peer, args->tag, false))
            return -1;
    }
    return 0;
}

bool mpii_receive_direct(const struct mpii_message_args *args, MPI_Status *status)
{
    const MPI_Count capacity = args->count * args->type->size;
    uint32_t core = mpii_endpoint.core; // of a sender who is on another core; otherwise this one
    int result = 0;

    // An earlier receive might match what comes; a message might be here already.
    if (!args->type->dense || mpii_endpoint.posted || mpii_engine->cores == 1 ||
        mpii_message_find(args->comm->context, args->peer, args->tag, false))
        return false;
    if (args->peer != MPI_ANY_SOURCE) {
        core = mpii_endpoint_of(mpii_group_world(mpii_comm_peers(args->comm), args->peer))->core;
        if (core == mpii_endpoint.core)
            return false;
    }
    for (uint32_t turn = 0; turn < MPII_SPINS && !result && !mpii_endpoint.posted; turn++) {
        if (core != mpii_endpoint.core)
            result = look(core, args, capacity, status);
        for (uint32_t c = 0; c < mpii_engine->cores && !result &&
                             (core == mpii_endpoint.core || turn % OTHERS_EVERY == OTHERS_EVERY - 1);
             c++)
            if (c != mpii_endpoint.core && c != core)
                result = look(c, args, capacity, status);
        if (!result && mpii_engine->others_ready())
            return false;
        if (!result)
            __builtin_ia32_pause();
    }
    return result == 1;
}
