// SPDX-License-Identifier: BSD-2-Clause
// ibarrier.c: MPI_Ibarrier and its persistent form (MPI 4.1, 6.12 and 6.13).
#include "libmpi/coll/calls.h"

#pragma weak MPI_Ibarrier = PMPI_Ibarrier
int PMPI_Ibarrier(MPI_Comm comm, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_BARRIER(false);

    return mpii_coll_start(&mpii_barrier, &call, request);
}

#pragma weak MPI_Barrier_init = PMPI_Barrier_init
int PMPI_Barrier_init(MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_BARRIER(false);

    return mpii_coll_init(&mpii_barrier, &call, info, request);
}
