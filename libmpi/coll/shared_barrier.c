// SPDX-License-Identifier: BSD-2-Clause
// shared_barrier.c: barrier by counting within a core and dissemination between cores.
//
// The last rank of a core to arrive goes on for it: in round k it tells the core 2^k above, and
// hears from the one 2^k below; then it lets the others go. The flag of the first round is that of the
// barrier's cell: its line is this core's before the barrier begins, and no reader of the barrier before
// still has it. Those of the other rounds have one reader, and rise with every barrier. Cost: ceil(log2
// cores) times a cache line there and one back at the same time, and a switch of threads for each
// rank of a core but one.
//
// After a collective in which a root sent data to all, its core leads instead: it hears from the others,
// and tells all with one flag. The root is behind then: it has waited for nobody, so the others,
// who got its data a cache line later, are the last to arrive, and by dissemination the first to
// leave, only to wait for its next data. Led, they leave behind the root and find them. Cost: a
// cache line from each core, and one to each. A loop of broadcast and barrier takes a quarter less with
// 2 ranks on 2 cores, a third less with 4.
#include "libmpi/coll/quick.h"

// The flag of a core in round k.
static _Atomic uint64_t *flag_of(const struct mpii_shared *shared, int core, int k)
{
    struct mpii_shared_core *state = shared->peer[core].state;

    return k == 0 ? &state->cell[shared->seq % MPII_CELLS].full : &state->round[k - 1].reached;
}

static void disseminate(struct mpii_shared *shared)
{
    int cores = shared->cores;

    for (int k = 0, distance = 1; distance < cores; k++, distance *= 2) {
        int above = (shared->core + distance) % cores,
            below = (shared->core - distance + cores) % cores;

        mpii_flag_set(flag_of(shared, shared->core, k), shared->seq + 1);
        mpii_shared_rouse(shared, above);
        mpii_shared_foresee_flag(shared);
        mpii_shared_foresee(shared);
        mpii_flag_wait(flag_of(shared, below, k), shared->seq + 1);
    }
}

// The core of the last sender leads. All ranks know the same one.
static void be_led(struct mpii_shared *shared, int leader)
{
    if (shared->core != leader) {
        mpii_shared_publish(shared, leader);
        mpii_shared_foresee(shared);
        mpii_shared_wait_full(shared, leader);
        return;
    }
    mpii_shared_foresee(shared);
    for (int c = 0; c < shared->cores; c++)
        if (c != leader)
            mpii_shared_wait_full(shared, c);
    mpii_shared_publish(shared, -1);
}

int mpii_quick_barrier(struct mpii_shared *shared)
{
    if (mpii_shared_arrive(shared)) {
        if (shared->sender >= 0 && shared->cores > 1)
            be_led(shared, shared->core_of[shared->sender]);
        else
            disseminate(shared);
        mpii_shared_release_fair(shared);
    } else {
        mpii_shared_wait_release(shared);
    }
    shared->sender = -1;
    mpii_shared_met(shared);
    mpii_shared_finish(shared, false);
    return MPI_SUCCESS;
}

bool mpii_shared_barrier(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);

    if (!shared)
        return false;
    *rc = mpii_quick_barrier(shared);
    return true;
}
