// SPDX-License-Identifier: BSD-2-Clause
// gather.c: MPI_Gather and MPI_Gatherv (MPI 4.1, 6.5).
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    return rc == MPI_SUCCESS ? mpii_check_movement(call, true, false) : rc;
}

const struct mpii_collective mpii_gather = {MPII_COLL_BLOCKS, check, mpii_build_flat,
                                            mpii_shared_gather, mpii_posted_gather};

#pragma weak MPI_Gather = PMPI_Gather
int PMPI_Gather(const void *sendbuf, int sendcount, MPI_Datatype sendtype, void *recvbuf,
                int recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);
    struct mpii_quick quick = {sendbuf, recvbuf, sendcount, recvcount, sendtype, recvtype, root};

    if (!(shared && mpii_quick_gather(shared, &quick))) {
        struct mpii_coll_call call = MPII_CALL_GATHER(false);

        return mpii_coll_run_long(&mpii_gather, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Gather_c = PMPI_Gather_c
int PMPI_Gather_c(const void *sendbuf, MPI_Count sendcount, MPI_Datatype sendtype, void *recvbuf,
                  MPI_Count recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_GATHER(true);

    return mpii_coll_run(&mpii_gather, &call);
}

#pragma weak MPI_Gatherv = PMPI_Gatherv
int PMPI_Gatherv(const void *sendbuf, int sendcount, MPI_Datatype sendtype, void *recvbuf,
                 const int recvcounts[], const int displs[], MPI_Datatype recvtype, int root,
                 MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_GATHERV(false);

    return mpii_coll_run(&mpii_gather, &call);
}

#pragma weak MPI_Gatherv_c = PMPI_Gatherv_c
int PMPI_Gatherv_c(const void *sendbuf, MPI_Count sendcount, MPI_Datatype sendtype, void *recvbuf,
                   const MPI_Count recvcounts[], const MPI_Aint displs[], MPI_Datatype recvtype,
                   int root, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_GATHERV(true);

    return mpii_coll_run(&mpii_gather, &call);
}
