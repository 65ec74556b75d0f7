// SPDX-License-Identifier: BSD-2-Clause
// vq.h: what the two sides of a virtqueue do. See layout.h for the protocol. Letters pair the accesses.
//
// The driver reclaims when it needs to: when the ring is full. Between two marks the device's view says
// how many elements it holds (`open`) and where they start (`open_at`).
//
// All of it is inline, for libmpi plays both sides itself: with calls through the kernel's function table
// 8 bytes took 0.24 us from core to core, of which the hardware needs 0.05.
#pragma once
#include "vq/layout.h"

// Prepares one side's view of a ring. One side, before the other looks, also clears the ring: all
// zero is "used in the lap before the first".
static inline void vq_init(struct vq *vq, void *ring, uint32_t size, uint32_t element_bytes)
{
    *vq = (struct vq){.ring = ring, .size = size, .wrap = true, .open_wrap = true};
    while (1u << vq->element_log2 < element_bytes)
        vq->element_log2++;
}

static inline struct vq_desc *vq_element(const struct vq *vq, uint32_t index)
{
    return (struct vq_desc *)(vq->ring + ((size_t)index << vq->element_log2));
}

// The flags of an element that has been made available in a lap, and of one that has been used.
static inline uint16_t vq_flags_avail(bool wrap)
{
    return wrap ? VQ_AVAIL : VQ_USED;
}

static inline uint16_t vq_flags_used(bool wrap)
{
    return wrap ? VQ_AVAIL | VQ_USED : 0;
}

static inline void vq_advance(struct vq *vq)
{
    if (++vq->next == vq->size) {
        vq->next = 0;
        vq->wrap = !vq->wrap;
    }
    vq->open++;
}

// Moves a place in the ring on by `count`, at most one lap.
static inline void vq_move(const struct vq *vq, uint32_t *index, bool *wrap, uint32_t count)
{
    *index += count;
    if (*index >= vq->size) {
        *index -= vq->size;
        *wrap = !*wrap;
    }
}

// --- the driver's side ---

// Takes back what the device has marked used. Returns how many elements came back.
static inline uint32_t vq_reclaim(struct vq *vq)
{
    uint32_t back = 0;

    while (vq->open) {
        struct vq_desc *desc = vq_element(vq, vq->open_at);
        // [U] acquire: the device has read the elements before it gave them back. Pairs with
        // vq_mark_used.
        uint16_t flags = atomic_load_explicit(&desc->flags, memory_order_acquire);
        uint32_t last, count;

        if ((flags & (VQ_AVAIL | VQ_USED)) != vq_flags_used(vq->open_wrap))
            break;
        // A batch is marked at its first element with the id of its last (2.8.12).
        last = desc->id;
        count = last >= vq->open_at ? last - vq->open_at + 1 : last + vq->size - vq->open_at + 1;
        if (last >= vq->size || count > vq->open)
            break; // not what a device may write
        vq_move(vq, &vq->open_at, &vq->open_wrap, count);
        vq->open -= count;
        back += count;
    }
    return back;
}

// The next element if the ring has room, or NULL. Fill it, then vq_publish; nothing may fail between.
static inline struct vq_desc *vq_claim(struct vq *vq)
{
    if (vq->open == vq->size && vq_reclaim(vq) == 0)
        return NULL;
    return vq_element(vq, vq->next);
}

// Makes the claimed element available.
static inline void vq_publish(struct vq *vq, struct vq_desc *desc)
{
    desc->id = (uint16_t)vq->next;
    // [A] release: the element before its flags (2.8.21.1). Pairs with vq_peek.
    atomic_store_explicit(&desc->flags, vq_flags_avail(vq->wrap), memory_order_release);
    vq_advance(vq);
}

// --- the device's side ---

// The next element if it is available, or NULL; vq_skip then takes it. A full lap of taken and unmarked
// elements looks available again: none is left.
static inline struct vq_desc *vq_peek(const struct vq *vq)
{
    struct vq_desc *desc = vq_element(vq, vq->next);
    // [A] acquire: the flags before the element. Pairs with vq_publish.
    uint16_t flags = atomic_load_explicit(&desc->flags, memory_order_acquire);

    if ((flags & (VQ_AVAIL | VQ_USED)) != vq_flags_avail(vq->wrap) || vq->open == vq->size)
        return NULL;
    return desc;
}

static inline void vq_skip(struct vq *vq)
{
    vq_advance(vq);
}

// The next available element, or NULL. It stays valid until vq_mark_used gives it back.
static inline struct vq_desc *vq_take(struct vq *vq)
{
    struct vq_desc *desc = vq_peek(vq);

    if (desc)
        vq_skip(vq);
    return desc;
}

// Gives all taken elements back, in one write.
static inline void vq_mark_used(struct vq *vq)
{
    struct vq_desc *first = vq_element(vq, vq->open_at);
    uint32_t last = vq->open_at;
    bool wrap = vq->open_wrap;

    if (!vq->open)
        return;
    vq_move(vq, &last, &wrap, vq->open - 1);
    first->id = (uint16_t)last;
    // [U] release: all reads of the batch before it is given back. Pairs with vq_reclaim.
    atomic_store_explicit(&first->flags, vq_flags_used(vq->open_wrap), memory_order_release);
    vq->open_at = vq->next;
    vq->open_wrap = vq->wrap;
    vq->open = 0;
}

// --- notifications; called by either side for the other's events structure ---
//
// A side that is about to sleep says so and looks at the ring once more; the other publishes, and looks
// whether anybody sleeps. Both must store before they look. Either each has a full fence between
// the two, or the one who sleeps makes all cores execute one (`heavy`), and then nobody else needs any.

// After vq_publish or vq_mark_used: must the other side be notified? `events` is the other side's.
static inline bool vq_notify_wanted(const struct vq_events *events, bool heavy)
{
    // [N] what was published before whether anybody sleeps. Pairs with the fence after vq_events_set.
    if (heavy)
        atomic_signal_fence(memory_order_seq_cst);
    else
        atomic_thread_fence(memory_order_seq_cst);
    return atomic_load_explicit(&events->flags, memory_order_relaxed) != VQ_EVENTS_DISABLE;
}

// Says whether this side wants notifications. After enabling, a fence as above, and another look.
static inline void vq_events_set(struct vq_events *events, uint16_t wanted)
{
    atomic_store_explicit(&events->flags, wanted, memory_order_relaxed);
}
