// SPDX-License-Identifier: BSD-2-Clause
// allgather.c: MPI_Allgather and MPI_Allgatherv (MPI 4.1, 6.7).
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    return rc == MPI_SUCCESS ? mpii_check_movement(call, false, false) : rc;
}

const struct mpii_collective mpii_allgather = {MPII_COLL_ALLGATHER, check, mpii_build_flat,
                                               mpii_shared_allgather, mpii_posted_allgather};

#pragma weak MPI_Allgather = PMPI_Allgather
int PMPI_Allgather(const void *sendbuf, int sendcount, MPI_Datatype sendtype, void *recvbuf,
                   int recvcount, MPI_Datatype recvtype, MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);
    struct mpii_quick quick = {.send = sendbuf,
                               .recv = recvbuf,
                               .send_count = sendcount,
                               .recv_count = recvcount,
                               .send_type = sendtype,
                               .recv_type = recvtype};

    if (!(shared && mpii_quick_allgather(shared, &quick))) {
        struct mpii_coll_call call = MPII_CALL_ALLGATHER(false);

        return mpii_coll_run_long(&mpii_allgather, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Allgather_c = PMPI_Allgather_c
int PMPI_Allgather_c(const void *sendbuf, MPI_Count sendcount, MPI_Datatype sendtype, void *recvbuf,
                     MPI_Count recvcount, MPI_Datatype recvtype, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLGATHER(true);

    return mpii_coll_run(&mpii_allgather, &call);
}

#pragma weak MPI_Allgatherv = PMPI_Allgatherv
int PMPI_Allgatherv(const void *sendbuf, int sendcount, MPI_Datatype sendtype, void *recvbuf,
                    const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLGATHERV(false);

    return mpii_coll_run(&mpii_allgather, &call);
}

#pragma weak MPI_Allgatherv_c = PMPI_Allgatherv_c
int PMPI_Allgatherv_c(const void *sendbuf, MPI_Count sendcount, MPI_Datatype sendtype,
                      void *recvbuf, const MPI_Count recvcounts[], const MPI_Aint displs[],
                      MPI_Datatype recvtype, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLGATHERV(true);

    return mpii_coll_run(&mpii_allgather, &call);
}
