// SPDX-License-Identifier: BSD-2-Clause
// scan.c: MPI_Scan (MPI 4.1, 6.11.1). The algorithm is build_scan.c's.
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_intra(call);

    call->sends = call->receives = true;
    return rc == MPI_SUCCESS ? mpii_check_reduction(call, 1) : rc;
}

static void build(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    mpii_build_scan(schedule, call, true);
}

const struct mpii_collective mpii_scan = {MPII_COLL_REDUCE, check, build, mpii_shared_scan,
                                          mpii_posted_scan};

#pragma weak MPI_Scan = PMPI_Scan
int PMPI_Scan(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
              MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);
    struct mpii_quick quick = {
        .send = sendbuf, .recv = recvbuf, .send_count = count, .send_type = datatype};

    if (!(shared && mpii_quick_scan(shared, &quick, op, true))) {
        struct mpii_coll_call call = MPII_CALL_ALLREDUCE(false);

        return mpii_coll_run_long(&mpii_scan, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Scan_c = PMPI_Scan_c
int PMPI_Scan_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                MPI_Op op, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(true);

    return mpii_coll_run(&mpii_scan, &call);
}
