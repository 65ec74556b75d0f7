// SPDX-License-Identifier: BSD-2-Clause
// scatter.c: MPI_Scatter and MPI_Scatterv (MPI 4.1, 6.6).
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    return rc == MPI_SUCCESS ? mpii_check_movement(call, false, true) : rc;
}

const struct mpii_collective mpii_scatter = {MPII_COLL_SCATTER, check, mpii_build_flat,
                                             mpii_shared_scatter, mpii_posted_scatter};

#pragma weak MPI_Scatter = PMPI_Scatter
int PMPI_Scatter(const void *sendbuf, int sendcount, MPI_Datatype sendtype, void *recvbuf,
                 int recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);
    struct mpii_quick quick = {sendbuf, recvbuf, sendcount, recvcount, sendtype, recvtype, root};

    if (!(shared && mpii_quick_scatter(shared, &quick))) {
        struct mpii_coll_call call = MPII_CALL_SCATTER(false);

        return mpii_coll_run_long(&mpii_scatter, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Scatter_c = PMPI_Scatter_c
int PMPI_Scatter_c(const void *sendbuf, MPI_Count sendcount, MPI_Datatype sendtype, void *recvbuf,
                   MPI_Count recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_SCATTER(true);

    return mpii_coll_run(&mpii_scatter, &call);
}

#pragma weak MPI_Scatterv = PMPI_Scatterv
int PMPI_Scatterv(const void *sendbuf, const int sendcounts[], const int displs[],
                  MPI_Datatype sendtype, void *recvbuf, int recvcount, MPI_Datatype recvtype,
                  int root, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_SCATTERV(false);

    return mpii_coll_run(&mpii_scatter, &call);
}

#pragma weak MPI_Scatterv_c = PMPI_Scatterv_c
int PMPI_Scatterv_c(const void *sendbuf, const MPI_Count sendcounts[], const MPI_Aint displs[],
                    MPI_Datatype sendtype, void *recvbuf, MPI_Count recvcount,
                    MPI_Datatype recvtype, int root, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_SCATTERV(true);

    return mpii_coll_run(&mpii_scatter, &call);
}
