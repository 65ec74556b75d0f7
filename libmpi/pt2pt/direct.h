// SPDX-License-Identifier: BSD-2-Clause
// direct.h: the short ways of MPI_Send and MPI_Isend to another core, straight from the buffer onto the
// bus, and of MPI_Irecv: one test that all is ordinary. Whatever is not quite so, and every error, goes
// the way of all messages.
#pragma once
#include "libmpi/pt2pt/check.h"
#include "libmpi/pt2pt/lane.h"

#pragma GCC visibility push(hidden)

// Of at most `most` bytes; a call that may wait does so for room, and for a moment to offer the longer ones.
// False: nothing has been done. Otherwise the message has been sent and the buffer is the user's again.
static inline bool mpii_send_ordinary(const void *buf, MPI_Count count, MPI_Datatype datatype,
                                      int dest, int tag, MPI_Comm handle, size_t most, bool may_wait)
{
    const struct mpii_comm *comm = mpii_comm(handle);
    const struct mpii_type *type = mpii_type(datatype);
    const struct mpii_group *peers;
    union mpii_wire_head head;
    struct mpii_lane *lane;
    uint32_t world;
    size_t bytes;

    if (!mpii_short_way() || MPII_WRONG(!comm || !type))
        return false;
    peers = mpii_comm_peers(comm);
    if ((size_t)count > most || (size_t)type->size > most || !type->dense ||
        dest == MPI_PROC_NULL || MPII_WRONG((unsigned)dest >= (unsigned)peers->size || tag < 0))
        return false;
    bytes = (size_t)count * (size_t)type->size;
    if (bytes > most || MPII_WRONG(!buf && bytes))
        return false;
    world = mpii_group_world(peers, dest);
    lane = mpii_lanes[world];
    if (!lane)
        return false;
    head = mpii_head(comm->rank, world, MPII_WIRE_INLINE);
    if (!may_wait)
        return mpii_lane_send_local(lane, mpii_addr(comm->context, tag), head, buf, bytes);
    if (bytes >= MPII_OFFER_BYTES_MIN)
        return mpii_lane_offer(lane, mpii_addr(comm->context, tag), head, buf, bytes);
    return mpii_lane_send(lane, mpii_addr(comm->context, tag), head, buf, bytes);
}

// The same of MPI_Recv, for what one rank of another core sends beside an element within a moment, with
// nothing else to be done first: the way from the element to the caller is as short as it can be, for it is
// all that the program waits for. False: nothing has been done.
static inline bool mpii_receive_now(void *buf, MPI_Count count, MPI_Datatype datatype, int source,
                                    int tag, MPI_Comm handle, MPI_Status *status)
{
    const struct mpii_comm *comm = mpii_comm(handle);
    const struct mpii_type *type = mpii_type(datatype);
    const struct mpii_group *peers;
    const struct mpii_lane *lane;
    const struct bus_message *message;
    union mpii_wire_head head;
    struct bus_queue *in;
    uint64_t addr;

    if (!mpii_short_way() || mpii_endpoint.posted || mpii_endpoint.unexpected ||
        MPII_WRONG(!comm || !type || count < 0 || !buf || !type->committed) || !type->dense)
        return false;
    peers = mpii_comm_peers(comm);
    // Wildcards are negative numbers, and so is MPI_PROC_NULL.
    if ((unsigned)source >= (unsigned)peers->size || tag < 0)
        return false;
    lane = mpii_lanes[mpii_group_world(peers, source)];
    if (!lane)
        return false;
    in = &mpii_engine->bus_in[lane->core];
    addr = mpii_addr(comm->context, tag);
    head = mpii_head(source, mpii_endpoint.world, MPII_WIRE_INLINE);
    message = mpii_queue_await(in);
    if (!message || message->desc.addr != addr || mpii_wire(message)->head.word != head.word ||
        message->desc.len > count * type->size)
        return false;
    vq_skip(&in->device);
    mpii_copy_short(buf, mpii_wire(message)->data, message->desc.len);
    if (status != MPI_STATUS_IGNORE)
        mpii_status_set(status, source, tag, message->desc.len);
    mpii_queue_done(in, message);
    return true;
}

// The same of MPI_Irecv. False: nothing has been done.
static inline bool mpii_receive_ordinary(void *buf, MPI_Count count, MPI_Datatype datatype,
                                         int source, int tag, MPI_Comm handle, MPI_Request *posted)
{
    struct mpii_comm *comm = mpii_comm(handle);
    struct mpii_type *type = mpii_type(datatype);
    struct mpii_request *request;

    if (!mpii_short_way() || source == MPI_PROC_NULL ||
        MPII_WRONG(!comm || !type || count < 0 || !buf || !type->committed ||
                   ((unsigned)source >= (unsigned)mpii_comm_peers(comm)->size &&
                    source != MPI_ANY_SOURCE) ||
                   (tag < 0 && tag != MPI_ANY_TAG)))
        return false;
    request = mpii_request_plain(MPII_RECEIVE);
    if (!request)
        return false;
    mpii_object_keep(&comm->object);
    mpii_object_keep(&type->object);
    mpii_receive_describe(request, comm, source, tag, buf, count, type);
    mpii_receive_start(request);
    *posted = (MPI_Request)request;
    return true;
}

#pragma GCC visibility pop
