// SPDX-License-Identifier: BSD-2-Clause
// build_barrier.c: barrier by dissemination (Hensgen, Finkel, Manber 1988).
//
// In round k each rank tells the one 2^k above it and hears from the one 2^k below.
// Cost: ceil(log2 n) rounds of one empty message each way.
#include "libmpi/coll/coll.h"

void mpii_build_barrier(struct mpii_schedule *schedule, const struct mpii_team *team)
{
    struct mpii_type *type = mpii_type(MPI_BYTE);

    for (int distance = 1; distance < team->size; distance *= 2) {
        mpii_schedule_fence(schedule);
        mpii_team_receive(schedule, team, NULL, 0, type,
                          (team->rank - distance + team->size) % team->size);
        mpii_team_send(schedule, team, NULL, 0, type, (team->rank + distance) % team->size);
    }
    mpii_schedule_fence(schedule);
}
