// SPDX-License-Identifier: BSD-2-Clause
// console.c: see console.h. One port, one buffer each way: output waits until the device has taken it,
// as it does with a serial line.
#include "kernel/virtio/console.h"
#include "kernel/virtio/virtio.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <linux/virtio_ids.h>
#include <stdatomic.h>

#define QUEUE_SIZE 8u
#define PATIENCE_NS 1000000000ull // a device that takes no output for so long is never asked again
enum { FROM_US_BYTES = 2048, TO_US_BYTES = 1024 };
enum { QUEUE_TO_US, QUEUE_FROM_US }; // 5.3.2: port 0

struct buffers {
    char from_us[FROM_US_BYTES];
    char to_us[TO_US_BYTES];
};

static struct virtio_device device;
static struct virtio_queue to_us, from_us;
static struct buffers *buffers;
static uint32_t unread, unread_at; // of to_us; only who holds the lock
static bool dead;
static _Atomic uint32_t locked;

// The lock is bounded: the core that holds it may have died inside.
static bool lock(void)
{
    uint64_t end_ns = machine->now_ns() + PATIENCE_NS;

    // [L] acquire: the queues as the last holder left them. Pairs with unlock.
    while (atomic_exchange_explicit(&locked, 1, memory_order_acquire)) {
        if (machine->now_ns() > end_ns)
            return false;
        __builtin_ia32_pause();
    }
    return true;
}

static void unlock(void)
{
    atomic_store_explicit(&locked, 0, memory_order_release); // [L]
}

static void post(struct virtio_queue *queue, const void *memory, uint32_t bytes, bool device_writes)
{
    struct vq_part part = {virtio_address(memory, bytes), bytes, device_writes};

    vq_chains_post(&queue->chains, 0, &part, 1);
    virtio_kick(&device, queue);
}

static void put(const char *text, uint32_t bytes)
{
    uint64_t end_ns = machine->now_ns() + PATIENCE_NS;
    uint16_t id;
    uint32_t written;

    memcpy(buffers->from_us, text, bytes);
    post(&from_us, buffers->from_us, bytes, false);
    while (!dead && !vq_chains_take(&from_us.chains, &id, &written)) {
        dead = from_us.chains.broken || machine->now_ns() > end_ns;
        __builtin_ia32_pause();
    }
}

static void console_write(int fd, const char *text, size_t bytes)
{
    (void)fd; // one line for both streams
    if (!lock())
        return;
    for (size_t done = 0; done < bytes && !dead;) {
        size_t part = bytes - done < FROM_US_BYTES ? bytes - done : FROM_US_BYTES;

        put(text + done, (uint32_t)part);
        done += part;
    }
    unlock();
}

static size_t read_some(char *text, size_t bytes)
{
    uint16_t id;

    if (to_us.chains.parts[0]) { // otherwise the last buffer has not been read to its end
        if (!vq_chains_take(&to_us.chains, &id, &unread))
            return 0;
        unread = unread < TO_US_BYTES ? unread : TO_US_BYTES;
        unread_at = 0;
    }
    bytes = bytes < unread ? bytes : unread;
    memcpy(text, buffers->to_us + unread_at, bytes);
    unread_at += (uint32_t)bytes;
    unread -= (uint32_t)bytes;
    if (!unread)
        post(&to_us, buffers->to_us, TO_US_BYTES, true);
    return bytes;
}

static long console_read(char *text, size_t bytes)
{
    size_t count;

    if (!bytes)
        return 0;
    if (!lock())
        return -EAGAIN;
    count = read_some(text, bytes);
    unlock();
    return count ? (long)count : -EAGAIN;
}

size_t virtio_console_bytes(const struct boot *boot)
{
    if (!boot->no_console || boot->job || !virtio_find(boot, VIRTIO_ID_CONSOLE, 0))
        return 0;
    return 2 * virtio_ring_bytes(QUEUE_SIZE) + PAGE_BYTES;
}

void virtio_console_init(const struct boot *boot, void *memory)
{
    char *rings = memory;

    if (virtio_open(&device, virtio_find(boot, VIRTIO_ID_CONSOLE, 0), 0) ||
        virtio_queue_start(&device, &to_us, QUEUE_TO_US, QUEUE_SIZE, rings) ||
        virtio_queue_start(&device, &from_us, QUEUE_FROM_US, QUEUE_SIZE,
                           rings + virtio_ring_bytes(QUEUE_SIZE)))
        return; // there is nobody to tell
    buffers = (struct buffers *)(rings + 2 * virtio_ring_bytes(QUEUE_SIZE));
    virtio_ready(&device);
    post(&to_us, buffers->to_us, TO_US_BYTES, true);
    machine->console_write = console_write;
    machine->console_read = console_read;
}
