// SPDX-License-Identifier: BSD-2-Clause
// reduce.c: MPI_Reduce (MPI 4.1, 6.9.1).
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_coll_root(call);
    if (rc != MPI_SUCCESS)
        return rc;
    call->receives = mpii_coll_is_root(call);
    call->sends = call->root >= 0;
    if (!call->receives && call->sends && call->send.buf == MPI_IN_PLACE)
        return mpii_error(call->function, call->handle, MPI_ERR_BUFFER,
                          "the send buffer is MPI_IN_PLACE, which is for the root only");
    return mpii_check_reduction(call, 1);
}

// The other group reduces to its first rank, which tells the root.
static void build_inter(struct mpii_schedule *schedule, struct mpii_coll_call *call,
                        const struct mpii_team *team)
{
    struct mpii_side *vector = &call->recv;
    void *result = NULL;

    if (call->root == MPI_ROOT)
        mpii_schedule_receive(schedule, call->comm, vector->buf, vector->count, vector->type, 0);
    if (call->root < 0)
        return;
    if (team->rank == 0)
        result = mpii_schedule_buffer(schedule, vector->count, vector->type);
    mpii_build_reduce(schedule, team, call->send.buf, result, vector->count, vector->type, 0);
    if (team->rank == 0)
        mpii_schedule_send(schedule, call->comm, result, vector->count, vector->type, call->root);
}

static void build(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    struct mpii_team team = mpii_team_of(call->comm);

    mpii_schedule_keep_op(schedule, call->op);
    if (call->comm->remote)
        build_inter(schedule, call, &team);
    else
        mpii_build_reduce(schedule, &team, mpii_coll_input(call), call->recv.buf, call->recv.count,
                          call->recv.type, call->root);
}

const struct mpii_collective mpii_reduce = {MPII_COLL_REDUCE, check, build, mpii_shared_reduce,
                                            mpii_posted_reduce};

#pragma weak MPI_Reduce = PMPI_Reduce
int PMPI_Reduce(const void *sendbuf, void *recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                int root, MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);

    if (!(shared && mpii_quick_reduce(shared, sendbuf, recvbuf, count, datatype, op, root))) {
        struct mpii_coll_call call = MPII_CALL_REDUCE(false);

        return mpii_coll_run_long(&mpii_reduce, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Reduce_c = PMPI_Reduce_c
int PMPI_Reduce_c(const void *sendbuf, void *recvbuf, MPI_Count count, MPI_Datatype datatype,
                  MPI_Op op, int root, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE(true);

    return mpii_coll_run(&mpii_reduce, &call);
}
