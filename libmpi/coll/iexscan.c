// SPDX-License-Identifier: BSD-2-Clause
// iexscan.c: MPI_Iexscan and its persistent form (MPI 4.1, 6.12 and 6.13).
#include "libmpi/coll/calls.h"

#pragma weak MPI_Iexscan = PMPI_Iexscan
int PMPI_Iexscan(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                 MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(false);

    return mpii_coll_start(&mpii_exscan, &call, request);
}

#pragma weak MPI_Iexscan_c = PMPI_Iexscan_c
int PMPI_Iexscan_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                   MPI_Op op, MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(true);

    return mpii_coll_start(&mpii_exscan, &call, request);
}

#pragma weak MPI_Exscan_init = PMPI_Exscan_init
int PMPI_Exscan_init(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype,
                     MPI_Op op, MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(false);

    return mpii_coll_init(&mpii_exscan, &call, info, request);
}

#pragma weak MPI_Exscan_init_c = PMPI_Exscan_init_c
int PMPI_Exscan_init_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                       MPI_Op op, MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(true);

    return mpii_coll_init(&mpii_exscan, &call, info, request);
}
