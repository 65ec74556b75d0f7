// SPDX-License-Identifier: BSD-2-Clause
// layout.h: the packed virtqueue of VIRTIO 1.2, section 2.8: layout, ordering and nothing else.
//
// A ring of descriptors in memory that two sides share. The driver makes buffers available, the
// device uses them and gives them back; which side a core, a device or a launcher plays is the
// business of the room above. Buffers are used in the order they were made available
// (VIRTIO_F_IN_ORDER, 2.8.12), one descriptor each.
//
// Who may write a descriptor is told by two bits in its flags and one bit each side remembers, its
// wrap counter, which flips at every lap (2.8.1):
//   AVAIL == driver's wrap, USED != driver's wrap    the driver has made it available
//   AVAIL == USED == device's wrap                   the device has used it; it is the driver's again
// A side writes all else of a descriptor first and the flags last, with release; the other looks at the
// flags first, with acquire. That is the whole protocol: no other word is shared on the fast path.
//
// Latency is the number of cache lines that change owner. So an element may be larger than its
// descriptor: with elements of a cache line, bytes beside the descriptor travel with the flags that
// announce them. And a device that uses a batch marks only its first element (2.8.12 with
// the last buffer's id), so that most lines go one way only.
//
// Neither side may be entered by two threads at once. Nothing here sleeps or allocates.
//
// The operations are in vq.h.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VQ_AVAIL (1u << 7) // VIRTQ_DESC_F_AVAIL
#define VQ_USED (1u << 15) // VIRTQ_DESC_F_USED
#define VQ_SIZE_MAX 32768u // VIRTIO 1.2, 2.8.10.1

struct vq_desc { // struct pvirtq_desc
    uint64_t addr;
    uint32_t len;
    uint16_t id;
    _Atomic uint16_t flags;
};

_Static_assert(sizeof(struct vq_desc) == 16, "VIRTIO 1.2, 2.8.13");

// Event suppression (2.8.14): each side tells the other whether it wants to be notified.
enum { VQ_EVENTS_ENABLE = 0, VQ_EVENTS_DISABLE = 1 };

struct vq_events { // struct pvirtq_event_suppress
    _Atomic uint16_t desc;
    _Atomic uint16_t flags;
};

// One side's private view.
struct vq {
    char *ring;
    uint32_t size;         // elements; any number up to VQ_SIZE_MAX
    uint32_t element_log2; // bytes from one descriptor to the next: 16 for devices
    uint32_t next;         // the element this side looks at next
    bool wrap;
    uint32_t open;    // driver: available and not yet back. device: taken and not yet marked
    uint32_t open_at; // where the oldest of those lies
    bool open_wrap;   // the wrap counter that goes with it
};
