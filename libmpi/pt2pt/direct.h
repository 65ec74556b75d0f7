// SPDX-License-Identifier: BSD-2-Clause
// direct.h: the short way of MPI_Send and MPI_Isend to another core: one test that all is ordinary,
// then straight from the buffer onto the bus. Whatever is not quite so, and every error, goes the way of
// all messages.
#pragma once
#include "libmpi/pt2pt/check.h"
#include "libmpi/pt2pt/lane.h"

#pragma GCC visibility push(hidden)

// False: nothing has been done. Otherwise the message has been sent and the buffer is the user's again.
static inline bool mpii_send_ordinary(const void *buf, MPI_Count count, MPI_Datatype datatype,
                                      int dest, int tag, MPI_Comm handle)
{
    const struct mpii_comm *comm = mpii_comm(handle);
    const struct mpii_type *type = mpii_type(datatype);
    const struct mpii_group *peers;
    struct mpii_lane *lane;
    uint32_t world;
    size_t bytes;

    if (!mpii_process.short_ways || !comm || !type)
        return false;
    peers = mpii_comm_peers(comm);
    if ((size_t)count > MPII_EAGER_BYTES_MAX || (size_t)type->size > MPII_EAGER_BYTES_MAX ||
        !type->dense || (unsigned)dest >= (unsigned)peers->size || tag < 0)
        return false;
    bytes = (size_t)count * (size_t)type->size;
    if (bytes > MPII_EAGER_BYTES_MAX || (!buf && bytes))
        return false;
    world = mpii_group_world(peers, dest);
    lane = mpii_lanes[world];
    return lane && mpii_lane_send(lane, mpii_addr(comm->context, tag),
                                  (union mpii_wire_head){.source = (uint16_t)comm->rank,
                                                         .target = (uint16_t)world,
                                                         .kind = MPII_WIRE_INLINE},
                                  buf, bytes);
}

#pragma GCC visibility pop
