// SPDX-License-Identifier: BSD-2-Clause
// chains.c: see chains.h. Letters pair the accesses with the device's, which is not ours: the pairs are
// those the standard demands of it.
//
// The structures are those of <linux/virtio_ring.h>, whose fields are plain integers: the few that both
// sides look at are read and written by the compiler's __atomic functions.
#include "vq/chains.h"

#define PACKED_AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define PACKED_USED (1u << VRING_PACKED_DESC_F_USED)

static uint16_t load_relaxed(const uint16_t *from)
{
    return __atomic_load_n(from, __ATOMIC_RELAXED);
}

static uint16_t load_acquire(const uint16_t *from)
{
    return __atomic_load_n(from, __ATOMIC_ACQUIRE);
}

static void store_release(uint16_t *to, uint16_t value) // NOLINT(readability-non-const-parameter)
{
    __atomic_store_n(to, value, __ATOMIC_RELEASE);
}

size_t vq_chains_bytes(bool packed, uint16_t size)
{
    if (packed)
        return size * sizeof(struct vring_packed_desc) + 2 * sizeof(struct vring_packed_desc_event);
    return vring_size(size, VQ_RING_ALIGN);
}

void vq_chains_init(struct vq_chains *vq, void *ring, bool packed, uint16_t size)
{
    uint16_t ids = (uint16_t)(size / VQ_PARTS_MAX);

    *vq = (struct vq_chains){.packed = packed, .size = size, .wrap = true, .used_wrap = true};
    vq->ids = ids < VQ_CHAINS_MAX ? ids : VQ_CHAINS_MAX;
    if (packed) {
        vq->ring = ring;
        vq->driver_events = (struct vring_packed_desc_event *)(vq->ring + size);
        vq->device_events = vq->driver_events + 1;
        vq->driver_events->flags = VRING_PACKED_EVENT_FLAG_DISABLE;
    } else {
        vring_init(&vq->split, size, ring, VQ_RING_ALIGN);
        vq->split.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
    }
}

static uint16_t part_flags(const struct vq_part *part, bool last)
{
    return (uint16_t)((part->device_writes ? VRING_DESC_F_WRITE : 0) | (last ? 0 : VRING_DESC_F_NEXT));
}

static void split_post(struct vq_chains *vq, uint16_t id, const struct vq_part *part, uint32_t count)
{
    uint16_t first = (uint16_t)(id * VQ_PARTS_MAX);

    for (uint32_t i = 0; i < count; i++)
        vq->split.desc[first + i] = (struct vring_desc){
            .addr = part[i].addr,
            .len = part[i].bytes,
            .flags = part_flags(&part[i], i + 1 == count),
            .next = (uint16_t)(i + 1 == count ? 0 : first + i + 1),
        };
    vq->split.avail->ring[vq->next & (vq->size - 1)] = first;
    vq->next++;
    // [A] release: descriptors and ring entry before the index (2.7.13.3). The device reads the index
    // first.
    store_release(&vq->split.avail->idx, vq->next);
}

static void advance(const struct vq_chains *vq, uint16_t *index, bool *wrap, uint32_t count)
{
    uint32_t at = *index + count;

    if (at >= vq->size) {
        at -= vq->size;
        *wrap = !*wrap;
    }
    *index = (uint16_t)at;
}

static void packed_post(struct vq_chains *vq, uint16_t id, const struct vq_part *part, uint32_t count)
{
    uint16_t *first_flags = &vq->ring[vq->next].flags, first = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct vring_packed_desc *desc = &vq->ring[vq->next];
        uint16_t flags = (uint16_t)(part_flags(&part[i], i + 1 == count) |
                                    (vq->wrap ? PACKED_AVAIL : PACKED_USED));

        desc->addr = part[i].addr;
        desc->len = part[i].bytes;
        desc->id = id;
        if (i == 0)
            first = flags;
        else
            __atomic_store_n(&desc->flags, flags, __ATOMIC_RELAXED);
        advance(vq, &vq->next, &vq->wrap, 1);
    }
    // [A] release: the chain before the flags of its first descriptor (2.8.21.1), where the device
    // looks.
    store_release(first_flags, first);
}

void vq_chains_post(struct vq_chains *vq, uint16_t id, const struct vq_part *part, uint32_t count)
{
    // Room is certain: ids * VQ_PARTS_MAX <= size.
    if (vq->packed)
        packed_post(vq, id, part, count);
    else
        split_post(vq, id, part, count);
    vq->parts[id] = (uint8_t)count;
}

// The device's word for which chain is done: under way, or the queue is broken.
static bool id_returned(struct vq_chains *vq, uint32_t id)
{
    if (id < vq->ids && vq->parts[id])
        return true;
    vq->broken = true;
    return false;
}

static bool split_take(struct vq_chains *vq, uint16_t *id, uint32_t *bytes)
{
    uint32_t first; // read once: the device can still change it
    // [U] acquire: the index before the entry and what the device wrote (2.7.14). The device writes the
    // index last.
    uint16_t index = load_acquire(&vq->split.used->idx);

    if (index == vq->used)
        return false;
    first = *(const volatile uint32_t *)&vq->split.used->ring[vq->used & (vq->size - 1)].id;
    *bytes = vq->split.used->ring[vq->used & (vq->size - 1)].len;
    *id = (uint16_t)(first / VQ_PARTS_MAX);
    vq->used++;
    return id_returned(vq, first % VQ_PARTS_MAX ? UINT32_MAX : first / VQ_PARTS_MAX);
}

static bool packed_take(struct vq_chains *vq, uint16_t *id, uint32_t *bytes)
{
    const struct vring_packed_desc *desc = &vq->ring[vq->used];
    // [U] acquire: the flags before the element and what the device wrote (2.8.21.3). The device writes
    // the flags last.
    uint16_t flags = load_acquire(&desc->flags) & (PACKED_AVAIL | PACKED_USED);

    if (flags != (vq->used_wrap ? PACKED_AVAIL | PACKED_USED : 0))
        return false;
    *id = *(const volatile uint16_t *)&desc->id; // read once: the device can still change it
    *bytes = desc->len;
    if (!id_returned(vq, *id))
        return false;
    advance(vq, &vq->used, &vq->used_wrap, vq->parts[*id]);
    return true;
}

bool vq_chains_take(struct vq_chains *vq, uint16_t *id, uint32_t *bytes)
{
    if (vq->broken || !(vq->packed ? packed_take(vq, id, bytes) : split_take(vq, id, bytes)))
        return false;
    vq->parts[*id] = 0;
    return true;
}

bool vq_chains_kick_wanted(const struct vq_chains *vq)
{
    // [N] what was posted before whether the device sleeps (2.7.13.4.1, 2.8.21.3.1): it says so, then
    // looks at the ring once more.
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (vq->packed)
        return load_relaxed(&vq->device_events->flags) != VRING_PACKED_EVENT_FLAG_DISABLE;
    return !(load_relaxed(&vq->split.used->flags) & VRING_USED_F_NO_NOTIFY);
}
