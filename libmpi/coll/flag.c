// SPDX-License-Identifier: BSD-2-Clause
// flag.c: see flag.h.
#include "libmpi/coll/flag.h"

#define LOOKS_PER_PROGRESS 16 // the bus is looked at less often: each ring is a cache line
// The first looks are close together: an answer is mostly a cache line away (50 to 200 ns), while the
// instruction pause takes up to 140 cycles.
#define CLOSE_TURNS 8
#define CLOSE_LOOKS 32

static bool look_closely(const _Atomic uint64_t *flag, uint64_t value)
{
    for (int i = 0; i < CLOSE_LOOKS; i++)
        if (mpii_flag_reached(flag, value))
            return true;
    return false;
}

// May return early.
static void block(const struct services *services, const _Atomic uint64_t *flag, uint64_t value)
{
    struct service_watch watch = {.word = flag, .value = value};

    if (mpii_progress_more || mpii_postponed)
        mpii_sleep(&watch);
    else
        services->watch(&watch, mpii_progress);
}

void mpii_flag_wait_slow(const _Atomic uint64_t *flag, uint64_t value)
{
    const struct services *services = mpii_services();
    uint32_t turns = 0;

    while (!mpii_flag_reached(flag, value)) { // ends when the writer has been here
        if (services->others_ready() || ++turns >= services->spins) {
            block(services, flag, value);
            turns = 0;
            continue;
        }
        if (turns % LOOKS_PER_PROGRESS == 0) {
            mpii_progress();
            if (mpii_progress_more)
                mpii_progress_more(NULL);
        }
        if (turns > CLOSE_TURNS)
            __builtin_ia32_pause();
        else if (look_closely(flag, value))
            return;
    }
}
