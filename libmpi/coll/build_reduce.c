// SPDX-License-Identifier: BSD-2-Clause
// build_reduce.c: reduction up a binomial tree.
//
// Ranks are counted from the top. Each holds the result of a run of ranks that begins with its own, and takes
// in the run that follows: so the order of operands is kept, as an operation that does not commute
// wants it; its tree has rank 0 on top, which passes the result on to the root.
// Cost: ceil(log2 n) messages of the whole vector, and as many reductions, one after the other.
#include "libmpi/coll/coll.h"

struct partial {
    const void *have;       // the result so far: the rank's input, or one of the buffers
    void *buffer[2], *free; // free: where to receive
};

// The run of `from` follows ours: ours op theirs, into the buffer theirs came in.
static void take_in(struct mpii_schedule *schedule, const struct mpii_team *team,
                    struct partial *partial, MPI_Count count, struct mpii_type *type, int from)
{
    int other;

    if (!partial->buffer[0])
        partial->buffer[0] = partial->free = mpii_schedule_buffer(schedule, count, type);
    else if (!partial->buffer[1])
        partial->buffer[1] = partial->free = mpii_schedule_buffer(schedule, count, type);
    mpii_team_receive(schedule, team, partial->free, count, type, from);
    mpii_schedule_fence(schedule);
    mpii_schedule_reduce(schedule, partial->have, partial->free, count, type);
    other = partial->free == partial->buffer[0];
    partial->have = partial->free;
    partial->free = partial->buffer[other];
}

void mpii_build_reduce(struct mpii_schedule *schedule, const struct mpii_team *team, const void *in,
                       void *out, MPI_Count count, struct mpii_type *type, int root)
{
    int n = team->size, top = schedule->op->commutative ? root : 0;
    int me = (team->rank - top + n) % n, bit = 1;
    struct partial partial = {.have = in};

    mpii_schedule_fence(schedule);
    for (; bit < n && !(me & bit); bit *= 2)
        if (me + bit < n)
            take_in(schedule, team, &partial, count, type, (me + bit + top) % n);
    if (me)
        mpii_team_send(schedule, team, partial.have, count, type, (me - bit + top) % n);
    else if (top != root)
        mpii_team_send(schedule, team, partial.have, count, type, root);
    else
        mpii_schedule_copy(schedule, out, count, type, partial.have, count, type);
    mpii_schedule_fence(schedule); // in may be out
    if (team->rank == root && top != root)
        mpii_team_receive(schedule, team, out, count, type, top);
    mpii_schedule_fence(schedule);
}
