// SPDX-License-Identifier: BSD-2-Clause
// agree.c: the messages of an agreement on a context (comm/context.h), as steps of a schedule.
//
// A round: everybody's offer, combined by AND over the team; for an intercommunicator the leaders
// exchange the results, combine them, and tell their teams. Then all look at the same words, and go
// on or begin another round.
#include "libmpi/comm/construct.h"

static void words_and(const struct mpii_op *op, const void *in, void *inout, MPI_Count count,
                      const struct mpii_type *type)
{
    const uint64_t *from = in;
    uint64_t *to = inout;

    (void)op;
    (void)type;
    for (MPI_Count i = 0; i < count / (MPI_Count)sizeof *to; i++)
        to[i] &= from[i];
}

// Not an operation of MPI: its vector is bytes, so that the tables of those need not be linked.
static struct mpii_op and_op = {
    .object = {.head.magic = MPII_MAGIC | MPII_OP, .predefined = true, .uses = 1},
    .commutative = true,
};

static void op_drop(struct mpii_op *op)
{
    (void)op;
}

static int offer(struct mpii_schedule *schedule, void *argument)
{
    struct mpii_agree *agree = argument;

    if (!agree->searching)
        mpii_context_begin(&mpii_contexts, &agree->search, agree->seed);
    agree->searching = true;
    agree->first = schedule->at;
    mpii_context_offer(&mpii_contexts, &agree->search, agree->mine);
    return 1;
}

static int combine(struct mpii_schedule *schedule, void *argument)
{
    struct mpii_agree *agree = argument;

    words_and(schedule->op, agree->other, agree->all, (MPI_Count)sizeof agree->all, NULL);
    return 1;
}

static int settle(struct mpii_schedule *schedule, void *argument)
{
    struct mpii_agree *agree = argument;
    int back = (int)agree->first - (int)schedule->at;

    switch (mpii_context_settle(&mpii_contexts, &agree->search, agree->all, &agree->context)) {
    case MPII_CONTEXT_DONE:
        return 1;
    case MPII_CONTEXT_AGAIN:
        return back;
    case MPII_CONTEXT_EXHAUSTED:
        agree->exhausted = true;
        schedule->error = MPI_ERR_OTHER;
        return 1;
    }
    return 1;
}

void mpii_build_cross(struct mpii_schedule *schedule, const struct mpii_team *team,
                      const struct mpii_bridge *bridge, const void *ours, size_t our_bytes,
                      void *theirs, size_t their_bytes)
{
    struct mpii_type *type = mpii_type(MPI_BYTE);
    int tag = schedule->tag;

    if (team->rank == bridge->leader) {
        schedule->tag = bridge->tag;
        mpii_schedule_receive(schedule, bridge->comm, theirs, (MPI_Count)their_bytes, type,
                              bridge->peer);
        mpii_schedule_send(schedule, bridge->comm, ours, (MPI_Count)our_bytes, type, bridge->peer);
        schedule->tag = tag;
        mpii_schedule_fence(schedule);
    }
    mpii_build_bcast(schedule, team, theirs, (MPI_Count)their_bytes, type, bridge->leader);
}

void mpii_build_collect(struct mpii_schedule *schedule, const struct mpii_team *team,
                        const void *mine, void *all, size_t bytes)
{
    struct mpii_type *type = mpii_type(MPI_BYTE);
    MPI_Count count = (MPI_Count)bytes;

    for (int i = 1; team->rank == 0 && i < team->size; i++)
        mpii_team_receive(schedule, team, (char *)all + (size_t)i * bytes, count, type, i);
    if (team->rank == 0)
        mpii_schedule_copy(schedule, all, count, type, mine, count, type);
    else
        mpii_team_send(schedule, team, mine, count, type, 0);
    mpii_build_bcast(schedule, team, all, team->size * count, type, 0);
}

void mpii_build_agree(struct mpii_schedule *schedule, struct mpii_agree *agree, uint32_t seed,
                      const struct mpii_team *team, const struct mpii_bridge *bridge)
{
    *agree = (struct mpii_agree){.seed = seed};
    schedule->op = &and_op;
    schedule->reduce = words_and;
    schedule->op_drop = op_drop;
    mpii_schedule_call(schedule, offer, agree);
    mpii_build_allreduce(schedule, team, agree->mine, agree->all, (MPI_Count)sizeof agree->mine,
                         mpii_type(MPI_BYTE));
    if (bridge) {
        mpii_build_cross(schedule, team, bridge, agree->all, sizeof agree->all, agree->other,
                         sizeof agree->other);
        mpii_schedule_call(schedule, combine, agree);
    }
    mpii_schedule_fence(schedule);
    mpii_schedule_call(schedule, settle, agree);
}
