// SPDX-License-Identifier: BSD-2-Clause
// direct.c: the short ways of MPI_Send and MPI_Recv: what fits beside an element of the bus goes
// from the sender's buffer into it, and from there into the receiver's. Nothing else of the memory
// changes.
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

// Is it the one that is waited for?
static bool is_wanted(const struct bus_message *message, const struct mpii_message_args *args)
{
    const struct mpii_wire *wire = (const struct mpii_wire *)message->bytes;
    const int tag = (int)(uint32_t)message->addr;

    return (uint32_t)(message->addr >> 32) == args->comm->context &&
           wire->target == mpii_endpoint.world && wire->kind != MPII_WIRE_CANCEL &&
           (args->peer == wire->source || args->peer == MPI_ANY_SOURCE) &&
           (args->tag == tag || args->tag == MPI_ANY_TAG);
}

// Longer, or to a buffer that is not dense: with a request, but straight to the buffer.
static int receive_long(const struct bus_message *message, const struct mpii_message_args *args)
{
    const struct mpii_arrival arrival = mpii_bus_arrival(message);
    struct mpii_request request = {.kind = MPII_RECEIVE,
                                   .buf = (void *)(uintptr_t)args->buf,
                                   .count = args->count,
                                   .type = args->type,
                                   .bytes = args->count * args->type->size};

    mpii_receive_into(&request, &arrival);
    return request.error == MPI_SUCCESS ? MPI_SUCCESS
                                        : mpii_truncated(args, arrival.source, arrival.tag);
}

static int receive(const struct bus_message *message, const struct mpii_message_args *args,
                   MPI_Status *status)
{
    const struct mpii_wire *wire = (const struct mpii_wire *)message->bytes;
    const MPI_Count capacity = args->count * args->type->size;
    MPI_Count bytes = message->len;

    if (wire->kind == MPII_WIRE_RENDEZVOUS)
        bytes = wire->sender->bytes; // which may be gone once it has been received
    if (bytes > capacity)
        bytes = capacity;
    if (status != MPI_STATUS_IGNORE)
        mpii_status_set(status, wire->source, (int)(uint32_t)message->addr, bytes);
    if (wire->kind != MPII_WIRE_INLINE || !args->type->dense || message->len > capacity)
        return receive_long(message, args);
    if (bytes)
        memcpy((void *)(uintptr_t)args->buf, wire->data, (size_t)bytes);
    return MPI_SUCCESS;
}

// Takes what one core has sent, until the message wanted has come: then true.
static bool look(uint32_t core, const struct mpii_message_args *args, MPI_Status *status, int *error)
{
    const struct bus_message *message;

    while ((message = mpii_engine->bus_take(core)) != NULL) { // ends: a ring holds so many
        if (is_wanted(message, args)) {
            *error = receive(message, args, status);
            return true;
        }
        mpii_bus_dispatch(message);
    }
    return false;
}

static bool look_all(const struct mpii_message_args *args, MPI_Status *status, int *error)
{
    for (uint32_t core = 0; core < mpii_engine->cores; core++)
        if (core != mpii_endpoint.core && look(core, args, status, error))
            return true;
    return false;
}

bool mpii_receive_direct(const struct mpii_message_args *args, MPI_Status *status, int *error)
{
    const bool any = args->peer == MPI_ANY_SOURCE;
    uint32_t core = mpii_endpoint.core;

    // An earlier receive might match what comes; a message might be here already.
    if (mpii_endpoint.posted || mpii_engine->cores == 1 ||
        mpii_message_find(args->comm->context, args->peer, args->tag, false))
        return false;
    if (!any)
        core = mpii_endpoint_of(mpii_group_world(mpii_comm_peers(args->comm), args->peer))->core;
    if (!any && core == mpii_endpoint.core)
        return false;
    // Without a receive of its own to be matched, for nobody else of this core runs meanwhile.
    for (uint32_t turn = 0; turn < mpii_engine->spins; turn++) {
        if (any || turn % OTHERS_EVERY == OTHERS_EVERY - 1 ? look_all(args, status, error)
                                                           : look(core, args, status, error))
            return true;
        if (mpii_engine->others_ready())
            return false;
        __builtin_ia32_pause();
    }
    return false;
}
