// SPDX-License-Identifier: BSD-2-Clause
// allreduce.c: MPI_Allreduce (MPI 4.1, 6.9.6).
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    call->sends = call->receives = true;
    return rc == MPI_SUCCESS ? mpii_check_reduction(call, 1) : rc;
}

// Each group reduces to its first rank; these exchange the results and tell their groups.
static void build_inter(struct mpii_schedule *schedule, struct mpii_coll_call *call,
                        const struct mpii_team *team)
{
    struct mpii_side *vector = &call->recv;
    void *result = NULL;

    if (team->rank == 0)
        result = mpii_schedule_buffer(schedule, vector->count, vector->type);
    mpii_build_reduce(schedule, team, call->send.buf, result, vector->count, vector->type, 0);
    if (team->rank == 0) {
        mpii_schedule_receive(schedule, call->comm, vector->buf, vector->count, vector->type, 0);
        mpii_schedule_send(schedule, call->comm, result, vector->count, vector->type, 0);
    }
    mpii_build_bcast(schedule, team, vector->buf, vector->count, vector->type, 0);
}

static void build(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    struct mpii_team team = mpii_team_of(call->comm);

    mpii_schedule_keep_op(schedule, call->op);
    if (call->comm->remote)
        build_inter(schedule, call, &team);
    else
        mpii_build_allreduce(schedule, &team, mpii_coll_input(call), call->recv.buf,
                             call->recv.count, call->recv.type);
}

const struct mpii_collective mpii_allreduce = {MPII_COLL_REDUCE, check, build,
                                               mpii_shared_allreduce, mpii_posted_allreduce};

#pragma weak MPI_Allreduce = PMPI_Allreduce
int PMPI_Allreduce(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                   MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);

    if (!(shared && mpii_quick_allreduce(shared, sendbuf, recvbuf, count, datatype, op))) {
        struct mpii_coll_call call = MPII_CALL_ALLREDUCE(false);

        return mpii_coll_run_long(&mpii_allreduce, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Allreduce_c = PMPI_Allreduce_c
int PMPI_Allreduce_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                     MPI_Op op, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_ALLREDUCE(true);

    return mpii_coll_run(&mpii_allreduce, &call);
}
