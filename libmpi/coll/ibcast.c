// SPDX-License-Identifier: BSD-2-Clause
// ibcast.c: MPI_Ibcast and its persistent form (MPI 4.1, 6.12 and 6.13).
#include "libmpi/coll/calls.h"

#pragma weak MPI_Ibcast = PMPI_Ibcast
int PMPI_Ibcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_BCAST(false);

    return mpii_coll_start(&mpii_bcast, &call, request);
}

#pragma weak MPI_Ibcast_c = PMPI_Ibcast_c
int PMPI_Ibcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm,
                  MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_BCAST(true);

    return mpii_coll_start(&mpii_bcast, &call, request);
}

#pragma weak MPI_Bcast_init = PMPI_Bcast_init
int PMPI_Bcast_init(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                    MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_BCAST(false);

    return mpii_coll_init(&mpii_bcast, &call, info, request);
}

#pragma weak MPI_Bcast_init_c = PMPI_Bcast_init_c
int PMPI_Bcast_init_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm,
                      MPI_Info info, MPI_Request *request)
{
    struct mpii_coll_call call = MPII_CALL_BCAST(true);

    return mpii_coll_init(&mpii_bcast, &call, info, request);
}
