// SPDX-License-Identifier: BSD-2-Clause
// bcast.c: MPI_Bcast (MPI 4.1, 6.4).
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_coll_root(call);
    if (rc == MPI_SUCCESS && call->root != MPI_PROC_NULL)
        rc = mpii_check_side(call, &call->recv, 1, "broadcast");
    return rc;
}

// The root tells the first rank of the other group.
static void build_inter(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    struct mpii_team team = mpii_team_of(call->comm);
    struct mpii_side *data = &call->recv;

    if (call->root == MPI_PROC_NULL)
        return;
    if (call->root == MPI_ROOT) {
        mpii_schedule_send(schedule, call->comm, data->buf, data->count, data->type, 0);
        return;
    }
    if (call->comm->rank == 0)
        mpii_schedule_receive(schedule, call->comm, data->buf, data->count, data->type, call->root);
    mpii_build_bcast(schedule, &team, data->buf, data->count, data->type, 0);
}

static void build(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    struct mpii_team team = mpii_team_of(call->comm);

    if (call->comm->remote)
        build_inter(schedule, call);
    else
        mpii_build_bcast(schedule, &team, call->recv.buf, call->recv.count, call->recv.type,
                         call->root);
}

const struct mpii_collective mpii_bcast = {MPII_COLL_VECTOR, check, build, mpii_shared_bcast,
                                           mpii_posted_bcast};

#pragma weak MPI_Bcast = PMPI_Bcast
int PMPI_Bcast(void *buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);

    if (!(shared && mpii_quick_bcast(shared, buffer, count, datatype, root))) {
        struct mpii_coll_call call = MPII_CALL_BCAST(false);

        return mpii_coll_run_long(&mpii_bcast, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Bcast_c = PMPI_Bcast_c
int PMPI_Bcast_c(void *buffer, MPI_Count count, MPI_Datatype datatype, int root, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_BCAST(true);

    return mpii_coll_run(&mpii_bcast, &call);
}
