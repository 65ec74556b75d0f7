// SPDX-License-Identifier: BSD-2-Clause
// calls.h: the parameters of each collective as the standard names them, as a struct mpii_coll_call.
// `wide_`: those of the _c form, whose counts and displacements are MPI_Count and MPI_Aint.
#pragma once
#include "libmpi/coll/coll.h"

#define MPII_CONST(pointer) ((void *)(uintptr_t)(pointer))

#define MPII_CALL_BARRIER(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT \
    }

#define MPII_CALL_BCAST(wide_) \
    { \
        .function = __func__, .handle = comm, .root = root, .recv = { \
            .buf = buffer, \
            .count = count, \
            .datatype = datatype \
        } \
    }

// One side of a collective that moves data.
#define MPII_SIDE(prefix_, layout_) \
    { \
        .buf = MPII_CONST(prefix_##buf), .layout = (layout_), .count = prefix_##count, \
        .datatype = prefix_##type \
    }
#define MPII_SIDE_LIST(prefix_, displs_, wide__) \
    { \
        .buf = MPII_CONST(prefix_##buf), .layout = MPII_LAYOUT_LIST, .wide = (wide__), \
        .counts = prefix_##counts, .displs = (displs_), .datatype = prefix_##type \
    }
#define MPII_SIDE_EACH(prefix_, displs_, wide__) \
    { \
        .buf = MPII_CONST(prefix_##buf), .layout = MPII_LAYOUT_EACH, .wide = (wide__), \
        .counts = prefix_##counts, .displs = (displs_), .datatypes = prefix_##types \
    }

#define MPII_CALL_GATHER(wide_) \
    { \
        .function = __func__, .handle = comm, .root = root, \
        .send = MPII_SIDE(send, MPII_LAYOUT_ONE), .recv = MPII_SIDE(recv, MPII_LAYOUT_EQUAL) \
    }
#define MPII_CALL_GATHERV(wide_) \
    { \
        .function = __func__, .handle = comm, .root = root, \
        .send = MPII_SIDE(send, MPII_LAYOUT_ONE), .recv = MPII_SIDE_LIST(recv, displs, wide_) \
    }
#define MPII_CALL_SCATTER(wide_) \
    { \
        .function = __func__, .handle = comm, .root = root, \
        .send = MPII_SIDE(send, MPII_LAYOUT_EQUAL), .recv = MPII_SIDE(recv, MPII_LAYOUT_ONE) \
    }
#define MPII_CALL_SCATTERV(wide_) \
    { \
        .function = __func__, .handle = comm, .root = root, \
        .send = MPII_SIDE_LIST(send, displs, wide_), .recv = MPII_SIDE(recv, MPII_LAYOUT_ONE) \
    }
#define MPII_CALL_ALLGATHER(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, \
        .send = MPII_SIDE(send, MPII_LAYOUT_ONE), .recv = MPII_SIDE(recv, MPII_LAYOUT_EQUAL) \
    }
#define MPII_CALL_ALLGATHERV(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, \
        .send = MPII_SIDE(send, MPII_LAYOUT_ONE), .recv = MPII_SIDE_LIST(recv, displs, wide_) \
    }
#define MPII_CALL_ALLTOALL(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, \
        .send = MPII_SIDE(send, MPII_LAYOUT_EQUAL), .recv = MPII_SIDE(recv, MPII_LAYOUT_EQUAL) \
    }
#define MPII_CALL_ALLTOALLV(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, \
        .send = MPII_SIDE_LIST(send, sdispls, wide_), .recv = MPII_SIDE_LIST(recv, rdispls, wide_) \
    }
#define MPII_CALL_ALLTOALLW(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, \
        .send = MPII_SIDE_EACH(send, sdispls, wide_), .recv = MPII_SIDE_EACH(recv, rdispls, wide_) \
    }

#define MPII_CALL_REDUCE(wide_) \
    { \
        .function = __func__, .handle = comm, .root = root, .op_handle = op, \
        .send = {.buf = MPII_CONST(sendbuf)}, .recv = { \
            .buf = recvbuf, \
            .count = count, \
            .datatype = datatype \
        } \
    }
// Allreduce and the scans.
#define MPII_CALL_ALLREDUCE(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, .op_handle = op, \
        .send = {.buf = MPII_CONST(sendbuf)}, .recv = { \
            .buf = recvbuf, \
            .count = count, \
            .datatype = datatype \
        } \
    }
#define MPII_CALL_REDUCE_SCATTER_BLOCK(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, .op_handle = op, \
        .send = {.buf = MPII_CONST(sendbuf)}, .recv = { \
            .buf = recvbuf, \
            .layout = MPII_LAYOUT_EQUAL, \
            .count = recvcount, \
            .datatype = datatype \
        } \
    }
#define MPII_CALL_REDUCE_SCATTER(wide_) \
    { \
        .function = __func__, .handle = comm, .root = MPII_NO_ROOT, .op_handle = op, \
        .send = {.buf = MPII_CONST(sendbuf)}, .recv = { \
            .buf = recvbuf, \
            .layout = MPII_LAYOUT_LIST, \
            .wide = (wide_), \
            .counts = recvcounts, \
            .datatype = datatype \
        } \
    }
