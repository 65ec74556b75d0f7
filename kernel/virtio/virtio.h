// SPDX-License-Identifier: BSD-2-Clause
// virtio.h: the driver's side of a virtio device, whatever it is for and however it is reached: mmio,
// legacy (version 1) and modern (version 2), or PCI by its modern interface.
//
//     found = virtio_find(boot, id, 0);
//     virtio_open(&device, found, features)    reset, negotiate (VIRTIO 1.2, 3.1.1)
//     virtio_queue_start(...)                  each queue
//     virtio_ready(&device)                    it may be used
//     vq_chains_post, virtio_kick; vq_chains_take: whoever waits looks. There are no interrupts.
//
// A ring is packed where the device offers that, else split (vq/chains.h). Nothing here sleeps,
// allocates or locks: one thread at a time has a device.
#pragma once
#include "machine/machine.h"
#include "vq/chains.h"

struct virtio_transport;

struct virtio_device {
    const struct device *place;
    const struct virtio_transport *transport;
    uint64_t features; // negotiated
    bool legacy;       // mmio, version 1
};

struct virtio_queue {
    struct vq_chains chains;
    uint16_t index;
    volatile uint16_t *bell; // PCI: what a kick is written to
};

// The n'th device of a kind (linux/virtio_ids.h) that the machine has, or NULL.
const struct device *virtio_find(const struct boot *boot, uint32_t id, uint32_t n);

// Resets the device and agrees with it on the features among `wanted` (bits) that it offers, on the
// packed ring, and on what every modern device needs. 0 or -EIO: it cannot be driven.
int virtio_open(struct virtio_device *device, const struct device *place, uint64_t wanted);

// Bytes of memory for a ring of at most `size` descriptors of either layout; whole pages.
size_t virtio_ring_bytes(uint16_t size);

// Sets up queue `index` with as many descriptors as the device has, but at most `size`, a power of two.
// `memory`: virtio_ring_bytes(size), page aligned and zeroed. 0 or -EIO.
int virtio_queue_start(struct virtio_device *device, struct virtio_queue *queue, uint16_t index,
                       uint16_t size, void *memory);

void virtio_ready(struct virtio_device *device);

// Tells the device about what was posted, if it wants to be told.
void virtio_kick(struct virtio_device *device, struct virtio_queue *queue);

// Is the device in working order, as far as it says itself?
bool virtio_alive(const struct virtio_device *device);

// Stops it: afterwards it touches no memory any more.
void virtio_stop(struct virtio_device *device);

// Copies `bytes` of the device's own configuration. False: it has not that much.
bool virtio_config_read(const struct virtio_device *device, uint32_t offset, void *to, size_t bytes);

// Where the device finds memory of ours; all of it must lie in one piece.
uint64_t virtio_address(const void *memory, size_t bytes);
