// SPDX-License-Identifier: BSD-2-Clause
// context.c: see context.h.
#include "libmpi/comm/context.h"
#include <string.h>

#define WINDOW_WORDS (MPII_CONTEXT_WINDOW / 64)

_Static_assert(MPII_CONTEXT_WORDS == WINDOW_WORDS + 1,
               "the last word says whether bits were withheld");

struct mpii_context_pool mpii_contexts;

void mpii_context_begin(struct mpii_context_pool *pool, struct mpii_context_search *search,
                        uint32_t seed)
{
    uint32_t mixed = seed * 2654435761u; // spreads neighbours: 2^32 by the golden ratio

    *search = (struct mpii_context_search){
        .next = pool->searches,
        .start = mixed >> 24,
        .stride = (mixed >> 16 & 0xff) | 1, // odd: visits every one of the windows, a power of two
    };
    pool->searches = search;
}

void mpii_context_cancel(struct mpii_context_pool *pool, struct mpii_context_search *search)
{
    struct mpii_context_search **at = &pool->searches;

    while (*at != search)
        at = &(*at)->next;
    *at = search->next;
}

void mpii_context_offer(struct mpii_context_pool *pool, struct mpii_context_search *search,
                        uint64_t words[MPII_CONTEXT_WORDS])
{
    const struct mpii_context_search *other;
    uint64_t withheld = 0;

    for (int i = 0; i < WINDOW_WORDS; i++) {
        uint64_t taken = 0;

        for (other = pool->searches; other; other = other->next)
            if (other != search && other->window == search->window)
                taken |= other->offered[i];
        withheld |= taken;
        words[i] = ~pool->used[search->window][i] & ~taken;
    }
    memcpy(search->offered, words, sizeof search->offered);
    words[WINDOW_WORDS] = withheld ? 0 : UINT64_MAX;
}

// Round 0 is at window 0, the next MPII_CONTEXT_WINDOWS rounds are a pass over all.
static bool next_window(struct mpii_context_search *search)
{
    if (++search->round > MPII_CONTEXT_WINDOWS) {
        if (!search->withheld)
            return false;
        search->withheld = false;
        search->round = 1;
    }
    search->window = (int)((search->start + search->round * search->stride) % MPII_CONTEXT_WINDOWS);
    return true;
}

enum mpii_context_result mpii_context_settle(struct mpii_context_pool *pool,
                                             struct mpii_context_search *search,
                                             const uint64_t words[MPII_CONTEXT_WORDS],
                                             uint32_t *context)
{
    memset(search->offered, 0, sizeof search->offered);
    for (int i = 0; i < WINDOW_WORDS; i++) {
        int bit;

        if (words[i] == 0)
            continue;
        bit = __builtin_ctzll(words[i]);
        pool->used[search->window][i] |= 1ull << bit;
        *context =
            (uint32_t)(search->window * MPII_CONTEXT_WINDOW + i * 64 + bit) * MPII_CONTEXT_STEP +
            MPII_CONTEXT_FIRST;
        mpii_context_cancel(pool, search);
        return MPII_CONTEXT_DONE;
    }
    if (search->round > 0 && words[WINDOW_WORDS] == 0)
        search->withheld = true;
    if (next_window(search))
        return MPII_CONTEXT_AGAIN;
    mpii_context_cancel(pool, search);
    return MPII_CONTEXT_EXHAUSTED;
}

void mpii_context_free(struct mpii_context_pool *pool, uint32_t context)
{
    uint32_t index = (context - MPII_CONTEXT_FIRST) / MPII_CONTEXT_STEP;

    pool->used[index / MPII_CONTEXT_WINDOW][index % MPII_CONTEXT_WINDOW / 64] &=
        ~(1ull << index % 64);
}
