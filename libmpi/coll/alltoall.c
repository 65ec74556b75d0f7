// SPDX-License-Identifier: BSD-2-Clause
// alltoall.c: MPI_Alltoall, MPI_Alltoallv and MPI_Alltoallw (MPI 4.1, 6.8).
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    return rc == MPI_SUCCESS ? mpii_check_movement(call, false, false) : rc;
}

const struct mpii_collective mpii_alltoall = {MPII_COLL_ALLTOALL, check, mpii_build_flat,
                                              mpii_shared_alltoall, mpii_posted_alltoall};

#pragma weak MPI_Alltoall = PMPI_Alltoall
int PMPI_Alltoall(const void *sendbuf, int sendcount, MPI_Datatype sendtype, void *recvbuf,
                  int recvcount, MPI_Datatype recvtype, MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);
    struct mpii_quick quick = {.send = sendbuf,
                               .recv = recvbuf,
                               .send_count = sendcount,
                               .recv_count = recvcount,
                               .send_type = sendtype,
                               .recv_type = recvtype};

    if (!(shared && mpii_quick_alltoall(shared, &quick))) {
        struct mpii_coll_call call = MPII_CALL_ALLTOALL(false);

        return mpii_coll_run_long(&mpii_alltoall, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Alltoall_c = PMPI_Alltoall_c
int PMPI_Alltoall_c(const void *sendbuf, MPI_Count sendcount, MPI_Datatype sendtype, void *recvbuf,
                    MPI_Count recvcount, MPI_Datatype recvtype, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLTOALL(true);

    return mpii_coll_run(&mpii_alltoall, &call);
}

#pragma weak MPI_Alltoallv = PMPI_Alltoallv
int PMPI_Alltoallv(const void *sendbuf, const int sendcounts[], const int sdispls[],
                   MPI_Datatype sendtype, void *recvbuf, const int recvcounts[],
                   const int rdispls[], MPI_Datatype recvtype, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLTOALLV(false);

    return mpii_coll_run(&mpii_alltoall, &call);
}

#pragma weak MPI_Alltoallv_c = PMPI_Alltoallv_c
int PMPI_Alltoallv_c(const void *sendbuf, const MPI_Count sendcounts[], const MPI_Aint sdispls[],
                     MPI_Datatype sendtype, void *recvbuf, const MPI_Count recvcounts[],
                     const MPI_Aint rdispls[], MPI_Datatype recvtype, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLTOALLV(true);

    return mpii_coll_run(&mpii_alltoall, &call);
}

#pragma weak MPI_Alltoallw = PMPI_Alltoallw
int PMPI_Alltoallw(const void *sendbuf, const int sendcounts[], const int sdispls[],
                   const MPI_Datatype sendtypes[], void *recvbuf, const int recvcounts[],
                   const int rdispls[], const MPI_Datatype recvtypes[], MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLTOALLW(false);

    return mpii_coll_run(&mpii_alltoall, &call);
}

#pragma weak MPI_Alltoallw_c = PMPI_Alltoallw_c
int PMPI_Alltoallw_c(const void *sendbuf, const MPI_Count sendcounts[], const MPI_Aint sdispls[],
                     const MPI_Datatype sendtypes[], void *recvbuf, const MPI_Count recvcounts[],
                     const MPI_Aint rdispls[], const MPI_Datatype recvtypes[], MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLTOALLW(true);

    return mpii_coll_run(&mpii_alltoall, &call);
}
