// SPDX-License-Identifier: BSD-2-Clause
// quiet.c: see quiet.h.
#include "kernel/sched/quiet.h"
#include "machine/machine.h"
#include <stdalign.h>
#include <stdatomic.h>

#ifndef PATIENCE_NS            // the test has none
#define PATIENCE_NS 100000000u // before a round: rounds wake all cores
#endif
#define ROUND_NS 20000000u // until a core that sleeps on is woken again

enum suspicion { NONE, WAITS, ROUND };

struct quiet {
    alignas(64) _Atomic uint64_t turn; // written by its core, read by all
    _Atomic uint64_t seen;             // likewise
    // The core's own: what it thinks, once it has seen that all turns are odd.
    alignas(64) enum suspicion suspicion;
    uint64_t sum;      // of all turns then
    uint64_t round;    // the one it has started
    uint64_t until_ns; // of this step
};

static struct quiet quiet[CORES_MAX];
static alignas(64) _Atomic uint64_t last_round;

uint64_t quiet_round(void)
{
    return atomic_load_explicit(&last_round, memory_order_acquire); // [R]
}

// Do all sleep without hope? Turns only rise, so an equal sum means equal turns. The look begins with
// the neighbour and ends at the first that is awake, as mostly somebody is.
static bool all_asleep(uint32_t core, uint32_t cores, uint64_t *sum)
{
    *sum = 0;
    for (uint32_t i = 1; i <= cores; i++) {
        // [Q] acquire: what that core did before it fell asleep. Pairs with quiet_enter.
        uint64_t turn = atomic_load_explicit(&quiet[(core + i) % cores].turn, memory_order_acquire);

        if (turn % 2 == 0)
            return false;
        *sum += turn;
    }
    return true;
}

static bool all_have_seen(uint32_t cores, uint64_t round)
{
    for (uint32_t i = 0; i < cores; i++)
        // [R] acquire: that look before the turns are read again. Pairs with quiet_enter.
        if (atomic_load_explicit(&quiet[i].seen, memory_order_acquire) < round)
            return false;
    return true;
}

static void wake_all(uint32_t core, uint32_t cores)
{
    for (uint32_t i = 0; i < cores; i++)
        if (i != core)
            machine->core_wake(i);
}

// One step of suspicion: until when the core sleeps, 0 if the job is stuck.
static uint64_t suspect(struct quiet *own, uint32_t core, uint32_t cores, uint64_t sum)
{
    uint64_t now = machine->now_ns(), again;

    if (own->suspicion == NONE || own->sum != sum) {
        own->suspicion = WAITS;
        own->sum = sum;
        own->until_ns = now + PATIENCE_NS;
    }
    if (own->suspicion == ROUND && all_have_seen(cores, own->round) &&
        all_asleep(core, cores, &again) && again == sum)
        return 0;
    if (now < own->until_ns)
        return own->until_ns;
    if (own->suspicion == WAITS) {
        // [R] release: the turns that we have read before the looks of this round.
        own->round = atomic_fetch_add_explicit(&last_round, 1, memory_order_acq_rel) + 1;
        own->suspicion = ROUND;
    }
    own->until_ns = now + ROUND_NS;
    wake_all(core, cores);
    return now + 1; // our own look is due as well
}

uint64_t quiet_enter(uint32_t core, uint32_t cores, uint64_t round)
{
    struct quiet *own = &quiet[core];
    uint64_t sum;

    // [R] release: the look in vain before this.
    atomic_store_explicit(&own->seen, round, memory_order_release);
    if (atomic_load_explicit(&own->turn, memory_order_relaxed) % 2 == 0) {
        // [Q] release: all that this core has sent. seq_cst, and a fence: our turn before our look
        // at the others'; pairs with the same on their cores.
        atomic_fetch_add_explicit(&own->turn, 1, memory_order_seq_cst);
        atomic_thread_fence(memory_order_seq_cst);
        own->suspicion = NONE;
    }
    if (!all_asleep(core, cores, &sum)) {
        own->suspicion = NONE;
        return NEVER;
    }
    return suspect(own, core, cores, sum);
}

void quiet_leave(uint32_t core)
{
    struct quiet *own = &quiet[core];

    if (atomic_load_explicit(&own->turn, memory_order_relaxed) % 2 == 0)
        return;
    // [Q] Before all that this core will do: who has seen anything of that sees this turn, too.
    atomic_fetch_add_explicit(&own->turn, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
}
