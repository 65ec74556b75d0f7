// SPDX-License-Identifier: BSD-2-Clause
// ireduce.c: MPI_Ireduce and its persistent form (MPI 4.1, 6.12 and 6.13).
#include "libmpi/coll/calls.h"

#pragma weak MPI_Ireduce = PMPI_Ireduce
int PMPI_Ireduce(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                 int root, MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE(false);

    return mpii_coll_start(&mpii_reduce, &call, request);
}

#pragma weak MPI_Ireduce_c = PMPI_Ireduce_c
int PMPI_Ireduce_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                   MPI_Op op, int root, MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE(true);

    return mpii_coll_start(&mpii_reduce, &call, request);
}

#pragma weak MPI_Reduce_init = PMPI_Reduce_init
int PMPI_Reduce_init(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype,
                     MPI_Op op, int root, MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE(false);

    return mpii_coll_init(&mpii_reduce, &call, info, request);
}

#pragma weak MPI_Reduce_init_c = PMPI_Reduce_init_c
int PMPI_Reduce_init_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                       MPI_Op op, int root, MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE(true);

    return mpii_coll_init(&mpii_reduce, &call, info, request);
}
