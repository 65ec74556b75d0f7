// SPDX-License-Identifier: BSD-2-Clause
// quick.h: the short way into collectives on shared memory.
//
// Most calls are on a communicator that has been used before, with predefined datatypes and small
// data. Their entry points ask here whether a call is of this kind, which costs some ten
// instructions, and go straight to its algorithm. Whatever is unusual or wrong takes the long way:
// run.c checks it and says what it is. Both ways follow the same protocol (shared.h), for ranks of one
// call may take different ones.
#pragma once
#include "libmpi/coll/shared.h"

#pragma GCC visibility push(hidden)

// What ranks of the communicator share, if MPI runs and there has been a collective before, or NULL.
static inline struct mpii_shared *mpii_quick(MPI_Comm handle)
{
    const struct mpii_comm *comm;

    if (!mpii_short_way())
        return NULL;
    comm = mpii_comm(handle);
    return comm && comm->coll ? comm->coll->shared : NULL;
}

static inline bool mpii_quick_root(const struct mpii_shared *shared, int root)
{
    return root >= 0 && root < shared->size;
}

// Is it an address: not NULL, MPI_BOTTOM or MPI_IN_PLACE?
static inline bool mpii_quick_buffer(const void *buf)
{
    return (uintptr_t)buf > (uintptr_t)MPI_IN_PLACE;
}

// A predefined type whose elements lie side by side, or NULL.
static inline const struct mpii_type *mpii_quick_type(MPI_Datatype datatype)
{
    uintptr_t index = (uintptr_t)datatype - 0x200;
    const struct mpii_type *type = index < 0x100 ? mpii_types_predefined[index] : NULL;

    return type && type->dense ? type : NULL;
}

// Bytes of such data that may fit into a cell, or -1.
static inline long mpii_quick_bytes(const void *buf, MPI_Count count, MPI_Datatype datatype)
{
    const struct mpii_type *type = mpii_quick_type(datatype);

    if (!type || !mpii_quick_buffer(buf) || count < 0 || count > MPII_CELL_BYTES)
        return -1;
    return (long)(count * type->size);
}

// The algorithms. False: not for these data; nothing has happened yet.
int mpii_quick_barrier(struct mpii_shared *shared); // always, and MPI_SUCCESS
bool mpii_quick_bcast(struct mpii_shared *shared, void *buf, MPI_Count count, MPI_Datatype datatype,
                      int root);
bool mpii_quick_reduce(struct mpii_shared *shared, const void *in, void *out, MPI_Count count,
                       MPI_Datatype datatype, MPI_Op op, int root);
bool mpii_quick_allreduce(struct mpii_shared *shared, const void *in, void *out, MPI_Count count,
                          MPI_Datatype datatype, MPI_Op op);

struct mpii_quick {
    const void *send;
    void *recv;
    MPI_Count send_count, recv_count;
    MPI_Datatype send_type, recv_type;
    int root;
};
bool mpii_quick_scan(struct mpii_shared *shared, const struct mpii_quick *quick, MPI_Op op,
                     bool inclusive);
// The counts are of one block.
bool mpii_quick_reduce_scatter(struct mpii_shared *shared, const struct mpii_quick *quick, MPI_Op op);
bool mpii_quick_gather(struct mpii_shared *shared, const struct mpii_quick *quick);
bool mpii_quick_scatter(struct mpii_shared *shared, const struct mpii_quick *quick);
bool mpii_quick_allgather(struct mpii_shared *shared, const struct mpii_quick *quick);
bool mpii_quick_alltoall(struct mpii_shared *shared, const struct mpii_quick *quick);

#pragma GCC visibility pop
