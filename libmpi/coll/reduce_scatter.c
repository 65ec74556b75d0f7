// SPDX-License-Identifier: BSD-2-Clause
// reduce_scatter.c: MPI_Reduce_scatter and MPI_Reduce_scatter_block (MPI 4.1, 6.10).
//
// Each rank receives what all others have of its own block, and reduces it in the order of ranks.
// Cost: n - 1 messages of a block per rank, all at the same time; memory for n blocks.
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    int rc = mpii_check_coll_comm(call);

    call->sends = call->receives = true;
    return rc == MPI_SUCCESS ? mpii_check_reduction(call, call->comm->size) : rc;
}

// The vector as it is sent: cut as the result is.
static struct mpii_side vector_of(const struct mpii_coll_call *call, const void *buf)
{
    struct mpii_side vector = call->recv;

    vector.buf = MPII_CONST(buf);
    return vector;
}

static void build_intra(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    int n = call->comm->size, me = call->comm->rank;
    struct mpii_side vector = vector_of(call, mpii_coll_input(call));
    struct mpii_block own = mpii_side_block(&vector, me);
    void **part = mpii_schedule_alloc(schedule, (size_t)n * sizeof *part);

    if (!part)
        return;
    for (int i = 0; i < n; i++) {
        int peer = (me + i) % n;
        struct mpii_block block = mpii_side_block(&vector, peer);

        part[peer] = own.buf;
        if (peer == me)
            continue;
        if (own.count) {
            part[peer] = mpii_schedule_buffer(schedule, own.count, own.type);
            mpii_schedule_receive(schedule, call->comm, part[peer], own.count, own.type, peer);
        }
        if (block.count)
            mpii_schedule_send(schedule, call->comm, block.buf, block.count, block.type, peer);
    }
    if (me == n - 1 && n > 1) { // the last part takes the result; ours is the user's
        part[me] = mpii_schedule_buffer(schedule, own.count, own.type);
        mpii_schedule_copy(schedule, part[me], own.count, own.type, own.buf, own.count, own.type);
    }
    mpii_schedule_fence(schedule);
    for (int i = n - 2; i >= 0; i--)
        mpii_schedule_reduce(schedule, part[i], part[n - 1], own.count, own.type);
    mpii_schedule_copy(schedule, call->recv.buf, own.count, own.type, part[n - 1], own.count,
                       own.type);
}

// Each group reduces to its first rank; these exchange the vectors and scatter what they got.
static void build_inter(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    struct mpii_team team = mpii_team_of(call->comm);
    MPI_Count total = mpii_side_total(&call->recv, team.size);
    struct mpii_type *type = call->recv.type;
    void *result = NULL, *other = NULL;
    struct mpii_side vector;

    if (team.rank == 0) {
        result = mpii_schedule_buffer(schedule, total, type);
        other = mpii_schedule_buffer(schedule, total, type);
    }
    mpii_build_reduce(schedule, &team, call->send.buf, result, total, type, 0);
    if (team.rank == 0) {
        mpii_schedule_receive(schedule, call->comm, other, total, type, 0);
        mpii_schedule_send(schedule, call->comm, result, total, type, 0);
        mpii_schedule_fence(schedule);
    }
    vector = vector_of(call, other);
    for (int i = 0; team.rank == 0 && i < team.size; i++) {
        struct mpii_block block = mpii_side_block(&vector, i);

        if (i == 0)
            mpii_schedule_copy(schedule, call->recv.buf, block.count, type, block.buf, block.count,
                               type);
        else
            mpii_team_send(schedule, &team, block.buf, block.count, type, i);
    }
    if (team.rank != 0)
        mpii_team_receive(schedule, &team, call->recv.buf, mpii_side_count(&call->recv, team.rank),
                          type, 0);
}

static void build(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    mpii_schedule_keep_op(schedule, call->op);
    if (call->comm->remote)
        build_inter(schedule, call);
    else
        build_intra(schedule, call);
}

const struct mpii_collective mpii_reduce_scatter = {
    MPII_COLL_REDUCE, check, build, mpii_shared_reduce_scatter, mpii_posted_reduce_scatter};

#pragma weak MPI_Reduce_scatter = PMPI_Reduce_scatter
int PMPI_Reduce_scatter(const void *sendbuf, void *recvbuf, const int recvcounts[],
                        MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER(false);

    return mpii_coll_run(&mpii_reduce_scatter, &call);
}

#pragma weak MPI_Reduce_scatter_c = PMPI_Reduce_scatter_c
int PMPI_Reduce_scatter_c(const void *sendbuf, void *recvbuf, const MPI_Count recvcounts[],
                          MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER(true);

    return mpii_coll_run(&mpii_reduce_scatter, &call);
}

#pragma weak MPI_Reduce_scatter_block = PMPI_Reduce_scatter_block
int PMPI_Reduce_scatter_block(const void *sendbuf, void *recvbuf, int recvcount,
                              MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);
    struct mpii_quick quick = {
        .send = sendbuf, .recv = recvbuf, .recv_count = recvcount, .recv_type = datatype};

    if (!(shared && mpii_quick_reduce_scatter(shared, &quick, op))) {
        struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER_BLOCK(false);

        return mpii_coll_run_long(&mpii_reduce_scatter, &call);
    }
    return MPI_SUCCESS;
}

#pragma weak MPI_Reduce_scatter_block_c = PMPI_Reduce_scatter_block_c
int PMPI_Reduce_scatter_block_c(const void *sendbuf, void *recvbuf, MPI_Count recvcount,
                                MPI_Datatype datatype, MPI_Op op, MPI_Comm comm)
{
    struct mpii_coll_call call = MPII_CALL_REDUCE_SCATTER_BLOCK(true);

    return mpii_coll_run(&mpii_reduce_scatter, &call);
}
