// SPDX-License-Identifier: BSD-2-Clause
// context.c: see context.h.
#include "libmpi/comm/context.h"
#include <string.h>

#define WINDOW_WORDS (MPII_CONTEXT_WINDOW / 64)

_Static_assert(MPII_CONTEXT_WORDS == WINDOW_WORDS + 1, "the last word says whether all have offered");

// MPI_COMM_WORLD has 0, MPI_COMM_SELF the next.
struct mpii_context_pool mpii_contexts = {.used = {{3}}};

void mpii_context_begin(struct mpii_context_pool *pool, struct mpii_context_search *search,
                        uint64_t order)
{
    struct mpii_context_search **at = &pool->searches;

    while (*at && (*at)->order <= order)
        at = &(*at)->next;
    *search = (struct mpii_context_search){.next = *at, .order = order};
    *at = search;
}

void mpii_context_cancel(struct mpii_context_pool *pool, struct mpii_context_search *search)
{
    struct mpii_context_search **at = &pool->searches;

    while (*at != search)
        at = &(*at)->next;
    *at = search->next;
}

static bool is_offering(const struct mpii_context_pool *pool)
{
    const struct mpii_context_search *search = pool->searches;

    while (search && !search->offered)
        search = search->next;
    return search != NULL;
}

void mpii_context_offer(struct mpii_context_pool *pool, struct mpii_context_search *search,
                        uint64_t words[MPII_CONTEXT_WORDS])
{
    memset(words, 0, MPII_CONTEXT_WORDS * sizeof *words);
    if (pool->searches != search || is_offering(pool))
        return; // busy
    for (int i = 0; i < WINDOW_WORDS; i++)
        words[i] = ~pool->used[search->window][i];
    words[WINDOW_WORDS] = UINT64_MAX;
    search->offered = true;
}

enum mpii_context_result mpii_context_settle(struct mpii_context_pool *pool,
                                             struct mpii_context_search *search,
                                             const uint64_t words[MPII_CONTEXT_WORDS],
                                             uint32_t *context)
{
    search->offered = false;
    if (words[WINDOW_WORDS] == 0)
        return MPII_CONTEXT_BUSY;
    for (int i = 0; i < WINDOW_WORDS; i++) {
        int bit;

        if (words[i] == 0)
            continue;
        bit = __builtin_ctzll(words[i]);
        pool->used[search->window][i] |= 1ull << bit;
        *context = (uint32_t)(search->window * MPII_CONTEXT_WINDOW + i * 64 + bit) * MPII_CONTEXT_STEP;
        mpii_context_cancel(pool, search);
        return MPII_CONTEXT_DONE;
    }
    if (++search->window < MPII_CONTEXT_WINDOWS)
        return MPII_CONTEXT_AGAIN;
    mpii_context_cancel(pool, search);
    return MPII_CONTEXT_EXHAUSTED;
}

void mpii_context_free(struct mpii_context_pool *pool, uint32_t context)
{
    uint32_t index = context / MPII_CONTEXT_STEP;

    pool->used[index / MPII_CONTEXT_WINDOW][index % MPII_CONTEXT_WINDOW / 64] &=
        ~(1ull << index % 64);
}
