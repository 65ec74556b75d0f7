// SPDX-License-Identifier: BSD-2-Clause
// mmio.c: virtio over memory-mapped registers (VIRTIO 1.2, 4.2), the legacy interface included (4.2.4):
// there a queue is given by the number of its first page, and features have 32 bits.
#include "kernel/virtio/transport.h"
#include <linux/virtio_mmio.h>

static uint32_t get(const struct virtio_device *device, uint32_t offset)
{
    return *(const volatile uint32_t *)((const volatile char *)device->place->mmio + offset);
}

static void set(const struct virtio_device *device, uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)((volatile char *)device->place->mmio + offset) = value;
}

static void set_address(const struct virtio_device *device, uint32_t low, uint64_t address)
{
    set(device, low, (uint32_t)address);
    set(device, low + 4, (uint32_t)(address >> 32));
}

static uint32_t mmio_status_get(const struct virtio_device *device)
{
    return get(device, VIRTIO_MMIO_STATUS);
}

static void mmio_status_set(const struct virtio_device *device, uint32_t status)
{
    set(device, VIRTIO_MMIO_STATUS, status);
}

static uint64_t mmio_features_get(const struct virtio_device *device)
{
    uint64_t low;

    set(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
    low = get(device, VIRTIO_MMIO_DEVICE_FEATURES);
    set(device, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
    return (uint64_t)get(device, VIRTIO_MMIO_DEVICE_FEATURES) << 32 | low;
}

static void mmio_features_set(const struct virtio_device *device, uint64_t features)
{
    for (uint32_t half = 0; half < 2; half++) {
        set(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, half);
        set(device, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(features >> 32 * half));
    }
    if (device->legacy)
        set(device, VIRTIO_MMIO_GUEST_PAGE_SIZE, PAGE_BYTES);
}

static uint32_t mmio_queue_size(const struct virtio_device *device, uint16_t index)
{
    set(device, VIRTIO_MMIO_QUEUE_SEL, index);
    if (get(device, device->legacy ? VIRTIO_MMIO_QUEUE_PFN : VIRTIO_MMIO_QUEUE_READY))
        return 0;
    return get(device, VIRTIO_MMIO_QUEUE_NUM_MAX);
}

static void mmio_queue_set(const struct virtio_device *device, struct virtio_queue *queue,
                           const uint64_t part[3])
{
    set(device, VIRTIO_MMIO_QUEUE_NUM, queue->chains.size);
    if (device->legacy) {
        // The other two follow from the first (2.7.2).
        set(device, VIRTIO_MMIO_QUEUE_ALIGN, VQ_RING_ALIGN);
        set(device, VIRTIO_MMIO_QUEUE_PFN, (uint32_t)(part[0] / PAGE_BYTES));
        return;
    }
    set_address(device, VIRTIO_MMIO_QUEUE_DESC_LOW, part[0]);
    set_address(device, VIRTIO_MMIO_QUEUE_AVAIL_LOW, part[1]);
    set_address(device, VIRTIO_MMIO_QUEUE_USED_LOW, part[2]);
    set(device, VIRTIO_MMIO_QUEUE_READY, 1);
}

static void mmio_kick(const struct virtio_device *device, const struct virtio_queue *queue)
{
    set(device, VIRTIO_MMIO_QUEUE_NOTIFY, queue->index);
}

const struct virtio_transport virtio_mmio = {
    .status_get = mmio_status_get,
    .status_set = mmio_status_set,
    .features_get = mmio_features_get,
    .features_set = mmio_features_set,
    .queue_size = mmio_queue_size,
    .queue_set = mmio_queue_set,
    .kick = mmio_kick,
};
