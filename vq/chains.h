// SPDX-License-Identifier: BSD-2-Clause
// chains.h: the driver's side of a device's virtqueue: chains of buffers, used in any order, in either
// layout of VIRTIO 1.2: the split ring (2.7), which is all a legacy device has, and the packed one (2.8).
//
// vq.h is for two cores that agree on what is fastest: one element each, in order. A device asks for
// more: the parts of a request lie in different places, and a later request may be done first. So each
// chain has a number of its own, its id, below vq->ids, and whoever posts says which; an id is free
// again when vq_chains_take has returned it.
//
// A chain has at most VQ_PARTS_MAX parts. In the split layout chain `id` owns the descriptors from
// id * VQ_PARTS_MAX on: there is no list of free ones, and the ring of ids can never be full.
// A device is believed only as far as it can be true: an id that is not under way breaks the queue.
//
// One thread at a time. Nothing here sleeps or allocates.
#pragma once
#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VQ_PARTS_MAX 4u
#define VQ_CHAINS_MAX 32u
#define VQ_RING_ALIGN 4096ul // of the ring and, in the split layout, of its used part (2.7.2)

struct vq_part {
    uint64_t addr; // physical
    uint32_t bytes;
    bool device_writes; // parts it reads come first (2.7.4.2)
};

struct vq_chains {
    bool packed;
    bool broken;   // the device has written what no device may: reset it
    uint16_t size; // descriptors: a power of two, at least VQ_PARTS_MAX
    uint16_t ids;  // chains under way at most
    // Split: what the ring consists of. desc and avail are the driver's, used is the device's.
    struct vring split;
    // Packed: descriptors, which both write; the driver's wish for notifications and the device's.
    struct vring_packed_desc *ring;
    struct vring_packed_desc_event *driver_events, *device_events;
    uint16_t next; // packed: the next free descriptor. split: avail->idx, free running
    bool wrap;
    uint16_t used; // packed: the descriptor used next. split: used->idx seen so far, free running
    bool used_wrap;
    uint8_t parts[VQ_CHAINS_MAX]; // of a chain under way; 0: its id is free
};

// Bytes of a ring of so many descriptors, to be aligned to VQ_RING_ALIGN and zeroed.
size_t vq_chains_bytes(bool packed, uint16_t size);

// Prepares the driver's view. It asks for no notifications: whoever waits looks.
void vq_chains_init(struct vq_chains *vq, void *ring, bool packed, uint16_t size);

// Makes a chain of 1 to VQ_PARTS_MAX parts available under a free id.
void vq_chains_post(struct vq_chains *vq, uint16_t id, const struct vq_part *part, uint32_t count);

// Takes back one chain the device is done with; *bytes is what it says it has written. False: none,
// or the queue is broken.
bool vq_chains_take(struct vq_chains *vq, uint16_t *id, uint32_t *bytes);

// After vq_chains_post: must the device be notified?
bool vq_chains_kick_wanted(const struct vq_chains *vq);
