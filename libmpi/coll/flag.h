// SPDX-License-Identifier: BSD-2-Clause
// flag.h: waiting for counters that another core raises.
//
// A flag is a 64-bit word that only rises. Its writer stores and then rouses the cores that may
// wait for it. Who waits looks at the flag for a while, as long as no other rank of its core wants
// to run, then blocks. The waits of a core are on one list, which whoever looks (because it waits,
// or has waited) looks through for all. If nobody looks, the core has a sleeper: the thread that a
// writer on another core must wake.
#pragma once
#include "libmpi/request.h"
#include <stdalign.h>

#pragma GCC visibility push(hidden)

struct mpii_flag_wait {
    struct mpii_flag_wait *next;
    const _Atomic uint64_t *flag;
    uint64_t value;
    void *thread;
};

// Of one core, for all its ranks and communicators.
struct mpii_flags {
    alignas(64) _Atomic(void *) sleeper;      // written by this core, read by all
    alignas(64) struct mpii_flag_wait *waits; // this core's only, as the waits are, which lie on stacks
};

static inline bool mpii_flag_reached(const _Atomic uint64_t *flag, uint64_t value)
{
    // [F] acquire: what the writer wrote before. Pairs with mpii_flag_set.
    return atomic_load_explicit(flag, memory_order_acquire) >= value;
}

static inline void mpii_flag_set(_Atomic uint64_t *flag, uint64_t value)
{
    atomic_store_explicit(flag, value, memory_order_release); // [F]
}

// After mpii_flag_set, for each core (not one's own) that may wait. A full fence must lie between:
// one of the two sees the other, the writer the sleeper or the sleeper the flag. Pairs with the
// fence in flag.c [S].
static inline void mpii_flags_fence(void)
{
    atomic_thread_fence(memory_order_seq_cst); // [S]
}
static inline void mpii_flags_rouse(const struct mpii_flags *flags)
{
    void *thread = atomic_load_explicit(&flags->sleeper, memory_order_relaxed);

    if (thread)
        mpii_services()->wake(thread);
}

// After mpii_flag_set: wakes the threads of this core whose flags have been reached.
void mpii_flags_poll(struct mpii_flags *mine);

// Until the flag is at least `value`. `mine` is the running core's.
void mpii_flag_wait_slow(struct mpii_flags *mine, const _Atomic uint64_t *flag, uint64_t value);
static inline void mpii_flag_wait(struct mpii_flags *mine, const _Atomic uint64_t *flag,
                                  uint64_t value)
{
    if (!mpii_flag_reached(flag, value))
        mpii_flag_wait_slow(mine, flag, value);
}

#pragma GCC visibility pop
