// SPDX-License-Identifier: BSD-2-Clause
// flag.c: see flag.h.
//
// The invariant: whenever a thread of the core blocks on its list of waits, either the core has a
// sleeper or a thread that looks through the list is running or ready. Hence a thread that stops
// looking, because it blocks or has got what it waited for, leaves a sleeper if the list is not
// empty, and looks once more.
#include "libmpi/coll/flag.h"

#define LOOKS_PER_PROGRESS 16 // the bus is looked at less often: each ring is a cache line
// The first looks are close together: an answer is mostly a cache line away (50 to 200 ns), while the
// instruction pause takes up to 140 cycles.
#define CLOSE_TURNS 8
#define CLOSE_LOOKS 32

void mpii_flags_poll(struct mpii_flags *mine)
{
    struct mpii_flag_wait **at = &mine->waits;

    while (*at) { // ends: the list has an entry for each thread at most
        struct mpii_flag_wait *wait = *at;

        if (mpii_flag_reached(wait->flag, wait->value)) {
            *at = wait->next;
            mpii_services()->wake(wait->thread);
        } else {
            at = &wait->next;
        }
    }
}

static void wait_remove(struct mpii_flags *mine, const struct mpii_flag_wait *wait)
{
    for (struct mpii_flag_wait **at = &mine->waits; *at; at = &(*at)->next)
        if (*at == wait) {
            *at = wait->next;
            return;
        }
}

static void sleeper_set(struct mpii_flags *mine, void *thread)
{
    // Mostly it is so already, and the line stays shared with the cores that read it.
    if (atomic_load_explicit(&mine->sleeper, memory_order_relaxed) != thread)
        atomic_store_explicit(&mine->sleeper, thread, memory_order_relaxed);
}

static void block(struct mpii_flags *mine, const _Atomic uint64_t *flag, uint64_t value)
{
    const struct services *services = mpii_services();
    struct mpii_flag_wait wait = {
        .next = mine->waits, .flag = flag, .value = value, .thread = services->thread()};
    bool more;

    mine->waits = &wait;
    sleeper_set(mine, wait.thread);
    more = mpii_progress_more && mpii_progress_more(wait.thread);
    mpii_flags_fence();    // [S] the sleeper before the flags; pairs with who has set one
    mpii_flags_poll(mine); // may wake this thread: then the wait returns at once
    if (!more)
        services->wait(mpii_progress);
    wait_remove(mine, &wait);
}

// Stops looking: the others on the list need a sleeper.
static void leave(struct mpii_flags *mine)
{
    if (mine->waits)
        mpii_flags_poll(mine);
    if (!mine->waits) {
        sleeper_set(mine, NULL); // threads end: nobody may wake this one for a flag any more
        return;
    }
    sleeper_set(mine, mine->waits->thread);
    mpii_flags_fence(); // [S] as in block
    mpii_flags_poll(mine);
}

static void look_closely(const _Atomic uint64_t *flag, uint64_t value)
{
    for (int i = 0; i < CLOSE_LOOKS && !mpii_flag_reached(flag, value); i++)
        ;
}

void mpii_flag_wait_slow(struct mpii_flags *mine, const _Atomic uint64_t *flag, uint64_t value)
{
    const struct services *services = mpii_services();
    uint32_t turns = 0;

    while (!mpii_flag_reached(flag, value)) { // ends when the writer has been here
        if (services->others_ready() || ++turns >= services->spins) {
            block(mine, flag, value);
            turns = 0;
            continue;
        }
        sleeper_set(mine, NULL);
        if (mine->waits)
            mpii_flags_poll(mine);
        if (turns % LOOKS_PER_PROGRESS == 0) {
            mpii_progress();
            if (mpii_progress_more)
                mpii_progress_more(NULL);
        }
        if (turns <= CLOSE_TURNS)
            look_closely(flag, value);
        else
            __builtin_ia32_pause();
    }
    leave(mine);
}
