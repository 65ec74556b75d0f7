// SPDX-License-Identifier: BSD-2-Clause
// chains_test.c: a driver and a device of this file's own on one ring, in both layouts: every chain
// arrives whole and comes back once, whatever order the device chooses; rings started just below the
// wrap of their counters; two threads under ThreadSanitizer; a device that writes nonsense.
//
// The device is written from the standard (2.7.5, 2.8.13), not from chains.c.
#include "vq/chains.h"
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHAINS 8000u

static int cases;

#define check(condition) \
    do { \
        if (!(condition)) { \
            printf("%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

static alignas(4096) char memory[4 * 4096];

struct device {
    bool packed, wrap;
    uint16_t size, next, used;
    bool used_wrap;
    struct vring split;
    struct vring_packed_desc *ring;
};

struct chain { // as the device sees it
    uint16_t id, count;
    struct vq_part part[VQ_PARTS_MAX];
};

// Both sides of a ring whose counters have already gone round `lived` times.
static void start(struct vq_chains *driver, struct device *device, bool packed, uint16_t size,
                  uint16_t lived)
{
    memset(memory, 0, sizeof memory);
    check(vq_chains_bytes(packed, size) <= sizeof memory);
    vq_chains_init(driver, memory, packed, size);
    *device = (struct device){.packed = packed, .size = size, .wrap = true, .used_wrap = true};
    if (packed) {
        device->ring = (struct vring_packed_desc *)memory;
    } else {
        vring_init(&device->split, size, memory, VQ_RING_ALIGN);
        driver->next = driver->used = device->next = device->used = lived;
        device->split.avail->idx = device->split.used->idx = lived;
    }
}

static bool split_fetch(struct device *device, struct chain *chain)
{
    uint16_t at;

    if (__atomic_load_n(&device->split.avail->idx, __ATOMIC_ACQUIRE) == device->next)
        return false;
    at = chain->id = device->split.avail->ring[device->next++ % device->size];
    chain->count = 0;
    for (;;) {
        const struct vring_desc *desc = &device->split.desc[at];

        check(chain->count < VQ_PARTS_MAX && at < device->size);
        chain->part[chain->count++] =
            (struct vq_part){desc->addr, desc->len, (desc->flags & VRING_DESC_F_WRITE) != 0};
        if (!(desc->flags & VRING_DESC_F_NEXT))
            return true;
        at = desc->next;
    }
}

static void packed_step(const struct device *device, uint16_t *index, bool *wrap, uint16_t count)
{
    *index = (uint16_t)(*index + count);
    if (*index >= device->size) {
        *index = (uint16_t)(*index - device->size);
        *wrap = !*wrap;
    }
}

static bool packed_fetch(struct device *device, struct chain *chain)
{
    uint16_t flags = __atomic_load_n(&device->ring[device->next].flags, __ATOMIC_ACQUIRE);

    if ((flags >> VRING_PACKED_DESC_F_AVAIL & 1) != device->wrap ||
        (flags >> VRING_PACKED_DESC_F_USED & 1) == device->wrap)
        return false;
    chain->count = 0;
    do {
        const struct vring_packed_desc *desc = &device->ring[device->next];

        check(chain->count < VQ_PARTS_MAX);
        // The flags of all but the first are published with the first's.
        flags = __atomic_load_n(&desc->flags, __ATOMIC_RELAXED);
        check((flags >> VRING_PACKED_DESC_F_AVAIL & 1) == device->wrap);
        chain->part[chain->count++] =
            (struct vq_part){desc->addr, desc->len, (flags & VRING_DESC_F_WRITE) != 0};
        chain->id = desc->id;
        packed_step(device, &device->next, &device->wrap, 1);
    } while (flags & VRING_DESC_F_NEXT);
    return true;
}

static bool fetch(struct device *device, struct chain *chain)
{
    return device->packed ? packed_fetch(device, chain) : split_fetch(device, chain);
}

static void give_back(struct device *device, uint16_t id, uint16_t count, uint32_t bytes)
{
    struct vring_packed_desc *desc;

    if (!device->packed) {
        struct vring_used *used = device->split.used;

        used->ring[device->used % device->size].id = id;
        used->ring[device->used % device->size].len = bytes;
        __atomic_store_n(&used->idx, ++device->used, __ATOMIC_RELEASE);
        return;
    }
    desc = &device->ring[device->used];
    desc->id = id;
    desc->len = bytes;
    __atomic_store_n(
        &desc->flags,
        device->used_wrap ? 1u << VRING_PACKED_DESC_F_AVAIL | 1u << VRING_PACKED_DESC_F_USED : 0,
        __ATOMIC_RELEASE);
    packed_step(device, &device->used, &device->used_wrap, count);
}

// Chain number n: 1 to VQ_PARTS_MAX parts, all their fields told by n.
static uint32_t parts_of(uint64_t n, struct vq_part *part)
{
    uint32_t count = (uint32_t)(n * 7 % VQ_PARTS_MAX) + 1;

    for (uint32_t i = 0; i < count; i++)
        part[i] = (struct vq_part){n * 16 + i, (uint32_t)(n * 3 + i), i >= count / 2};
    return count;
}

// The number of the chain, which must be whole.
static uint64_t chain_check(const struct chain *chain)
{
    struct vq_part part[VQ_PARTS_MAX];
    uint64_t n = chain->part[0].addr / 16;
    uint32_t count = parts_of(n, part);

    check(chain->count == count);
    for (uint32_t i = 0; i < count; i++)
        check(chain->part[i].addr == part[i].addr && chain->part[i].bytes == part[i].bytes &&
              chain->part[i].device_writes == part[i].device_writes);
    return n;
}

static uint16_t id_free(const struct vq_chains *driver)
{
    uint16_t id = 0;

    while (id < driver->ids && driver->parts[id])
        id++;
    return id;
}

// What the driver has posted under each id; 0: nothing.
struct sent {
    uint64_t n[VQ_CHAINS_MAX];
    uint64_t next, back;
};

static bool send_one(struct vq_chains *driver, struct sent *sent)
{
    struct vq_part part[VQ_PARTS_MAX];
    uint16_t id = id_free(driver);

    if (id == driver->ids || sent->next == CHAINS)
        return false;
    sent->n[id] = ++sent->next;
    vq_chains_post(driver, id, part, parts_of(sent->next, part));
    return true;
}

static bool take_one(struct vq_chains *driver, struct sent *sent)
{
    uint16_t id;
    uint32_t bytes;

    if (!vq_chains_take(driver, &id, &bytes)) {
        check(!driver->broken);
        return false;
    }
    check(id < driver->ids && sent->n[id] && bytes == (uint32_t)(sent->n[id] * 5));
    sent->n[id] = 0;
    sent->back++;
    return true;
}

// Fetches what there is and gives back one at a time, out of order. Returns how many it gave back.
struct held {
    struct chain chain[VQ_CHAINS_MAX];
    uint32_t count;
};

static bool device_turn(struct device *device, struct held *held, unsigned *seed)
{
    uint32_t which;
    struct chain chain;

    while (held->count < VQ_CHAINS_MAX && fetch(device, &held->chain[held->count]))
        held->count++;
    if (!held->count)
        return false;
    which = (uint32_t)rand_r(seed) % held->count;
    chain = held->chain[which];
    held->chain[which] = held->chain[--held->count];
    give_back(device, chain.id, chain.count, (uint32_t)(chain_check(&chain) * 5));
    return true;
}

// One thread, random turns.
static void test_alone(bool packed, uint16_t size, uint16_t lived)
{
    struct vq_chains driver;
    struct device device;
    struct sent sent = {0};
    struct held held = {0};
    unsigned seed = size;

    start(&driver, &device, packed, size, lived);
    while (sent.back < CHAINS) {
        switch (rand_r(&seed) % 3) {
        case 0:
            check(send_one(&driver, &sent) || sent.next - sent.back == driver.ids ||
                  sent.next == CHAINS);
            break;
        case 1:
            device_turn(&device, &held, &seed);
            break;
        default:
            take_one(&driver, &sent);
            break;
        }
    }
    cases++;
}

static void *device_thread(void *arg)
{
    struct held held = {0};
    unsigned seed = 1;

    for (uint32_t done = 0; done < CHAINS;)
        if (device_turn(arg, &held, &seed))
            done++;
        else
            sched_yield();
    return NULL;
}

static void test_two(bool packed, uint16_t size, uint16_t lived)
{
    struct vq_chains driver;
    struct device device;
    struct sent sent = {0};
    pthread_t thread;

    start(&driver, &device, packed, size, lived);
    check(pthread_create(&thread, NULL, device_thread, &device) == 0);
    while (sent.back < CHAINS)
        if (!send_one(&driver, &sent) & !take_one(&driver, &sent))
            sched_yield();
    check(pthread_join(thread, NULL) == 0);
    cases++;
}

// An id that is not under way, beyond the ring, or inside a chain: nothing is taken, and never again.
static void test_nonsense(bool packed)
{
    struct vq_part part = {1, 1, true};

    for (uint32_t id = 0; id < 65536; id += id < 200 ? 1 : 97) {
        struct vq_chains driver;
        struct device device;
        uint16_t back;
        uint32_t bytes, right = packed ? 2 : 2 * VQ_PARTS_MAX;

        start(&driver, &device, packed, 32, 0);
        vq_chains_post(&driver, 2, &part, 1);
        give_back(&device, (uint16_t)id, 1, 0);
        check(vq_chains_take(&driver, &back, &bytes) == (id == right));
        check(driver.broken == (id != right));
        check(!vq_chains_take(&driver, &back, &bytes));
    }
    cases++;
}

static void test_kick(bool packed)
{
    struct vq_chains driver;
    struct device device;

    start(&driver, &device, packed, 8, 0);
    check(vq_chains_kick_wanted(&driver)); // all zero: wanted
    if (packed)
        driver.device_events->flags = VRING_PACKED_EVENT_FLAG_DISABLE;
    else
        device.split.used->flags = VRING_USED_F_NO_NOTIFY;
    check(!vq_chains_kick_wanted(&driver));
    // And the driver's own wish: none.
    check(packed ? driver.driver_events->flags == VRING_PACKED_EVENT_FLAG_DISABLE
                 : device.split.avail->flags == VRING_AVAIL_F_NO_INTERRUPT);
    cases++;
}

int main(void)
{
    static const uint16_t sizes[] = {4, 8, 32, 128, 256};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int packed = 0; packed < 2; packed++) {
            test_alone(packed, sizes[i], 0);
            test_two(packed, sizes[i], 65530);
        }
        test_alone(false, sizes[i], 65530);
    }
    for (int packed = 0; packed < 2; packed++) {
        test_nonsense(packed);
        test_kick(packed);
    }
    printf("done %d\n", cases);
    return 0;
}
