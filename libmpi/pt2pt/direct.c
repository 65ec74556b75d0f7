// SPDX-License-Identifier: BSD-2-Clause
// direct.c: the short ways of blocking sends and receives: what goes by the bus is taken from an
// element or a cell straight into the receiver's buffer, without a request to be matched.
//
// They save time, and no more: whatever is not quite so goes the way of all messages.
#include "libmpi/pt2pt/direct.h"
#include "libmpi/pt2pt/wire.h"

#define OTHERS_EVERY 64 // looks at the sender's core between two at all else
#define KEEN_TURNS 256  // looks before those that do not hurry

static void send_here(const struct mpii_message_args *args, uint32_t world, MPI_Count bytes)
{
    const struct mpii_arrival arrival = {.context = args->comm->context,
                                         .source = args->comm->rank,
                                         .tag = args->tag,
                                         .bytes = bytes,
                                         .data = args->buf,
                                         .copy = true};

    if (!mpii_deliver(mpii_endpoint_of(world), &arrival))
        mpii_sent_ahead();
}

bool mpii_send_direct(const struct mpii_message_args *args)
{
    const MPI_Count bytes = args->count * args->type->size;
    const uint32_t world = mpii_group_world(mpii_comm_peers(args->comm), args->peer);
    const uint64_t addr = mpii_addr(args->comm->context, args->tag);
    const union mpii_wire_head head = mpii_head(args->comm->rank, world, MPII_WIRE_INLINE);
    struct mpii_lane *lane;

    if (!args->type->dense || bytes > MPII_EAGER_BYTES_MAX)
        return false;
    lane = mpii_lane_of(world);
    if (lane && bytes >= MPII_OFFER_BYTES_MIN)
        return mpii_lane_offer(lane, addr, head, args->buf, (size_t)bytes);
    if (lane)
        return mpii_lane_send(lane, addr, head, args->buf, (size_t)bytes);
    send_here(args, world, bytes);
    return true;
}

// What an element must have in addr and in its head; bits that a wildcard leaves open are not looked at.
struct wanted {
    uint64_t addr, addr_mask, head, head_mask;
};

static struct wanted wanted_of(const struct mpii_message_args *args)
{
    const bool any_tag = args->tag == MPI_ANY_TAG, any_source = args->peer == MPI_ANY_SOURCE;
    const union mpii_wire_head head =
        mpii_head(any_source ? 0 : args->peer, mpii_endpoint.world, MPII_WIRE_INLINE);
    const union mpii_wire_head mask = {.source = any_source ? 0 : UINT16_MAX, .target = UINT16_MAX};

    return (struct wanted){.addr = mpii_addr(args->comm->context, any_tag ? 0 : args->tag),
                           .addr_mask = any_tag ? ~(uint64_t)UINT32_MAX : UINT64_MAX,
                           .head = head.word,
                           .head_mask = mask.word};
}

static inline bool is_wanted(const struct bus_message *message, const struct wanted *wanted)
{
    return (((message->desc.addr ^ wanted->addr) & wanted->addr_mask) |
            ((mpii_wire(message)->head.word ^ wanted->head) & wanted->head_mask)) == 0;
}

// Not beside the element, to a buffer that is not dense, or too long: with a request, but straight to
// the buffer.
static int receive_other(const struct bus_message *message, const struct mpii_message_args *args,
                         MPI_Status *status)
{
    const struct mpii_arrival arrival = mpii_bus_arrival(message);
    struct mpii_request request = {.kind = MPII_RECEIVE,
                                   .buf = (void *)(uintptr_t)args->buf,
                                   .count = args->count,
                                   .type = args->type,
                                   .bytes = args->count * args->type->size};

    mpii_receive_into(&request, &arrival);
    if (status != MPI_STATUS_IGNORE)
        mpii_status_set(status, arrival.source, arrival.tag, request.bytes);
    return request.error == MPI_SUCCESS ? MPI_SUCCESS
                                        : mpii_truncated(args, arrival.source, arrival.tag);
}

static inline int receive(const struct bus_message *message, const struct mpii_message_args *args,
                          MPI_Status *status)
{
    const struct mpii_wire *wire = mpii_wire(message);
    const size_t bytes = message->desc.len;

    if (wire->head.kind != MPII_WIRE_INLINE || !args->type->dense ||
        (MPI_Count)bytes > args->count * args->type->size)
        return receive_other(message, args, status);
    mpii_copy_short((void *)(uintptr_t)args->buf, wire->data, bytes);
    if (status != MPI_STATUS_IGNORE)
        mpii_status_set(status, wire->head.source, (int)(uint32_t)message->desc.addr,
                        (MPI_Count)bytes);
    return MPI_SUCCESS;
}

// Takes what one core has sent, until the message wanted has come: then true.
static inline bool look(struct bus_queue *in, const struct mpii_message_args *args,
                        const struct wanted *wanted, MPI_Status *status, int *error)
{
    const struct bus_message *message;

    while ((message = mpii_queue_take(in)) != NULL) { // ends: a ring holds so many
        const bool found = is_wanted(message, wanted);

        if (found)
            *error = receive(message, args, status);
        else
            mpii_bus_dispatch(message);
        mpii_queue_done(in, message);
        if (found)
            return true;
    }
    return false;
}

static bool look_all(const struct mpii_message_args *args, const struct wanted *wanted,
                     MPI_Status *status, int *error)
{
    for (uint32_t core = 0; core < mpii_engine->cores; core++)
        if (look(&mpii_engine->bus_in[core], args, wanted, status, error))
            return true;
    return false;
}

bool mpii_receive_direct(const struct mpii_message_args *args, MPI_Status *status, int *error)
{
    const bool any = args->peer == MPI_ANY_SOURCE;
    const struct wanted wanted = wanted_of(args);
    struct bus_queue *in = NULL;

    // An earlier receive might match what comes; a message might be here already; there might be more to do
    // than to look.
    if (mpii_endpoint.posted || mpii_postponed || mpii_engine->cores == 1 ||
        (mpii_endpoint.unexpected &&
         mpii_message_find(args->comm->context, args->peer, args->tag, false)))
        return false;
    if (!any) {
        const struct mpii_lane *lane =
            mpii_lane_peek(mpii_group_world(mpii_comm_peers(args->comm), args->peer));

        if (!lane)
            return false;
        in = &mpii_engine->bus_in[lane->core];
    }
    // Without a receive of its own to be matched, for nobody else of this core runs meanwhile.
    for (uint32_t turn = 0; turn < mpii_engine->spins; turn++) {
        if (!any && look(in, args, &wanted, status, error))
            return true;
        if (any || turn % OTHERS_EVERY == 0) {
            if (look_all(args, &wanted, status, error))
                return true;
            if (mpii_engine->others_ready())
                return false;
        }
        if (turn < KEEN_TURNS)
            mpii_look_pause();
        else
            __builtin_ia32_pause();
    }
    return false;
}
