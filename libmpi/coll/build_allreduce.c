// SPDX-License-Identifier: BSD-2-Clause
// build_allreduce.c: allreduce by recursive doubling.
//
// Of the first ranks, each even one hands its input to the next, until a power of two is left.
// Those then exchange their results with the rank whose number differs in one bit, the lowest
// first: each result is that of a run of ranks, and runs that meet are neighbours, so the order of
// operands is kept. At the end the even ranks hear the result. Cost: log2 n exchanges of the whole
// vector, two messages more if n is no power of two.
#include "libmpi/coll/coll.h"

// The rank that is `doubler` among those that are left; `extra` pairs have lost one.
static int rank_of(int doubler, int extra)
{
    return doubler < extra ? 2 * doubler + 1 : doubler + extra;
}

static void exchange(struct mpii_schedule *schedule, const struct mpii_team *team, void *out,
                     void *spare, MPI_Count count, struct mpii_type *type, int partner)
{
    mpii_team_receive(schedule, team, spare, count, type, partner);
    mpii_team_send(schedule, team, out, count, type, partner);
    mpii_schedule_fence(schedule);
    if (partner < team->rank || schedule->op->commutative) {
        mpii_schedule_reduce(schedule, spare, out, count, type);
    } else {
        mpii_schedule_reduce(schedule, out, spare, count, type);
        mpii_schedule_copy(schedule, out, count, type, spare, count, type);
    }
}

void mpii_build_allreduce(struct mpii_schedule *schedule, const struct mpii_team *team,
                          const void *in, void *out, MPI_Count count, struct mpii_type *type)
{
    int doublers = 1, extra, me = team->rank, doubler;
    void *spare;

    mpii_schedule_fence(schedule);
    mpii_schedule_copy(schedule, out, count, type, in, count, type);
    if (team->size == 1)
        return;
    spare = mpii_schedule_buffer(schedule, count, type);
    while (2 * doublers <= team->size)
        doublers *= 2;
    extra = team->size - doublers;
    doubler = me < 2 * extra ? me / 2 : me - extra;
    if (me < 2 * extra && me % 2 == 0) {
        mpii_team_send(schedule, team, out, count, type, me + 1);
        mpii_schedule_fence(schedule);
        mpii_team_receive(schedule, team, out, count, type, me + 1);
        mpii_schedule_fence(schedule);
        return;
    }
    if (me < 2 * extra) {
        mpii_team_receive(schedule, team, spare, count, type, me - 1);
        mpii_schedule_fence(schedule);
        mpii_schedule_reduce(schedule, spare, out, count, type);
    }
    for (int bit = 1; bit < doublers; bit *= 2)
        exchange(schedule, team, out, spare, count, type, rank_of(doubler ^ bit, extra));
    if (me < 2 * extra)
        mpii_team_send(schedule, team, out, count, type, me - 1);
    mpii_schedule_fence(schedule);
}
