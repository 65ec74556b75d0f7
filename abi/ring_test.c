// SPDX-License-Identifier: BSD-2-Clause
// ring_test.c: the rings of job.h between a writer and a reader thread, and who wakes whom.
//
// Built with ThreadSanitizer too: an x86 run forgives a missing release, it does not. The counters
// start just below 2^64, so that they wrap in the middle of each test.
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wtsan" // it does not know the fence, which orders atomics only
#endif
#include "abi/ring.h"
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RING_BYTES 256
#define BYTES_MAX 100 // in a record of the test: two of the largest fit
#define RECORDS 100000
#define WAKES 20000

static struct job job;
static struct job_ring ring;
static char data[RING_BYTES];
static sem_t kicked;
static int cases;

static void check(bool is_so, const char *what)
{
    if (!is_so) {
        printf("not so: %s\n", what);
        exit(1);
    }
}

static void ring_reset(uint64_t start)
{
    atomic_init(&ring.head, start);
    atomic_init(&ring.tail, start);
    memset(data, 0, sizeof data);
}

// Record n: its length and its bytes follow from n.
static size_t record_length(uint32_t n)
{
    return n * 2654435761u % (BYTES_MAX + 1);
}

static char record_byte(uint32_t n, size_t i)
{
    return (char)(n * 31 + i * 7);
}

static void record_write(uint32_t n)
{
    char text[BYTES_MAX];
    size_t bytes = record_length(n);
    uint32_t word = ring_record(n % 2 ? JOB_STDOUT : JOB_STDERR, bytes);

    for (size_t i = 0; i < bytes; i++)
        text[i] = record_byte(n, i);
    while (ring_free(&ring, RING_BYTES) < sizeof word + bytes) // until the reader has read
        sched_yield();
    ring_put(&ring, data, RING_BYTES, 0, &word, sizeof word);
    ring_put(&ring, data, RING_BYTES, sizeof word, text, bytes);
    ring_publish(&ring, sizeof word + bytes);
}

static void record_read(uint32_t n)
{
    char text[BYTES_MAX];
    size_t bytes;
    uint32_t word;

    ring_get(&ring, data, RING_BYTES, 0, &word, sizeof word);
    bytes = word & 0xffffff;
    check(word >> 24 == (n % 2 ? JOB_STDOUT : JOB_STDERR), "the stream of a record");
    check(bytes == record_length(n), "the length of a record");
    check(ring_used(&ring, RING_BYTES) >= sizeof word + bytes, "a record is published whole");
    ring_get(&ring, data, RING_BYTES, sizeof word, text, bytes);
    for (size_t i = 0; i < bytes; i++)
        check(text[i] == record_byte(n, i), "the bytes of a record");
    ring_consume(&ring, sizeof word + bytes);
}

static void *writer(void *unused)
{
    for (uint32_t n = 0; n < RECORDS; n++)
        record_write(n);
    return unused;
}

static void test_order(void)
{
    pthread_t thread;

    ring_reset(UINT64_MAX - RING_BYTES * 10);
    pthread_create(&thread, NULL, writer, NULL);
    for (uint32_t n = 0; n < RECORDS; n++) {
        while (ring_used(&ring, RING_BYTES) == 0) // until the writer has written
            sched_yield();
        record_read(n);
    }
    pthread_join(thread, NULL);
    check(ring_used(&ring, RING_BYTES) == 0, "nothing is left over");
    cases++;
}

static void test_full(void)
{
    char text[RING_BYTES] = {0};

    ring_reset(UINT64_MAX - 10);
    check(ring_free(&ring, RING_BYTES) == RING_BYTES, "an empty ring takes all its bytes");
    ring_put(&ring, data, RING_BYTES, 0, text, RING_BYTES);
    ring_publish(&ring, RING_BYTES);
    check(ring_free(&ring, RING_BYTES) == 0, "a full ring takes none");
    check(ring_used(&ring, RING_BYTES) == RING_BYTES, "a full ring gives all");
    ring_consume(&ring, 1);
    check(ring_free(&ring, RING_BYTES) == 1, "one byte read is one byte of room");
    cases++;
}

// A program may scribble over its rings: counters that cannot be give nothing, never too much.
static void test_damaged(void)
{
    ring_reset(0);
    atomic_store(&ring.head, 1u << 30);
    check(ring_used(&ring, RING_BYTES) == 0, "more used than there is: nothing to read");
    check(ring_free(&ring, RING_BYTES) == 0, "and no room");
    atomic_store(&ring.head, 0);
    atomic_store(&ring.tail, 5);
    check(ring_used(&ring, RING_BYTES) == 0, "read more than was written: nothing to read");
    cases++;
}

// The kernel's side: publishes, then kicks a launcher that sleeps.
static void *kicker(void *unused)
{
    for (uint32_t n = 0; n < WAKES; n++) {
        record_write(0); // always the same, so that the ring is often empty
        if (job_launcher_sleeps(&job))
            sem_post(&kicked);
    }
    return unused;
}

static void launcher_sleep(void)
{
    struct timespec limit;

    atomic_store_explicit(&job.launcher_sleeps, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst); // [S] the launcher's side of job_launcher_sleeps
    if (ring_used(&ring, RING_BYTES) != 0) {
        atomic_store_explicit(&job.launcher_sleeps, 0, memory_order_relaxed);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 10;
    check(sem_timedwait(&kicked, &limit) == 0, "a launcher that sleeps is kicked");
}

static void test_kick(void)
{
    pthread_t thread;

    ring_reset(0);
    sem_init(&kicked, 0, 0);
    pthread_create(&thread, NULL, kicker, NULL);
    for (uint32_t n = 0; n < WAKES; n++) {
        while (ring_used(&ring, RING_BYTES) == 0) // a kick meant for an earlier sleep may end it
            launcher_sleep();
        record_read(0);
    }
    pthread_join(thread, NULL);
    cases++;
}

int main(void)
{
    test_full();
    test_damaged();
    test_order();
    test_kick();
    printf("done %d\n", cases);
    return cases == 4 ? 0 : 1;
}
