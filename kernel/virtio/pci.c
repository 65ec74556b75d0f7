// SPDX-License-Identifier: BSD-2-Clause
// pci.c: virtio over PCI, modern interface (VIRTIO 1.2, 4.1); transitional devices have it as well. The
// machine has found the structures and enabled the function. No interrupts: no vectors are given.
#include "kernel/virtio/transport.h"
#include <linux/virtio_pci.h>

static volatile struct virtio_pci_common_cfg *common(const struct virtio_device *device)
{
    return device->place->common;
}

static uint32_t pci_status_get(const struct virtio_device *device)
{
    return common(device)->device_status;
}

static void pci_status_set(const struct virtio_device *device, uint32_t status)
{
    common(device)->device_status = (uint8_t)status;
}

static uint64_t pci_features_get(const struct virtio_device *device)
{
    uint64_t low;

    common(device)->device_feature_select = 0;
    low = common(device)->device_feature;
    common(device)->device_feature_select = 1;
    return (uint64_t)common(device)->device_feature << 32 | low;
}

static void pci_features_set(const struct virtio_device *device, uint64_t features)
{
    for (uint32_t half = 0; half < 2; half++) {
        common(device)->guest_feature_select = half;
        common(device)->guest_feature = (uint32_t)(features >> 32 * half);
    }
}

static uint32_t pci_queue_size(const struct virtio_device *device, uint16_t index)
{
    if (index >= common(device)->num_queues)
        return 0;
    common(device)->queue_select = index;
    return common(device)->queue_enable ? 0 : common(device)->queue_size;
}

static void pci_queue_set(const struct virtio_device *device, struct virtio_queue *queue,
                          const uint64_t part[3])
{
    volatile struct virtio_pci_common_cfg *cfg = common(device);
    uint64_t offset = (uint64_t)cfg->queue_notify_off * device->place->notify_multiplier;

    cfg->queue_size = queue->chains.size;
    cfg->queue_desc_lo = (uint32_t)part[0];
    cfg->queue_desc_hi = (uint32_t)(part[0] >> 32);
    cfg->queue_avail_lo = (uint32_t)part[1];
    cfg->queue_avail_hi = (uint32_t)(part[1] >> 32);
    cfg->queue_used_lo = (uint32_t)part[2];
    cfg->queue_used_hi = (uint32_t)(part[2] >> 32);
    // Beyond its structure there is nothing to ring; the device then never answers, and that is noticed.
    if (offset + sizeof *queue->bell <= device->place->notify_bytes)
        queue->bell = (volatile uint16_t *)((volatile char *)device->place->notify + offset);
    cfg->queue_enable = 1;
}

static void pci_kick(const struct virtio_device *device, const struct virtio_queue *queue)
{
    (void)device;
    if (queue->bell)
        *queue->bell = queue->index;
}

const struct virtio_transport virtio_pci = {
    .status_get = pci_status_get,
    .status_set = pci_status_set,
    .features_get = pci_features_get,
    .features_set = pci_features_set,
    .queue_size = pci_queue_size,
    .queue_set = pci_queue_set,
    .kick = pci_kick,
};
