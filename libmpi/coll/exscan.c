// SPDX-License-Identifier: BSD-2-Clause
// exscan.c: MPI_Exscan (MPI 4.1, 6.11.2). The algorithm is build_scan.c's.
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_intra(call);

    call->sends = true;
    call->receives = call->comm && call->comm->rank > 0; // the first rank's result is undefined
    if (rc != MPI_SUCCESS)
        return rc;
    return mpii_check_reduction(call, 1);
}

static void build(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    mpii_build_scan(schedule, call, false);
}

const struct mpii_collective mpii_exscan = {MPII_COLL_REDUCE, check, build, mpii_shared_exscan,
                                            mpii_posted_exscan};

#pragma weak MPI_Exscan = PMPI_Exscan
int PMPI_Exscan(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);
    struct mpii_quick quick = {
        .send = sendbuf, .recv = recvbuf, .send_count = count, .send_type = datatype};

    if (!(shared && mpii_quick_scan(shared, &quick, op, false))) {
        struct mpii_coll_call call = MPII_CALL_ALLREDUCE(false);

        return mpii_coll_run_long(&mpii_exscan, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Exscan_c = PMPI_Exscan_c
int PMPI_Exscan_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                  MPI_Op op, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(true);

    return mpii_coll_run(&mpii_exscan, &call);
}
