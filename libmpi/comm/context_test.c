// SPDX-License-Identifier: BSD-2-Clause
// context_test.c: ranks agree on contexts: churn, many at once, overlapping agreements.
#include "libmpi/comm/context.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANKS = 5 };

static struct mpii_context_pool pools[RANKS];
static int cases;

// One agreement among the ranks of a bit mask, as a constructor would run it.
struct agreement {
    unsigned members;
    struct mpii_context_search search[RANKS];
    uint32_t context;
    enum mpii_context_result result;
};

static void pools_reset(void)
{
    memset(pools, 0, sizeof pools);
}

// A round is an allreduce: offers are made at any time before its end.
static void round_combine(const uint64_t offers[RANKS][MPII_CONTEXT_WORDS], unsigned members,
                          uint64_t combined[MPII_CONTEXT_WORDS])
{
    memset(combined, 0xff, MPII_CONTEXT_WORDS * sizeof *combined);
    for (int i = 0; i < RANKS; i++)
        for (int w = 0; members >> i & 1 && w < MPII_CONTEXT_WORDS; w++)
            combined[w] &= offers[i][w];
}

static void round_settle(struct agreement *agreement, const uint64_t combined[MPII_CONTEXT_WORDS])
{
    uint32_t context, seen = 0;
    int settled = 0;

    for (int i = 0; i < RANKS; i++) {
        if (!(agreement->members >> i & 1))
            continue;
        context = 0;
        agreement->result = mpii_context_settle(&pools[i], &agreement->search[i], combined, &context);
        assert(settled == 0 || context == seen); // all the same
        seen = context;
        settled++;
    }
    agreement->context = seen;
}

static uint32_t agree(unsigned members)
{
    uint64_t offers[RANKS][MPII_CONTEXT_WORDS], combined[MPII_CONTEXT_WORDS];
    struct agreement agreement;

    agreement.members = members;
    for (int i = 0; i < RANKS; i++)
        if (members >> i & 1)
            mpii_context_begin(&pools[i], &agreement.search[i], members);
    do {
        for (int i = 0; i < RANKS; i++)
            if (members >> i & 1)
                mpii_context_offer(&pools[i], &agreement.search[i], offers[i]);
        round_combine((const void *)offers, members, combined);
        round_settle(&agreement, combined);
    } while (agreement.result == MPII_CONTEXT_AGAIN);
    return agreement.result == MPII_CONTEXT_DONE ? agreement.context : UINT32_MAX;
}

static void release(unsigned members, uint32_t context)
{
    for (int i = 0; i < RANKS; i++)
        if (members >> i & 1)
            mpii_context_free(&pools[i], context);
}

static void test_churn(void)
{
    pools_reset();
    for (int i = 0; i < 200000; i++) {
        uint32_t context = agree(31);

        assert(context == 4);
        release(31, context);
    }
    cases++;
}

// Every context differs from all that live in one of the same ranks; those apart may share.
static void test_many(void)
{
    enum { LIVE = 3000, STEPS = 30000 };
    static struct {
        unsigned members;
        uint32_t context;
    } live[LIVE];
    static unsigned taken[MPII_CONTEXT_WINDOW * MPII_CONTEXT_WINDOWS + 2]; // members by context

    pools_reset();
    srand(7);
    for (int i = 0; i < STEPS; i++) {
        int slot = rand() % LIVE;
        uint32_t context = live[slot].context;

        if (live[slot].members) {
            release(live[slot].members, context);
            taken[context / 2] &= ~live[slot].members;
            live[slot].members = 0;
            continue;
        }
        live[slot].members = (unsigned)(rand() % 31) + 1;
        live[slot].context = context = agree(live[slot].members);
        assert(context >= 4 && context % 2 == 0);
        assert((taken[context / 2] & live[slot].members) == 0);
        taken[context / 2] |= live[slot].members;
    }
    cases++;
}

static void test_exhaustion(void)
{
    uint32_t all = MPII_CONTEXT_WINDOW * MPII_CONTEXT_WINDOWS;

    pools_reset();
    for (uint32_t i = 0; i < all; i++)
        assert(agree(1) <= MPII_CONTEXT_FIRST + 2 * (all - 1));
    assert(agree(1) == UINT32_MAX && agree(3) == UINT32_MAX);
    mpii_context_free(&pools[0], MPII_CONTEXT_FIRST + 2 * (all - 1));
    assert(agree(3) == MPII_CONTEXT_FIRST + 2 * (all - 1));
    assert(!pools[0].searches && !pools[1].searches);
    cases++;
}

