// SPDX-License-Identifier: BSD-2-Clause
// bus.c: see bus.h. Where the lines of a queue lie decides its latency:
//
//     ring            one line per message; the only lines that travel while messages flow
//     driver, device  each side's private counters, on lines of their own
//     events          written by the receiver when it goes to sleep and wakes; else at rest everywhere
//
// A receiver gives back a quarter of the ring at a time with one write, so three of four lines travel
// one way only; a sender looks at what came back when its ring is full.
#include "kernel/bus/bus.h"
#include "lib/lib.h"
#include "vq/vq.h"
#include <stdalign.h>

struct queue {
    alignas(64) struct vq driver;
    alignas(64) struct vq device;
    alignas(64) struct vq_events events; // the device's
};

static struct queue *queues; // [to][from][channel]: a receiver's lie side by side
static uint32_t core_count;

// Messages in flight per queue: with few cores, enough for a burst; with many, there are many queues.
static uint32_t ring_size(uint32_t cores, unsigned channel)
{
    if (channel == BUS_RAW)
        return 16;
    return cores <= 8 ? 256 : cores <= 32 ? 64 : 32;
}

static size_t rings_bytes(uint32_t cores)
{
    size_t messages = 0;

    for (unsigned channel = 0; channel < BUS_CHANNELS; channel++)
        messages += ring_size(cores, channel);
    return messages * sizeof(struct bus_message);
}

static struct queue *queue_of(unsigned channel, uint32_t from, uint32_t to)
{
    return &queues[((size_t)to * core_count + from) * BUS_CHANNELS + channel];
}

size_t bus_memory_bytes(uint32_t cores)
{
    return (size_t)cores * cores * (BUS_CHANNELS * sizeof(struct queue) + rings_bytes(cores));
}

void bus_init(void *memory, uint32_t cores)
{
    char *ring = (char *)memory + (size_t)cores * cores * BUS_CHANNELS * sizeof(struct queue);

    queues = memory;
    core_count = cores;
    for (uint32_t to = 0; to < cores; to++)
        for (uint32_t from = 0; from < cores; from++)
            for (unsigned channel = 0; channel < BUS_CHANNELS; channel++) {
                struct queue *queue = queue_of(channel, from, to);
                uint32_t size = ring_size(cores, channel);

                vq_init(&queue->driver, ring, size, sizeof(struct bus_message));
                vq_init(&queue->device, ring, size, sizeof(struct bus_message));
                vq_events_set(&queue->events, VQ_EVENTS_DISABLE);
                ring += size * sizeof(struct bus_message);
            }
}

struct bus_message *bus_claim(enum bus_channel channel, uint32_t to)
{
    return (struct bus_message *)vq_claim(&queue_of(channel, core_self()->index, to)->driver);
}

void bus_publish(enum bus_channel channel, uint32_t to, struct bus_message *message)
{
    struct queue *queue = queue_of(channel, core_self()->index, to);

    vq_publish(&queue->driver, (struct vq_desc *)message);
    if (vq_notify_wanted(&queue->events))
        machine->core_wake(to);
}

bool bus_drained(enum bus_channel channel, uint32_t to)
{
    struct vq *driver = &queue_of(channel, core_self()->index, to)->driver;

    vq_reclaim(driver);
    return driver->open == 0;
}

const struct bus_message *bus_take(enum bus_channel channel, uint32_t from)
{
    struct vq *device = &queue_of(channel, from, core_self()->index)->device;

    if (device->open * 4 >= device->size)
        vq_mark_used(device);
    return (const struct bus_message *)vq_take(device);
}

void bus_done(enum bus_channel channel, uint32_t from)
{
    vq_mark_used(&queue_of(channel, from, core_self()->index)->device);
}

bool bus_pending(uint32_t core)
{
    for (uint32_t from = 0; from < core_count; from++)
        if (vq_pending(&queue_of(BUS_MPI, from, core)->device))
            return true;
    return false;
}

bool bus_sleep(uint32_t core)
{
    for (uint32_t from = 0; from < core_count; from++)
        vq_events_set(&queue_of(BUS_MPI, from, core)->events, VQ_EVENTS_ENABLE);
    if (!bus_pending(core))
        return true;
    bus_awake(core);
    return false;
}

void bus_awake(uint32_t core)
{
    for (uint32_t from = 0; from < core_count; from++)
        vq_events_set(&queue_of(BUS_MPI, from, core)->events, VQ_EVENTS_DISABLE);
}
