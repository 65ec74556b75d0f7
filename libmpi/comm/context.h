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
// The context chosen is one free everywhere. If a window has none, all go on to another, so only the number
// of communicators that live at the same time counts, never how many there have been; and one round
// does as long as that number is small: all begin with window 0.
//
// Several threads of a rank, or nonblocking constructors, may be at it at once, with different processes
// and in a different order on each rank. None waits for another, or two ranks could each wait for the
// other's second. Instead what one search of a rank has offered is withheld from all its other searches,
// so no context is given out twice; a search that finds a window taken that way goes on to other
// windows, each in an order of its own, and ends only when all are truly full.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

// An offer: four words with a bit for each context, and one that is 0 if bits were withheld.
#define MPII_CONTEXT_WORDS 5
#define MPII_CONTEXT_WINDOW 256 // contexts in a window
#define MPII_CONTEXT_WINDOWS 256
#define MPII_CONTEXT_FIRST 4 // those below are MPI_COMM_WORLD's and MPI_COMM_SELF's
#define MPII_CONTEXT_STEP 2  // a communicator has two: see struct mpii_comm

// One agreement under way. The fields are context.c's.
struct mpii_context_search {
    struct mpii_context_search *next;
    uint32_t start, stride; // the order of windows after the first
    uint32_t round;
    int window;
    bool withheld; // in some round of this pass, by some rank
    uint64_t offered[MPII_CONTEXT_WINDOW / 64];
};

// The contexts of one rank.
struct mpii_context_pool {
    uint64_t used[MPII_CONTEXT_WINDOWS][MPII_CONTEXT_WINDOW / 64];
    struct mpii_context_search *searches;
};

extern struct mpii_context_pool mpii_contexts;

enum mpii_context_result {
    MPII_CONTEXT_DONE,
    MPII_CONTEXT_AGAIN,     // another round
    MPII_CONTEXT_EXHAUSTED, // each window is full in some process; all come to that together
};

// Starts a search. `seed` must be the same in all processes concerned, and should differ for agreements that
// can overlap: made of the parent's context and, for MPI_Comm_create_group, the tag.
void mpii_context_begin(struct mpii_context_pool *pool, struct mpii_context_search *search,
                        uint32_t seed);

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
