// SPDX-License-Identifier: BSD-2-Clause
// iscan.c: MPI_Iscan and its persistent form (MPI 4.1, 6.12 and 6.13).
#include "libmpi/coll/calls.h"

#pragma weak MPI_Iscan = PMPI_Iscan
int PMPI_Iscan(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
               MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(false);

    return mpii_coll_start(&mpii_scan, &call, request);
}

#pragma weak MPI_Iscan_c = PMPI_Iscan_c
int PMPI_Iscan_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                 MPI_Op op, MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(true);

    return mpii_coll_start(&mpii_scan, &call, request);
}

#pragma weak MPI_Scan_init = PMPI_Scan_init
int PMPI_Scan_init(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                   MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(false);

    return mpii_coll_init(&mpii_scan, &call, info, request);
}

#pragma weak MPI_Scan_init_c = PMPI_Scan_init_c
int PMPI_Scan_init_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                     MPI_Op op, MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(true);

    return mpii_coll_init(&mpii_scan, &call, info, request);
}
