// SPDX-License-Identifier: BSD-2-Clause
// vq.c: see vq.h for the protocol. Letters pair the accesses.
//
// The driver reclaims before it needs to: only when the ring is full. Between two marks the device's
// view says how many elements it holds (`open`) and where they start (`open_at`).
#include "vq/vq.h"

static struct vq_desc *element(const struct vq *vq, uint32_t index)
{
    return (struct vq_desc *)(vq->ring + ((size_t)index << vq->element_log2));
}

static uint16_t flags_avail(bool wrap)
{
    return wrap ? VQ_AVAIL : VQ_USED;
}

static uint16_t flags_used(bool wrap)
{
    return wrap ? VQ_AVAIL | VQ_USED : 0;
}

static void advance(const struct vq *vq, uint32_t *index, bool *wrap, uint32_t count)
{
    *index += count;
    if (*index >= vq->size) {
        *index -= vq->size;
        *wrap = !*wrap;
    }
}

void vq_init(struct vq *vq, void *ring, uint32_t size, uint32_t element_bytes)
{
    *vq = (struct vq){.ring = ring, .size = size, .wrap = true, .open_wrap = true};
    while (1u << vq->element_log2 < element_bytes)
        vq->element_log2++;
}

struct vq_desc *vq_claim(struct vq *vq)
{
    if (vq->open == vq->size && vq_reclaim(vq) == 0)
        return NULL;
    return element(vq, vq->next);
}

void vq_publish(struct vq *vq, struct vq_desc *desc)
{
    desc->id = (uint16_t)vq->next;
    // [A] release: the element before its flags (2.8.21.1). Pairs with vq_take.
    atomic_store_explicit(&desc->flags, flags_avail(vq->wrap), memory_order_release);
    advance(vq, &vq->next, &vq->wrap, 1);
    vq->open++;
}

uint32_t vq_reclaim(struct vq *vq)
{
    uint32_t back = 0;

    while (vq->open) {
        struct vq_desc *desc = element(vq, vq->open_at);
        // [U] acquire: the device has read the elements before it gave them back. Pairs with
        // vq_mark_used.
        uint16_t flags = atomic_load_explicit(&desc->flags, memory_order_acquire);
        uint32_t last, count;

        if ((flags & (VQ_AVAIL | VQ_USED)) != flags_used(vq->open_wrap))
            break;
        // A batch is marked at its first element with the id of its last (2.8.12).
        last = desc->id;
        count = last >= vq->open_at ? last - vq->open_at + 1 : last + vq->size - vq->open_at + 1;
        if (last >= vq->size || count > vq->open)
            break; // not what a device may write
        advance(vq, &vq->open_at, &vq->open_wrap, count);
        vq->open -= count;
        back += count;
    }
    return back;
}

bool vq_pending(const struct vq *vq)
{
    uint16_t flags = atomic_load_explicit(&element(vq, vq->next)->flags, memory_order_relaxed);

    return (flags & (VQ_AVAIL | VQ_USED)) == flags_avail(vq->wrap) && vq->open < vq->size;
}

struct vq_desc *vq_take(struct vq *vq)
{
    struct vq_desc *desc = element(vq, vq->next);
    // [A] acquire: the flags before the element. Pairs with vq_publish.
    uint16_t flags = atomic_load_explicit(&desc->flags, memory_order_acquire);

    // A full lap of taken and unmarked elements looks available again: none is left.
    if ((flags & (VQ_AVAIL | VQ_USED)) != flags_avail(vq->wrap) || vq->open == vq->size)
        return NULL;
    advance(vq, &vq->next, &vq->wrap, 1);
    vq->open++;
    return desc;
}

void vq_mark_used(struct vq *vq)
{
    struct vq_desc *first = element(vq, vq->open_at);
    uint32_t last = vq->open_at;
    bool wrap = vq->open_wrap;

    if (!vq->open)
        return;
    advance(vq, &last, &wrap, vq->open - 1);
    first->id = (uint16_t)last;
    // [U] release: all reads of the batch before it is given back. Pairs with vq_reclaim.
    atomic_store_explicit(&first->flags, flags_used(vq->open_wrap), memory_order_release);
    vq->open_at = vq->next;
    vq->open_wrap = vq->wrap;
    vq->open = 0;
}

bool vq_notify_wanted(const struct vq_events *events)
{
    // [N] what was published before whether anybody sleeps. Pairs with vq_events_set.
    atomic_thread_fence(memory_order_seq_cst);
    return atomic_load_explicit(&events->flags, memory_order_relaxed) != VQ_EVENTS_DISABLE;
}

void vq_events_set(struct vq_events *events, uint16_t wanted)
{
    atomic_store_explicit(&events->flags, wanted, memory_order_relaxed);
    // [N] the wish before the last look at the ring. Pairs with vq_notify_wanted.
    atomic_thread_fence(memory_order_seq_cst);
}
