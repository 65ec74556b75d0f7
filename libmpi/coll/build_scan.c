// SPDX-License-Identifier: BSD-2-Clause
// build_scan.c: prefix reductions by doubling (Hillis and Steele 1986).
//
// Before the round for distance d, each rank has the result of the d ranks that end with it (or of
// all up to it); it tells the rank d above, and puts what it hears from d below in front of its
// own. Cost: ceil(log2 n) rounds of one vector each way. The exclusive scan keeps a second result,
// which begins with what the rank below has.
#include "libmpi/coll/coll.h"

void mpii_build_scan(struct mpii_schedule *schedule, struct mpii_coll_call *call, bool inclusive)
{
    struct mpii_team team = mpii_team_of(call->comm);
    MPI_Count count = call->recv.count;
    struct mpii_type *type = call->recv.type;
    void *out = call->recv.buf, *have, *heard;

    mpii_schedule_keep_op(schedule, call->op);
    have = inclusive ? out : mpii_schedule_buffer(schedule, count, type);
    heard = mpii_schedule_buffer(schedule, count, type);
    mpii_schedule_copy(schedule, have, count, type, mpii_coll_input(call), count, type);
    for (int distance = 1; distance < team.size; distance *= 2) {
        if (team.rank >= distance)
            mpii_team_receive(schedule, &team, heard, count, type, team.rank - distance);
        if (team.rank + distance < team.size)
            mpii_team_send(schedule, &team, have, count, type, team.rank + distance);
        mpii_schedule_fence(schedule);
        if (team.rank < distance)
            continue;
        mpii_schedule_reduce(schedule, heard, have, count, type);
        if (!inclusive && distance == 1)
            mpii_schedule_copy(schedule, out, count, type, heard, count, type);
        else if (!inclusive)
            mpii_schedule_reduce(schedule, heard, out, count, type);
    }
}
