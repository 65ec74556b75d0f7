// SPDX-License-Identifier: BSD-2-Clause
// flag.h: waiting for counters that another core raises.
//
// A flag is a 64-bit word that only rises. Its writer stores, and rouses the cores that may wait for
// it if they sleep. Who waits looks at the flag for a while, as long as no other thread of its core
// wants to run, then blocks; the scheduler looks on (services.h: watch).
#pragma once
#include "libmpi/request.h"
#include <stdalign.h>

#pragma GCC visibility push(hidden)

static inline bool mpii_flag_reached(const _Atomic uint64_t *flag, uint64_t value)
{
    // [F] acquire: what the writer wrote before. Pairs with mpii_flag_set.
    return atomic_load_explicit(flag, memory_order_acquire) >= value;
}

static inline void mpii_flag_set(_Atomic uint64_t *flag, uint64_t value)
{
    atomic_store_explicit(flag, value, memory_order_release); // [F]
}

// Until the flag is at least `value`.
void mpii_flag_wait_slow(const _Atomic uint64_t *flag, uint64_t value);
static inline void mpii_flag_wait(const _Atomic uint64_t *flag, uint64_t value)
{
    if (!mpii_flag_reached(flag, value))
        mpii_flag_wait_slow(flag, value);
}

#pragma GCC visibility pop
