// SPDX-License-Identifier: BSD-2-Clause
// inbox_test.c: no wake is lost, with three wakers against one core, and none is seen before what its
// waker wrote. ThreadSanitizer sees what an x86 would forgive.
#define sched_yield kernel_sched_yield // libc has another one
#include "kernel/sched/inbox.h"
#undef sched_yield
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WAKERS 3
#define THREADS 4
#define ROUNDS 20000ul
#define LIMIT_S 40

static struct inbox inbox;
static struct thread threads[THREADS];
static _Atomic unsigned long letter[THREADS][WAKERS]; // relaxed: only the wake orders it
static _Atomic unsigned long answer[THREADS][WAKERS];
static unsigned long runs;

static void *waker(void *arg)
{
    size_t w = (size_t)arg;

    for (unsigned long round = 1; round <= ROUNDS; round++)
        for (size_t t = 0; t < THREADS; t++) {
            atomic_store_explicit(&letter[t][w], round, memory_order_relaxed);
            inbox_post(&inbox, &threads[t]);
            // If this wake is lost, or came without the letter, nobody ever answers.
            while (atomic_load_explicit(&answer[t][w], memory_order_relaxed) != round)
                sched_yield();
        }
    return NULL;
}

// A thread that was woken reads its letters and blocks again.
static void run(struct thread *thread)
{
    size_t t = (size_t)(thread - threads);

    for (size_t w = 0; w < WAKERS; w++)
        atomic_store_explicit(&answer[t][w],
                              atomic_load_explicit(&letter[t][w], memory_order_relaxed),
                              memory_order_relaxed);
    runs++;
}

static void woken(void *context, struct thread *thread)
{
    (void)context;
    if (token_take(thread))
        run(thread);
}

static bool finished(void)
{
    for (size_t t = 0; t < THREADS; t++)
        for (size_t w = 0; w < WAKERS; w++)
            if (atomic_load_explicit(&answer[t][w], memory_order_relaxed) != ROUNDS)
                return false;
    return true;
}

int main(void)
{
    pthread_t wakers[WAKERS];
    time_t end = time(NULL) + LIMIT_S;

    for (size_t w = 0; w < WAKERS; w++)
        pthread_create(&wakers[w], NULL, waker, (void *)w);
    while (!finished()) {
        inbox_drain(&inbox, woken, NULL);
        for (size_t t = 0; t < THREADS; t++) // as a thread does that is about to block
            if (token_take(&threads[t]))
                run(&threads[t]);
        if (time(NULL) > end) {
            printf("a wake was lost after %lu runs\n", runs);
            return 1;
        }
        sched_yield();
    }
    for (size_t w = 0; w < WAKERS; w++)
        pthread_join(wakers[w], NULL);
    printf("done 1\n");
    return 0;
}
