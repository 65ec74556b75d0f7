// SPDX-License-Identifier: BSD-2-Clause
// bus.c: see bus.h. Where the lines of a queue lie decides its latency:
//
//     ring            a message's own lines; the only ones that travel while messages flow
//     driver, device  each side's private counters, on lines of their own
//     events          written by the receiver when it goes to sleep and wakes; else at rest everywhere
//
// libmpi works on the queues of BUS_MPI itself, by the inline functions of vq.h; what is here are the
// channel of torito_send_to, the start, and sleeping.
#include "kernel/bus/bus.h"
#include "lib/lib.h"

static struct bus_queue *queues; // [channel][to][from]: a receiver's lie side by side
static uint32_t core_count;

// Messages in flight per queue: with few cores, enough for a burst; with many, there are many queues.
static uint32_t ring_size(uint32_t cores, unsigned channel)
{
    if (channel == BUS_RAW)
        return 16;
    return cores <= 8 ? 128 : cores <= 32 ? 64 : 32;
}

static size_t rings_bytes(uint32_t cores)
{
    size_t messages = 0;

    for (unsigned channel = 0; channel < BUS_CHANNELS; channel++)
        messages += ring_size(cores, channel);
    return messages * sizeof(struct bus_message);
}

struct bus_queue *bus_queue(enum bus_channel channel, uint32_t from, uint32_t to)
{
    return &queues[((size_t)channel * core_count + to) * core_count + from];
}

size_t bus_memory_bytes(uint32_t cores)
{
    return (size_t)cores * cores * (BUS_CHANNELS * sizeof(struct bus_queue) + rings_bytes(cores));
}

void bus_init(void *memory, uint32_t cores)
{
    char *ring = (char *)memory + (size_t)cores * cores * BUS_CHANNELS * sizeof(struct bus_queue);

    queues = memory;
    core_count = cores;
    for (uint32_t to = 0; to < cores; to++)
        for (uint32_t from = 0; from < cores; from++)
            for (unsigned channel = 0; channel < BUS_CHANNELS; channel++) {
                struct bus_queue *queue = bus_queue(channel, from, to);
                uint32_t size = ring_size(cores, channel);

                vq_init(&queue->driver, ring, size, sizeof(struct bus_message));
                vq_init(&queue->device, ring, size, sizeof(struct bus_message));
                vq_events_set(&queue->events, VQ_EVENTS_DISABLE);
                ring += size * sizeof(struct bus_message);
            }
}

struct bus_message *bus_claim(enum bus_channel channel, uint32_t to)
{
    return (struct bus_message *)vq_claim(&bus_queue(channel, core_self()->index, to)->driver);
}

void bus_publish(enum bus_channel channel, uint32_t to, struct bus_message *message)
{
    struct bus_queue *queue = bus_queue(channel, core_self()->index, to);

    vq_publish(&queue->driver, &message->desc);
    if (vq_notify_wanted(&queue->events, machine->cores_fence != NULL))
        machine->core_wake(to);
}

bool bus_drained(enum bus_channel channel, uint32_t to)
{
    struct vq *driver = &bus_queue(channel, core_self()->index, to)->driver;

    vq_reclaim(driver);
    return driver->open == 0;
}

const struct bus_message *bus_take(enum bus_channel channel, uint32_t from)
{
    return (const struct bus_message *)vq_take(&bus_queue(channel, from, core_self()->index)->device);
}

void bus_done(enum bus_channel channel, uint32_t from)
{
    vq_mark_used(&bus_queue(channel, from, core_self()->index)->device);
}

bool bus_pending(uint32_t core)
{
    for (uint32_t from = 0; from < core_count; from++)
        if (vq_peek(&bus_queue(BUS_MPI, from, core)->device))
            return true;
    return false;
}

bool bus_sleep(uint32_t core)
{
    for (uint32_t from = 0; from < core_count; from++)
        vq_events_set(&bus_queue(BUS_MPI, from, core)->events, VQ_EVENTS_ENABLE);
    // [N] the wish before the last look. Senders have a fence of their own only where this is none for
    // them, too. Pairs with vq_notify_wanted.
    if (machine->cores_fence)
        machine->cores_fence();
    else
        atomic_thread_fence(memory_order_seq_cst);
    if (!bus_pending(core))
        return true;
    bus_awake(core);
    return false;
}

void bus_awake(uint32_t core)
{
    for (uint32_t from = 0; from < core_count; from++)
        vq_events_set(&bus_queue(BUS_MPI, from, core)->events, VQ_EVENTS_DISABLE);
}