// Agreements that overlap: no rank gives a context to two of them, and all get done.
static const unsigned overlap_members[] = {0x3, 0x6, 0xc, 0x1f, 0x11, 0x15};

enum { OVERLAPS = sizeof overlap_members / sizeof *overlap_members };

struct overlap {
    struct agreement agreement[OVERLAPS];
    unsigned begun[OVERLAPS], offered[OVERLAPS]; // ranks
    uint64_t offers[OVERLAPS][RANKS][MPII_CONTEXT_WORDS];
    unsigned over; // agreements
};

// One rank's next step in one agreement, if it has one.
static void overlap_step(struct overlap *overlap, int n, int rank)
{
    struct agreement *agreement = &overlap->agreement[n];
    uint64_t combined[MPII_CONTEXT_WORDS];
    unsigned me = 1u << rank;

    if (overlap->over >> n & 1 || !(agreement->members & me) || overlap->offered[n] & me)
        return;
    if (!(overlap->begun[n] & me))
        mpii_context_begin(&pools[rank], &agreement->search[rank], (uint32_t)n);
    overlap->begun[n] |= me;
    mpii_context_offer(&pools[rank], &agreement->search[rank], overlap->offers[n][rank]);
    overlap->offered[n] |= me;
    if (overlap->offered[n] != agreement->members)
        return;
    round_combine((const void *)overlap->offers[n], agreement->members, combined);
    round_settle(agreement, combined);
    overlap->offered[n] = 0;
    assert(agreement->result != MPII_CONTEXT_EXHAUSTED);
    if (agreement->result == MPII_CONTEXT_DONE)
        overlap->over |= 1u << n;
}

static void overlap_begin(struct overlap *overlap)
{
    pools_reset();
    memset(overlap, 0, sizeof *overlap);
    for (int i = 0; i < OVERLAPS; i++)
        overlap->agreement[i].members = overlap_members[i];
}

static void overlap_end(const struct overlap *overlap)
{
    const struct agreement *a = overlap->agreement;

    for (int i = 0; i < OVERLAPS; i++)
        for (int j = 0; j < i; j++)
            assert(!(a[i].members & a[j].members) || a[i].context != a[j].context);
}

static void test_overlap(void)
{
    static struct overlap overlap;

    for (unsigned seed = 0; seed < 2000; seed++) { // each step by anybody
        overlap_begin(&overlap);
        srand(seed);
        for (int steps = 0; overlap.over != (1u << OVERLAPS) - 1; steps++) {
            assert(steps < 100000);
            overlap_step(&overlap, rand() % OVERLAPS, rand() % RANKS);
        }
        overlap_end(&overlap);
    }
    cases++;
    // In lockstep, even ranks from the first agreement on, odd ones from the last: the same quarrel in
    // each round.
    overlap_begin(&overlap);
    for (int steps = 0; overlap.over != (1u << OVERLAPS) - 1; steps++) {
        assert(steps < 100000);
        for (int n = 0; n < OVERLAPS; n++)
            for (int rank = 0; rank < RANKS; rank++)
                overlap_step(&overlap, rank % 2 ? OVERLAPS - 1 - n : n, rank);
    }
    overlap_end(&overlap);
    cases++;
}

// A rank without threads does one agreement, then the other; its neighbour has both under way at once.
static void test_no_waiting(void)
{
    struct mpii_context_search first[2], second[2];
    uint64_t offers[RANKS][MPII_CONTEXT_WORDS], combined[MPII_CONTEXT_WORDS];
    enum mpii_context_result result;
    uint32_t context = 0, here;

    pools_reset();
    mpii_context_begin(&pools[1], &second[1], 1);
    mpii_context_offer(&pools[1], &second[1], offers[3]); // waits for rank 0, which comes later
    mpii_context_begin(&pools[0], &first[0], 2);
    mpii_context_begin(&pools[1], &first[1], 2);
    do {
        mpii_context_offer(&pools[0], &first[0], offers[0]);
        mpii_context_offer(&pools[1], &first[1], offers[1]);
        round_combine((const void *)offers, 3, combined);
        result = mpii_context_settle(&pools[0], &first[0], combined, &here);
        assert(mpii_context_settle(&pools[1], &first[1], combined, &context) == result);
    } while (result == MPII_CONTEXT_AGAIN);
    assert(result == MPII_CONTEXT_DONE && here == context);
    mpii_context_cancel(&pools[1], &second[1]);
    assert(!pools[0].searches && !pools[1].searches);
    cases++;
}

int main(void)
{
    test_churn();
    test_many();
    test_exhaustion();
    test_overlap();
    test_no_waiting();
    printf("done %d\n", cases);
    return 0;
}
