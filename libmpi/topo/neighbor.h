// SPDX-License-Identifier: BSD-2-Clause
// neighbor.h: neighbourhood collectives (MPI 4.1, 8.6 to 8.8) as calls of coll/coll.h: the sides have a block
// for each neighbour instead of each rank.
#pragma once
#include "libmpi/coll/calls.h"
#include "libmpi/topo/topo.h"

#pragma GCC visibility push(hidden)

extern const struct mpii_collective mpii_neighbor;

// Displacements are MPI_Aint in both forms.
#define MPII_CALL_NEIGHBOR_ALLTOALLW(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, \
        .send = {.buf = MPII_CONST(sendbuf), \
                 .layout = MPII_LAYOUT_EACH, \
                 .wide = (wide_), \
                 .wide_displs = true, \
                 .counts = sendcounts, \
                 .displs = sdispls, \
                 .datatypes = sendtypes}, \
        .recv = { \
            .buf = recvbuf, \
            .layout = MPII_LAYOUT_EACH, \
            .wide = (wide_), \
            .wide_displs = true, \
            .counts = recvcounts, \
            .displs = rdispls, \
            .datatypes = recvtypes \
        } \
    }

#pragma GCC visibility pop
