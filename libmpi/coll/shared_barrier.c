// SPDX-License-Identifier: BSD-2-Clause
// shared_barrier.c: barrier by counting within a core and dissemination between cores.
//
// The last rank of a core to arrive goes on for it: in round k it tells the core 2^k above, and
// hears from the one 2^k below; then it lets the others go. A round flag has one reader, and rises
// with every barrier. Cost: ceil(log2 cores) times a cache line there and one back at the same
// time, and a switch of threads for each rank of a core but one.
#include "libmpi/coll/quick.h"

static void disseminate(const struct mpii_shared *shared)
{
    int cores = shared->cores;

    for (int k = 0, distance = 1; distance < cores; k++, distance *= 2) {
        int above = (shared->core + distance) % cores,
            below = (shared->core - distance + cores) % cores;

        mpii_flag_set(&shared->mine->round[k].reached, shared->seq + 1);
        mpii_shared_rouse(shared, above);
        mpii_flag_wait(&shared->peer[below].state->round[k].reached, shared->seq + 1);
    }
}

bool mpii_quick_barrier(struct mpii_shared *shared)
{
    if (mpii_shared_arrive(shared)) {
        disseminate(shared);
        mpii_shared_release_fair(shared);
    } else {
        mpii_shared_wait_release(shared);
    }
    mpii_shared_met(shared);
    mpii_shared_finish(shared, false);
    return true;
}

bool mpii_shared_barrier(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);

    *rc = MPI_SUCCESS;
    return shared && mpii_quick_barrier(shared);
}
