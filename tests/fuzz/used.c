// SPDX-License-Identifier: BSD-2-Clause
// used.c: what the other side writes into a virtqueue: a device's used entries, in both layouts, and those
// between kernel and launcher. The driver must believe only what can be true.
// fuzz: vq/chains.c
//
// The first byte chooses the queue and its size. Each byte that follows is a step: post a chain, take
// one back, or let the device write some bytes (two for where, then how many, then these) anywhere in
// the ring.
#include "tests/fuzz/machine.h"
#include "vq/chains.h"
#include "vq/vq.h"
#include <stdlib.h>

#define SIZE_MAX_LOG2 7

struct input {
    const uint8_t *at, *end;
};

static uint32_t next(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static void device_writes(struct input *input, uint8_t *ring, size_t bytes)
{
    uint32_t where = next(input), count;

    where |= next(input) << 8;
    count = next(input) % 17;
    for (uint32_t i = 0; i < count; i++)
        ring[(where + i) % bytes] = (uint8_t)next(input);
}

// As a device would: something that is under way, or nearly.
static void device_uses(struct input *input, struct vq_chains *vq)
{
    uint16_t id = (uint16_t)next(input);

    if (vq->packed) {
        vq->ring[vq->used].id = id;
        vq->ring[vq->used].flags =
            vq->used_wrap ? 1u << VRING_PACKED_DESC_F_AVAIL | 1u << VRING_PACKED_DESC_F_USED : 0;
    } else {
        vq->split.used->ring[vq->split.used->idx & (vq->size - 1)].id = id * VQ_PARTS_MAX;
        vq->split.used->idx++;
    }
}

static void chains(struct input *input, bool packed, uint16_t size)
{
    static uint8_t ring[65536] __attribute__((aligned(VQ_RING_ALIGN)));
    struct vq_part part[VQ_PARTS_MAX] = {{.addr = 4096, .bytes = 8}};
    bool posted[VQ_CHAINS_MAX] = {false};
    size_t bytes = vq_chains_bytes(packed, size);
    struct vq_chains vq;

    must(bytes <= sizeof ring);
    memset(ring, 0, bytes);
    vq_chains_init(&vq, ring, packed, size);
    must(vq.ids > 0 && vq.ids <= VQ_CHAINS_MAX);
    while (input->at < input->end) {
        uint32_t step = next(input), written;
        uint16_t id = (uint16_t)((step >> 2) % vq.ids);

        switch (step % 4) {
        case 0:
            if (posted[id])
                break;
            vq_chains_post(&vq, id, part, 1 + step / 64);
            posted[id] = true;
            break;
        case 1:
            device_writes(input, ring, bytes);
            break;
        case 2:
            device_uses(input, &vq);
            break;
        default:
            if (vq_chains_take(&vq, &id, &written)) {
                must(id < vq.ids && posted[id] && !vq.broken);
                posted[id] = false;
            }
            (void)vq_chains_kick_wanted(&vq);
        }
        must(vq.used < size || !packed);
        must(vq.next < size || !packed);
    }
}

// Between two cores, or kernel and launcher: one element each, batches marked at their first.
static void elements(struct input *input, uint32_t size)
{
    static uint8_t ring[sizeof(struct vq_desc) << SIZE_MAX_LOG2] __attribute__((aligned(64)));
    size_t bytes = size * sizeof(struct vq_desc);
    struct vq driver, device;

    memset(ring, 0, bytes);
    vq_init(&driver, ring, size, sizeof(struct vq_desc));
    vq_init(&device, ring, size, sizeof(struct vq_desc));
    while (input->at < input->end) {
        uint32_t step = next(input);
        struct vq_desc *desc;

        switch (step % 4) {
        case 0:
            desc = vq_claim(&driver);
            if (desc) {
                desc->addr = 4096;
                vq_publish(&driver, desc);
            }
            break;
        case 1:
            device_writes(input, ring, bytes);
            break;
        case 2:
            if (vq_take(&device) && step & 4)
                vq_mark_used(&device);
            break;
        default:
            vq_reclaim(&driver);
        }
        must(driver.open <= size && driver.open_at < size && driver.next < size);
        must(device.open <= size && device.open_at < size && device.next < size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    uint32_t chosen = next(&input), log2 = (chosen >> 2) % (SIZE_MAX_LOG2 - 1) + 2;

    if (chosen % 4 == 0)
        elements(&input, 1u << log2);
    else
        chains(&input, chosen % 4 == 1, (uint16_t)(1u << log2));
    return 0;
}
