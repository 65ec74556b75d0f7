// SPDX-License-Identifier: BSD-2-Clause
// ireduce_scatter.c: MPI_Ireduce_scatter and MPI_Ireduce_scatter_block, and their persistent forms
// (MPI 4.1, 6.12 and 6.13).
#include "libmpi/coll/calls.h"

#pragma weak MPI_Ireduce_scatter = PMPI_Ireduce_scatter
int PMPI_Ireduce_scatter(const void *sendbuf, void *recvbuf, const int recvcounts[],
                         MPI_Datatype datatype, MPI_Op op, MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER(false);

    return mpii_coll_start(&mpii_reduce_scatter, &call, request);
}

#pragma weak MPI_Ireduce_scatter_c = PMPI_Ireduce_scatter_c
int PMPI_Ireduce_scatter_c(const void *sendbuf, void *recvbuf, const MPI_Count recvcounts[],
                           MPI_Datatype datatype, MPI_Op op, MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER(true);

    return mpii_coll_start(&mpii_reduce_scatter, &call, request);
}

#pragma weak MPI_Reduce_scatter_init = PMPI_Reduce_scatter_init
int PMPI_Reduce_scatter_init(const void *sendbuf, void *recvbuf, const int recvcounts[],
                             MPI_Datatype datatype, MPI_Op op, MPI_Comm comm, MPI_Info info,
                             MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER(false);

    return mpii_coll_init(&mpii_reduce_scatter, &call, info, request);
}

#pragma weak MPI_Reduce_scatter_init_c = PMPI_Reduce_scatter_init_c
int PMPI_Reduce_scatter_init_c(const void *sendbuf, void *recvbuf, const MPI_Count recvcounts[],
                               MPI_Datatype datatype, MPI_Op op, MPI_Comm comm, MPI_Info info,
                               MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER(true);

    return mpii_coll_init(&mpii_reduce_scatter, &call, info, request);
}

#pragma weak MPI_Ireduce_scatter_block = PMPI_Ireduce_scatter_block
int PMPI_Ireduce_scatter_block(const void *sendbuf, void *recvbuf, int recvcount,
                               MPI_Datatype datatype, MPI_Op op, MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER_BLOCK(false);

    return mpii_coll_start(&mpii_reduce_scatter, &call, request);
}

#pragma weak MPI_Ireduce_scatter_block_c = PMPI_Ireduce_scatter_block_c
int PMPI_Ireduce_scatter_block_c(const void *sendbuf, void *recvbuf, MPI_Count recvcount,
                                 MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                                 MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER_BLOCK(true);

    return mpii_coll_start(&mpii_reduce_scatter, &call, request);
}

#pragma weak MPI_Reduce_scatter_block_init = PMPI_Reduce_scatter_block_init
int PMPI_Reduce_scatter_block_init(const void *sendbuf, void *recvbuf, int recvcount,
                                   MPI_Datatype datatype, MPI_Op op, MPI_Comm comm, MPI_Info info,
                                   MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER_BLOCK(false);

    return mpii_coll_init(&mpii_reduce_scatter, &call, info, request);
}

#pragma weak MPI_Reduce_scatter_block_init_c = PMPI_Reduce_scatter_block_init_c
int PMPI_Reduce_scatter_block_init_c(const void *sendbuf, void *recvbuf, MPI_Count recvcount,
                                     MPI_Datatype datatype, MPI_Op op, MPI_Comm comm, MPI_Info info,
                                     MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER_BLOCK(true);

    return mpii_coll_init(&mpii_reduce_scatter, &call, info, request);
}
