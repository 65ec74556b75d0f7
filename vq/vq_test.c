// SPDX-License-Identifier: BSD-2-Clause
// vq_test.c: a driver and a device on one ring: every element arrives once, in order, whole; rings of
// odd sizes, started just below the wrap of their counters, small and large elements, full rings,
// batches; two threads under ThreadSanitizer; a device that writes nonsense.
#include "vq/vq.h"
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES 60000u
#define RING_BYTES (64u * 64u)

static int cases;

#define check(condition) \
    do { \
        if (!(condition)) { \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

static alignas(64) char ring[RING_BYTES];

static void rings_start(struct vq *driver, struct vq *device, uint32_t size, uint32_t bytes)
{
    memset(ring, 0, sizeof ring);
    vq_init(driver, ring, size, bytes);
    vq_init(device, ring, size, bytes);
}

static bool send_one(struct vq *driver, uint64_t n)
{
    struct vq_desc *desc = vq_claim(driver);

    if (!desc)
        return false;
    desc->addr = n;
    desc->len = (uint32_t)(n * 7);
    vq_publish(driver, desc);
    return true;
}

static bool receive_one(struct vq *device, uint64_t n)
{
    const struct vq_desc *desc = vq_take(device);

    if (!desc)
        return false;
    check(desc->addr == n && desc->len == (uint32_t)(n * 7));
    return true;
}

// One thread, random turns: the ring is a queue of `size` elements, never more, never fewer.
static void test_alone(uint32_t size, uint32_t bytes)
{
    struct vq driver, device;
    uint64_t sent = 0, taken = 0, marked = 0;

    rings_start(&driver, &device, size, bytes);
    srand(size);
    while (taken < 5000) {
        switch (rand() % 3) {
        case 0:
            check(send_one(&driver, sent) == (sent - marked < size));
            sent += sent - marked < size;
            break;
        case 1:
            check((vq_peek(&device) != NULL) == (taken < sent));
            check(receive_one(&device, taken) == (taken < sent));
            taken += taken < sent;
            break;
        default:
            vq_mark_used(&device);
            marked = taken;
            break;
        }
    }
    cases++;
}

struct pair {
    struct vq driver, device;
    uint32_t batch;
};

static void *driver_thread(void *arg)
{
    struct pair *pair = arg;

    for (uint64_t n = 0; n < MESSAGES; n++)
        while (!send_one(&pair->driver, n))
            sched_yield();
    return NULL;
}

static void test_two(uint32_t size, uint32_t bytes, uint32_t batch)
{
    struct pair pair = {.batch = batch};
    pthread_t thread;

    rings_start(&pair.driver, &pair.device, size, bytes);
    pthread_create(&thread, NULL, driver_thread, &pair);
    for (uint64_t n = 0; n < MESSAGES; n++) {
        while (!receive_one(&pair.device, n))
            sched_yield();
        if (pair.device.open >= batch)
            vq_mark_used(&pair.device);
    }
    pthread_join(thread, NULL);
    cases++;
}

// A device may be hostile: what it marks is believed only as far as it can be true.
static void test_nonsense(void)
{
    struct vq driver, device;
    struct vq_desc *desc;

    rings_start(&driver, &device, 4, 16);
    check(send_one(&driver, 0) && send_one(&driver, 1));
    desc = vq_take(&device);
    for (uint32_t id = 2; id < 65536; id += 3) { // beyond what is open, and beyond the ring
        desc->id = (uint16_t)id;
        atomic_store_explicit(&desc->flags, VQ_AVAIL | VQ_USED, memory_order_release);
        check(vq_reclaim(&driver) == 0 && driver.open == 2);
    }
    cases++;
}

static void test_events(void)
{
    struct vq_events events = {0};

    check(vq_notify_wanted(&events, false)); // all zero: enabled (2.8.10)
    vq_events_set(&events, VQ_EVENTS_DISABLE);
    check(!vq_notify_wanted(&events, false) && !vq_notify_wanted(&events, true));
    cases++;
}

int main(void)
{
    static const uint32_t sizes[] = {1, 2, 3, 7, 16, 64};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        test_alone(sizes[i], 16);
        test_alone(sizes[i], 64);
        test_two(sizes[i], 64, sizes[i] < 4 ? 1 : sizes[i] / 4);
    }
    test_two(5, 16, 1);
    test_nonsense();
    test_events();
    printf("done %d\n", cases);
    return 0;
}
