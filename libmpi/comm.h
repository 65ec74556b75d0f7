// SPDX-License-Identifier: BSD-2-Clause
// comm.h: groups and communicators (MPI 4.1, chapter 7) as the rest of libmpi uses them.
//
// A group is an ordered list of processes, each named by its rank in MPI_COMM_WORLD ("world rank").
// A communicator is a group, a context id that keeps its messages apart, and what users attach.
#pragma once
#include "libmpi/object.h"

#pragma GCC visibility push(hidden)

struct mpii_group {
    struct mpii_object object;
    int size;
    int rank;        // mine, or MPI_UNDEFINED
    uint32_t *world; // [size]; NULL: the identity (MPI_COMM_WORLD's group)
};

struct mpii_coll; // state of the collectives of a communicator; libmpi/coll

struct mpii_comm {
    struct mpii_object object;
    MPI_Comm handle;
    uint32_t context; // even: point-to-point; context + 1: collectives
    int rank, size;   // in the local group
    struct mpii_group *group;
    struct mpii_group *remote; // intercommunicators; NULL otherwise
    struct mpii_coll *coll;
    struct mpii_comm *local; // intercommunicators: an intracommunicator of the local group
    void *topology;          // chapter 8
    MPI_Info info;           // hints
};

extern struct mpii_comm mpii_world, mpii_self;

// The communicator behind a handle, or NULL.
static inline struct mpii_comm *mpii_comm(MPI_Comm handle)
{
    if (handle == MPI_COMM_WORLD)
        return &mpii_world;
    if (handle == MPI_COMM_SELF)
        return &mpii_self;
    return mpii_object_ok(handle, MPII_COMM) ? (struct mpii_comm *)handle : NULL;
}

static inline uint32_t mpii_group_world(const struct mpii_group *group, int rank)
{
    return group->world ? group->world[rank] : (uint32_t)rank;
}

// The group that destinations and sources of point-to-point calls are ranks of.
static inline const struct mpii_group *mpii_comm_peers(const struct mpii_comm *comm)
{
    return comm->remote ? comm->remote : comm->group;
}

// Drops a use; frees the communicator with the last one.
void mpii_comm_drop(struct mpii_comm *comm);
void mpii_group_drop(struct mpii_group *group);

#pragma GCC visibility pop
