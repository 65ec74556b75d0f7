// SPDX-License-Identifier: BSD-2-Clause
// context.h: context ids, which keep the messages of communicators apart.
//
// A new communicator needs a context that is free in every process of it. Each rank keeps a map of the
// contexts it uses. A collective constructor agrees on one in rounds:
//
//   mpii_context_begin
//   repeat: mpii_context_offer fills a few words: which contexts of a window are free here
//           the caller combines them by bitwise AND over all processes concerned: over the parent
//           communicator, and for an intercommunicator over both sides
//           mpii_context_settle looks at the result, the same everywhere: done, or another round
//
// The context chosen is the lowest one free everywhere. If a window has none, all go on to the next, so
// only the number of communicators that live at the same time counts, never how many there have been;
// and a message of a few words does as long as that number is small.
//
// Several threads of a rank, or nonblocking constructors, may be at it at once, with different processes.
// A context must not be offered twice, so one search of a rank offers at a time: that with the lowest
// order. Others take part with an offer that says "busy", which makes its round one that all repeat.
// On every rank the lowest order goes first, so the search that is lowest everywhere succeeds.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#define MPII_CONTEXT_WORDS 5 // four words with a bit for each context, and one that is 0 if busy
#define MPII_CONTEXT_WINDOW 256 // contexts in a window
#define MPII_CONTEXT_WINDOWS 256
#define MPII_CONTEXT_STEP 2 // a communicator has two: see struct mpii_comm

// One agreement under way. The fields are context.c's.
struct mpii_context_search {
    struct mpii_context_search *next; // by rising order
    uint64_t order;
    int window;
    bool offered; // bits of this rank are out
};

// The contexts of one rank.
struct mpii_context_pool {
    uint64_t used[MPII_CONTEXT_WINDOWS][MPII_CONTEXT_WINDOW / 64];
    struct mpii_context_search *searches;
};

extern struct mpii_context_pool mpii_contexts;

enum mpii_context_result {
    MPII_CONTEXT_DONE,
    MPII_CONTEXT_AGAIN,     // another round, at once
    MPII_CONTEXT_BUSY,      // another round; let other threads run first
    MPII_CONTEXT_EXHAUSTED, // MPII_CONTEXT_WINDOWS * MPII_CONTEXT_WINDOW communicators live; all ranks agree
};

// Starts a search. `order` must be the same in all processes concerned and different for agreements that can
// overlap: the parent's context in the high word; in the low one a tag (MPI_Comm_create_group) or the
// number of the nonblocking constructor on that parent.
void mpii_context_begin(struct mpii_context_pool *pool, struct mpii_context_search *search,
                        uint64_t order);

void mpii_context_offer(struct mpii_context_pool *pool, struct mpii_context_search *search,
                        uint64_t words[MPII_CONTEXT_WORDS]);

// `words`: all offers combined. MPII_CONTEXT_DONE sets *context, now in use here. After DONE and
// EXHAUSTED the search is over.
enum mpii_context_result mpii_context_settle(struct mpii_context_pool *pool,
                                             struct mpii_context_search *search,
                                             const uint64_t words[MPII_CONTEXT_WORDS],
                                             uint32_t *context);

// Gives a search up, between rounds.
void mpii_context_cancel(struct mpii_context_pool *pool, struct mpii_context_search *search);

void mpii_context_free(struct mpii_context_pool *pool, uint32_t context);

#pragma GCC visibility pop
