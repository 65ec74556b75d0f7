// SPDX-License-Identifier: BSD-2-Clause
// quiet_test.c: four cores pass tokens round, each a number of times. When all have come to their end, and
// not before, one of the cores finds out that the job is stuck. Some messages come without a wake: only the
// round's look finds those. The patience is none, so that many rounds start while tokens are under way.
#include "kernel/sched/quiet.h"
#include "machine/machine.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#define CORES 4u
#define JOBS 300
#define LIMIT_NS 3000000000u // for a job

// Written by `from`, read by `to`.
static struct {
    alignas(64) _Atomic uint64_t sent; // tokens
    uint64_t hops[64];                 // left to each, by number of the message
} lane[CORES][CORES];
static uint64_t taken[CORES][CORES]; // the receiver's
static alignas(64) _Atomic uint32_t woken[CORES];
static _Atomic uint32_t over, early, late;
static uint64_t hops_wanted;
static _Atomic uint64_t hops_done;

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void core_wake(uint32_t core)
{
    atomic_store_explicit(&woken[core], 1, memory_order_seq_cst);
}

static struct machine tested = {.now_ns = now, .core_wake = core_wake};
struct machine *machine = &tested;

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void pass(uint32_t from, uint64_t hops, uint32_t *seed)
{
    uint32_t to = next_random(seed) % CORES;
    uint64_t number = atomic_load_explicit(&lane[from][to].sent, memory_order_relaxed);

    lane[from][to].hops[number % 64] = hops;
    atomic_store_explicit(&lane[from][to].sent, number + 1, memory_order_release);
    if (next_random(seed) % 8 != 0)
        core_wake(to);
}

// Takes one token if there is any.
static bool look(uint32_t core, uint64_t *hops)
{
    for (uint32_t from = 0; from < CORES; from++) {
        if (atomic_load_explicit(&lane[from][core].sent, memory_order_acquire) == taken[from][core])
            continue;
        *hops = lane[from][core].hops[taken[from][core]++ % 64];
        return true;
    }
    return false;
}

static void stuck(void)
{
    // relaxed: quiet_enter has ordered what all the others have done before this.
    if (atomic_load_explicit(&hops_done, memory_order_relaxed) != hops_wanted)
        atomic_store_explicit(&early, 1, memory_order_relaxed);
    atomic_store_explicit(&over, 1, memory_order_seq_cst);
}

static void give_up(void)
{
    atomic_store_explicit(&late, 1, memory_order_relaxed);
    atomic_store_explicit(&over, 1, memory_order_seq_cst);
}

static void doze(uint32_t core, uint64_t until)
{
    while (!atomic_exchange_explicit(&woken[core], 0, memory_order_seq_cst) && now() < until &&
           !atomic_load_explicit(&over, memory_order_relaxed))
        sched_yield();
}

static void *core_run(void *arg)
{
    uint32_t core = (uint32_t)(size_t)arg, seed = core * 77 + (uint32_t)hops_wanted;
    uint64_t end = now() + LIMIT_NS, hops;

    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        uint64_t round = quiet_round(), until;

        if (look(core, &hops)) {
            quiet_leave(core);
            if (hops > 0) {
                atomic_fetch_add_explicit(&hops_done, 1, memory_order_relaxed);
                pass(core, hops - 1, &seed);
            }
            continue;
        }
        until = quiet_enter(core, CORES, round);
        if (until == 0)
            stuck();
        else if (now() > end)
            give_up();
        else
            doze(core, until < end ? until : end + 1);
    }
    quiet_leave(core);
    return NULL;
}

static const char *job(uint64_t tokens, uint64_t hops)
{
    pthread_t thread[CORES];
    uint32_t seed = (uint32_t)(tokens * hops);

    atomic_store_explicit(&over, 0, memory_order_relaxed);
    atomic_store_explicit(&hops_done, 0, memory_order_relaxed);
    hops_wanted = tokens * hops;
    for (uint64_t i = 0; i < tokens; i++)
        pass((uint32_t)i % CORES, hops, &seed);
    for (size_t i = 0; i < CORES; i++)
        pthread_create(&thread[i], NULL, core_run, (void *)i);
    for (size_t i = 0; i < CORES; i++)
        pthread_join(thread[i], NULL);
    if (early)
        return "called stuck while tokens were under way";
    return late ? "stuck, and nobody has noticed" : NULL;
}

int main(void)
{
    for (uint64_t i = 0; i < JOBS; i++) {
        const char *wrong = job(i % 5, 1 + i * 7 % 60);

        if (wrong) {
            printf("job %lu: %s\n", (unsigned long)i, wrong);
            return 1;
        }
    }
    printf("done 1\n");
    return 0;
}
