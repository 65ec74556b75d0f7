// SPDX-License-Identifier: BSD-2-Clause
// build_bcast.c: broadcast down a binomial tree.
//
// Ranks are counted from the root. Rank v hears from v without its lowest bit, and tells those with
// one bit more below it, the farthest first. Cost: ceil(log2 n) messages of the whole buffer, one
// after the other.
#include "libmpi/coll/coll.h"

void mpii_build_bcast(struct mpii_schedule *schedule, const struct mpii_team *team, void *buf,
                      MPI_Count count, struct mpii_type *type, int root)
{
    int n = team->size, me = (team->rank - root + n) % n, bit = 1;

    mpii_schedule_fence(schedule);
    while (bit < n && !(me & bit))
        bit *= 2;
    if (bit < n || me) {
        mpii_team_receive(schedule, team, buf, count, type, (me - bit + root) % n);
        mpii_schedule_fence(schedule);
    }
    for (bit /= 2; bit > 0; bit /= 2)
        if (me + bit < n)
            mpii_team_send(schedule, team, buf, count, type, (me + bit + root) % n);
    mpii_schedule_fence(schedule);
}
