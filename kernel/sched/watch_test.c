// SPDX-License-Identifier: BSD-2-Clause
// watch_test.c: two raisers against one core that watches their words: each wait ends once, not before
// its word has risen, and sees what was written before. ThreadSanitizer sees what an x86 would forgive.
#define sched_yield kernel_sched_yield // libc has another one
#include "kernel/sched/watch.h"
#undef sched_yield
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

#define WORDS 2
#define THREADS 3 // of the core, all waiting for both words in turn
#define ROUNDS 20000ul
#define LIMIT_S 40

static struct {
    alignas(128) _Atomic uint64_t word;
    unsigned long letter; // plain: only the word orders it
    alignas(128) _Atomic unsigned long answer;
} shared[WORDS];

static struct thread threads[THREADS];
static struct service_watch watches[THREADS];
static unsigned ended;

static void *raiser(void *arg)
{
    size_t w = (size_t)arg;

    for (unsigned long round = 1; round <= ROUNDS; round++) {
        shared[w].letter = round * 7;
        atomic_store_explicit(&shared[w].word, round, memory_order_release); // [V]
        while (atomic_load_explicit(&shared[w].answer, memory_order_acquire) != round)
            sched_yield();
    }
    return NULL;
}

static void reached(void *context, struct thread *thread)
{
    if (context == &watches && thread >= threads && thread < threads + THREADS)
        ended++;
}

static int fail(const char *what, unsigned long round)
{
    printf("round %lu: %s\n", round, what);
    return 1;
}

// All threads wait for the word to reach `round`; a fourth watch is taken off again.
static const char *wait_all(size_t w, unsigned long round, time_t end)
{
    struct service_watch *list = NULL, extra = {.word = &shared[w].word, .value = round + 1};

    ended = 0;
    for (size_t t = 0; t < THREADS; t++) {
        watches[t] = (struct service_watch){.word = &shared[w].word, .value = round};
        watch_insert(&list, &watches[t], &threads[t]);
        if (t == 1)
            watch_insert(&list, &extra, &threads[0]);
    }
    while (ended == 0) {
        watches_look(&list, reached, &watches);
        if (time(NULL) > end)
            return "a word that has risen was not seen";
        sched_yield();
    }
    watches_look(&list, reached, &watches);
    if (ended != THREADS || list != &extra || extra.thread != &threads[0])
        return "the wrong waits ended";
    if (shared[w].letter != round * 7)
        return "what was written before the word rose is not there";
    watch_remove(&list, &extra);
    for (size_t t = 0; t < THREADS; t++)
        watch_remove(&list, &watches[t]); // not there any more: nothing happens
    return list ? "a wait is left over" : NULL;
}

static const char *forget(void)
{
    struct service_watch *list = NULL;

    for (size_t t = 0; t < THREADS; t++) {
        watches[t] = (struct service_watch){.word = &shared[0].word, .value = ROUNDS + 1};
        watch_insert(&list, &watches[t], &threads[t % 2]);
    }
    watches_forget(&list, &threads[0]);
    return list == &watches[1] && !list->next ? NULL : "a thread that ends left a wait";
}

int main(void)
{
    pthread_t raisers[WORDS];
    time_t end = time(NULL) + LIMIT_S;
    const char *wrong;

    for (size_t w = 0; w < WORDS; w++)
        pthread_create(&raisers[w], NULL, raiser, (void *)w);
    for (unsigned long round = 1; round <= ROUNDS; round++)
        for (size_t w = 0; w < WORDS; w++) {
            wrong = wait_all(w, round, end);
            if (wrong)
                return fail(wrong, round);
            atomic_store_explicit(&shared[w].answer, round, memory_order_release);
        }
    for (size_t w = 0; w < WORDS; w++)
        pthread_join(raisers[w], NULL);
    wrong = forget();
    if (wrong)
        return fail(wrong, 0);
    printf("done 1\n");
    return 0;
}
