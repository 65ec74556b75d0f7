// SPDX-License-Identifier: BSD-2-Clause
// channel_test.c: rings as the kernel writes them, across the wrap, and as a program gone wild does.
#include "channel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 0x20000u

static int cases, failures;
static struct job_ring ring;
static char data[SIZE];
static char text[RING_RECORD_MAX];

static void check(bool good, const char *what)
{
    cases++;
    if (!good) {
        failures++;
        printf("FAILED: %s\n", what);
    }
}

// A ring and channel whose counts start just below 2^64 and just below the ring's end.
static struct channel fresh(void)
{
    struct channel channel;
    uint64_t start = (uint64_t)0 - 3;

    memset(&ring, 0, sizeof ring);
    memset(data, 0, sizeof data);
    atomic_store_explicit(&ring.head, start, memory_order_relaxed);
    atomic_store_explicit(&ring.tail, start, memory_order_relaxed);
    channel_open(&channel, &ring, data, SIZE);
    channel.mine = start;
    return channel;
}

static void record(enum job_stream stream, const char *from, uint32_t bytes)
{
    uint32_t word = ring_record(stream, bytes);

    ring_put(&ring, data, SIZE, 0, &word, sizeof word);
    ring_put(&ring, data, SIZE, sizeof word, from, bytes);
    ring_publish(&ring, sizeof word + bytes);
}

static void test_records(void)
{
    struct channel channel = fresh();
    char big[RING_RECORD_MAX];
    size_t bytes = 0;

    check(!channel_ready(&channel) && channel_take(&channel, text, &bytes) == 0, "empty");
    record(JOB_STDERR, "hello", 5);
    check(channel_ready(&channel), "ready");
    check(channel_take(&channel, text, &bytes) == JOB_STDERR && bytes == 5 &&
              memcmp(text, "hello", 5) == 0,
          "a record across the wrap");
    check(ring_free(&ring, SIZE) == SIZE, "its room is given back");
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)rand();
    for (int i = 0; i < 20; i++) {
        record(JOB_STDOUT, big, sizeof big);
        check(channel_take(&channel, text, &bytes) == JOB_STDOUT && bytes == sizeof big &&
                  memcmp(text, big, bytes) == 0,
              "the largest record");
    }
    record(JOB_TRACE, "", 0);
    check(channel_take(&channel, text, &bytes) == JOB_TRACE && bytes == 0, "an empty record");
}

static void test_hostile(void)
{
    struct channel channel = fresh();
    uint32_t word = ring_record(JOB_STDOUT, 100);
    size_t bytes = 0;

    ring_put(&ring, data, SIZE, 0, &word, sizeof word);
    ring_publish(&ring, 50);
    check(channel_take(&channel, text, &bytes) == 0 && !channel.broken,
          "an unfinished record waits");
    check(!channel_ready(&channel), "and nobody spins on it");
    ring_publish(&ring, 54);
    check(channel_ready(&channel) && channel_take(&channel, text, &bytes) == JOB_STDOUT,
          "until it is done");

    channel = fresh();
    atomic_fetch_add_explicit(&ring.head, SIZE + 1, memory_order_relaxed);
    check(channel_take(&channel, text, &bytes) == 0 && channel.broken, "more than the ring holds");
    check(!channel_ready(&channel), "a broken channel is never ready");

    channel = fresh();
    atomic_fetch_sub_explicit(&ring.head, 1, memory_order_relaxed);
    check(channel_take(&channel, text, &bytes) == 0 && channel.broken, "less than nothing");

    for (uint32_t stream = 0; stream < 256; stream += stream == 0 ? JOB_RECORDS + 1 : 1) {
        channel = fresh();
        word = stream << 24 | 1;
        ring_put(&ring, data, SIZE, 0, &word, sizeof word);
        ring_publish(&ring, 8);
        check(channel_take(&channel, text, &bytes) == 0 && channel.broken, "no such stream");
    }
    channel = fresh();
    word = ring_record(JOB_STDOUT, RING_RECORD_MAX + 1);
    ring_put(&ring, data, SIZE, 0, &word, sizeof word);
    ring_publish(&ring, SIZE);
    check(channel_take(&channel, text, &bytes) == 0 && channel.broken, "too long a record");

    channel = fresh();
    atomic_store_explicit(&ring.tail, 12345, memory_order_relaxed); // ours, but it lies in the open
    record(JOB_STDOUT, "", 0); // written where the kernel thinks
    check(!channel.broken, "the tail in the ring is not believed");
}

static void test_random(void)
{
    struct channel channel = fresh();
    size_t bytes = 0;

    srand(1);
    for (int i = 0; i < 200000; i++) {
        if (channel.broken)
            channel = fresh();
        atomic_store_explicit(&ring.head, channel.mine + (uint64_t)rand() % (SIZE + 5),
                              memory_order_relaxed);
        data[(unsigned)rand() % SIZE] = (char)rand();
        if (channel_take(&channel, text, &bytes) != 0 && bytes > RING_RECORD_MAX)
            break;
    }
    check(bytes <= RING_RECORD_MAX, "noise stays within bounds");
}

static void test_input(void)
{
    struct channel channel = fresh();
    char out[16];

    check(channel_room(&channel) == SIZE, "an empty ring has all its room");
    channel_put(&channel, "stdin", 5);
    check(ring_used(&ring, SIZE) == 5 && channel_unread(&channel) == 5, "input arrives");
    ring_get(&ring, data, SIZE, 0, out, 5);
    ring_consume(&ring, 5);
    check(memcmp(out, "stdin", 5) == 0 && channel_room(&channel) == SIZE, "across the wrap");
    channel_close(&channel);
    check(atomic_load_explicit(&ring.closed, memory_order_acquire) == 1, "end of file");
    atomic_fetch_add_explicit(&ring.tail, 1, memory_order_relaxed);
    check(channel_room(&channel) == 0 && channel.broken, "a reader that has read too much");
}

int main(void)
{
    test_records();
    test_hostile();
    test_random();
    test_input();
    if (failures == 0)
        printf("done %d\n", cases);
    return failures != 0;
}
