// SPDX-License-Identifier: BSD-2-Clause
// probe.c: the limits of the hardware that messages between two cores run into.
//
//   probe CPU CPU [-m MIN:MAX] [-s FACTOR] [-l MS]
//
// No MPI: two threads, pinned to the two CPUs. First the nanoseconds that one cache line takes from
// core to core, half a round trip of a counter. Then for each size the rate of memcpy between two
// buffers of that size, the same ones again and again as in a bandwidth test, on the second CPU from
// memory that the first one wrote; and the rate of both CPUs copying at once. -l is the time for each
// figure. Prints
//
//   # Torito hardware limits
//   # Line one way(ns)
//   41.3
//   # Size  Copy (MB/s)  Both copy (MB/s)
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES 64
#define PAGE_BYTES 4096u
#define BATCH 100        // round trips between two looks at the clock
#define BATCHES_LEAST 32 // the figure is their median: a batch that a third process broke does
#define BATCHES_MAX 4096 // not count

static size_t min_bytes = 1, max_bytes = 4 << 20, step = 2;
static double figure_s = 0.005;
static int cpu[2];

// One line each: what bounces, and what tells the threads what to do.
static struct {
    alignas(LINE_BYTES) _Atomic uint32_t turn;
    alignas(LINE_BYTES) _Atomic bool stop;
    alignas(LINE_BYTES) char end;
} shared;

static pthread_barrier_t meeting;

// What each thread copies: its own two buffers, `from` written by the other thread.
static struct {
    char *from, *to;
    double rate; // of the last measurement, MB/s
} copy[2];

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void pin(int to)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((unsigned)to, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) {
        fprintf(stderr, "probe: CPU %d may not be used\n", to);
        exit(1);
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

// Thread 0 makes `turn` odd, thread 1 makes it even again: each waits for the other's line.
// Relaxed order is enough, for nothing else is handed over.
static double bounce(void)
{
    static double batch_s[BATCHES_MAX];
    double end_s = now_s() + figure_s;
    size_t batches = 0;
    uint32_t turn = 0;

    do {
        double start_s = now_s();

        for (int i = 0; i < BATCH; i++) {
            atomic_store_explicit(&shared.turn, turn + 1, memory_order_relaxed);
            turn += 2;
            // Ended by thread 1, which answers until it is told to stop.
            while (atomic_load_explicit(&shared.turn, memory_order_relaxed) != turn)
                ;
        }
        batch_s[batches++] = now_s() - start_s;
    } while (batches < BATCHES_LEAST || (batches < BATCHES_MAX && now_s() < end_s));
    atomic_store_explicit(&shared.stop, true, memory_order_relaxed);
    qsort(batch_s, batches, sizeof *batch_s, compare_doubles);
    return batch_s[batches / 2] / BATCH / 2 * 1e9;
}

static void bounce_back(void)
{
    uint32_t turn = 1;

    while (!atomic_load_explicit(&shared.stop, memory_order_relaxed)) {
        if (atomic_load_explicit(&shared.turn, memory_order_relaxed) != turn)
            continue;
        atomic_store_explicit(&shared.turn, turn + 1, memory_order_relaxed);
        turn += 2;
    }
}

static void copy_for_a_while(int self, size_t bytes)
{
    size_t per_look = bytes < 65536 ? 65536 / (bytes + 64) : 1, copies = 0;
    double start_s, seconds;

    memcpy(copy[self].to, copy[self].from, bytes);
    start_s = now_s();
    do {
        for (size_t i = 0; i < per_look; i++) {
            memcpy(copy[self].to, copy[self].from, bytes);
            // Forgets what memory holds: no copy may be dropped.
            __asm__ volatile("" : : "r"(copy[self].to), "r"(copy[self].from) : "memory");
        }
        copies += per_look;
        seconds = now_s() - start_s;
    } while (seconds < figure_s);
    copy[self].rate = (double)copies * (double)bytes / seconds * 1e-6;
}

// One size: the second CPU alone, then both.
static void measure_copies(int self, size_t bytes)
{
    double alone;

    memset(copy[1 - self].from, 'a', bytes);
    pthread_barrier_wait(&meeting);
    if (self == 1)
        copy_for_a_while(self, bytes);
    pthread_barrier_wait(&meeting);
    alone = copy[1].rate;
    pthread_barrier_wait(&meeting);
    copy_for_a_while(self, bytes);
    pthread_barrier_wait(&meeting);
    if (self == 0) {
        printf("%-6zu %19.2f %19.2f\n", bytes, alone, copy[0].rate + copy[1].rate);
        fflush(stdout);
    }
}

static void *probe(void *argument)
{
    int self = *(const int *)argument;

    pin(cpu[self]);
    copy[self].to = aligned_alloc(PAGE_BYTES, (max_bytes / PAGE_BYTES + 1) * PAGE_BYTES);
    copy[1 - self].from = aligned_alloc(PAGE_BYTES, (max_bytes / PAGE_BYTES + 1) * PAGE_BYTES);
    if (copy[self].to == NULL || copy[1 - self].from == NULL) {
        fprintf(stderr, "probe: no memory\n");
        exit(1);
    }
    memset(copy[self].to, 'b', max_bytes);
    pthread_barrier_wait(&meeting);
    if (self == 0) {
        printf("# Torito hardware limits\n# Line one way(ns)\n%.2f\n", bounce());
        printf("# Size %19s %19s\n", "Copy (MB/s)", "Both copy (MB/s)");
    } else {
        bounce_back();
    }
    for (size_t bytes = min_bytes; bytes <= max_bytes; bytes *= step)
        measure_copies(self, bytes);
    return NULL;
}

static bool read_options(int argc, char **argv)
{
    char *end;

    if (argc < 3 || argc % 2 == 0)
        return false;
    for (int i = 0; i < 2; i++) {
        cpu[i] = (int)strtol(argv[i + 1], &end, 10);
        if (end == argv[i + 1] || *end != '\0' || cpu[i] < 0 || cpu[i] >= CPU_SETSIZE)
            return false;
    }
    for (int i = 3; i < argc; i += 2) {
        unsigned long least = 0, number = strtoul(argv[i + 1], &end, 10);

        if (strcmp(argv[i], "-m") == 0 && *end == ':') {
            least = number;
            number = strtoul(end + 1, &end, 10);
        }
        if (*end != '\0' || number == 0 || number > 1ul << 30 || strlen(argv[i]) != 2)
            return false;
        if (strcmp(argv[i], "-m") == 0) {
            min_bytes = least > 0 ? least : 1;
            max_bytes = number;
        } else if (strcmp(argv[i], "-s") == 0 && number > 1) {
            step = number;
        } else if (strcmp(argv[i], "-l") == 0) {
            figure_s = (double)number * 1e-3;
        } else {
            return false;
        }
    }
    return min_bytes <= max_bytes && cpu[0] != cpu[1];
}

int main(int argc, char **argv)
{
    static int self[2] = {0, 1};
    pthread_t thread;

    if (!read_options(argc, argv)) {
        fprintf(stderr, "Usage: probe CPU CPU [-m MIN:MAX] [-s FACTOR] [-l MS]\n");
        return 2;
    }
    if (pthread_barrier_init(&meeting, NULL, 2) != 0 ||
        pthread_create(&thread, NULL, probe, &self[1]) != 0) {
        fprintf(stderr, "probe: no second thread\n");
        return 1;
    }
    probe(&self[0]);
    pthread_join(thread, NULL);
    return 0;
}
