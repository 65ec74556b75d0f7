// SPDX-License-Identifier: BSD-2-Clause
// offer_test.c: whoever is first, the receiver gets the data as they were offered, and the sender may write
// to its buffer as soon as it has gone on. ThreadSanitizer sees what an x86 would forgive.
#include "libmpi/pt2pt/offer.h"
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 100000u
#define WORDS 4
#define TURNS_MAX 64u

static struct mpii_offer offer;
static unsigned buffer[WORDS], cell[WORDS];
static _Atomic unsigned published, received; // rounds
static unsigned claimed, kept;

#define check(condition) \
    do { \
        if (!(condition)) { \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

// So that each side is first now and then, on any number of CPUs.
static void dawdle(unsigned *seed)
{
    unsigned turns = *seed % TURNS_MAX;

    *seed = *seed * 1103515245u + 12345u;
    for (unsigned i = 0; i < turns; i++)
        __builtin_ia32_pause();
    if (*seed >> 16 & 1)
        sched_yield();
}

static void write_all(unsigned to[WORDS], unsigned value)
{
    for (int i = 0; i < WORDS; i++)
        to[i] = value;
}

static void *receiver(void *seed)
{
    for (unsigned round = 1; round <= ROUNDS; round++) {
        const unsigned *data;

        // Ends when the sender has published the round's offer.
        while (atomic_load_explicit(&published, memory_order_acquire) != round)
            sched_yield();
        dawdle(seed);
        data = mpii_offer_claim(&offer);
        check(data == buffer || data == cell);
        claimed += data == buffer;
        for (int i = 0; i < WORDS; i++)
            check(data[i] == round);
        mpii_offer_done(&offer);
        atomic_store_explicit(&received, round, memory_order_release);
    }
    return NULL;
}

static void send_one(unsigned round, unsigned *seed)
{
    write_all(buffer, round);
    mpii_offer_make(&offer, (const char *)cell, buffer);
    atomic_store_explicit(&published, round, memory_order_release);
    dawdle(seed);
    if (!mpii_offer_taken(&offer)) {
        write_all(cell, round);
        if (mpii_offer_keep(&offer)) {
            kept++;
            write_all(buffer, ~round); // the user's again
            return;
        }
    }
    while (!mpii_offer_over(&offer)) // ends when the receiver has read
        sched_yield();
    write_all(buffer, ~round);
}

int main(void)
{
    static unsigned seeds[2] = {1, 2};
    pthread_t thread;

    check(pthread_create(&thread, NULL, receiver, &seeds[1]) == 0);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        send_one(round, &seeds[0]);
        while (atomic_load_explicit(&received, memory_order_acquire) != round) // the element is free
            sched_yield();
    }
    pthread_join(thread, NULL);
    check(claimed + kept == ROUNDS);
    check(claimed > 0 && kept > 0);
    printf("done 1\n");
    return 0;
}
