// SPDX-License-Identifier: BSD-2-Clause
// transport.h: what differs between mmio and PCI. Private to kernel/virtio.
#pragma once
#include "kernel/virtio/virtio.h"

struct virtio_transport {
    uint32_t (*status_get)(const struct virtio_device *device);
    void (*status_set)(const struct virtio_device *device, uint32_t status);
    uint64_t (*features_get)(const struct virtio_device *device);
    void (*features_set)(const struct virtio_device *device, uint64_t features);
    // Selects a queue; returns how many descriptors it may have, 0: no such queue or in use.
    uint32_t (*queue_size)(const struct virtio_device *device, uint16_t index);
    // Of the selected queue. `part`: physical addresses of descriptors, driver's and device's area.
    void (*queue_set)(const struct virtio_device *device, struct virtio_queue *queue,
                      const uint64_t part[3]);
    void (*kick)(const struct virtio_device *device, const struct virtio_queue *queue);
};

extern const struct virtio_transport virtio_mmio, virtio_pci;
