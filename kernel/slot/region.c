// SPDX-License-Identifier: BSD-2-Clause
// region.c: insertion, splitting and joining in the ordered table of regions.
#include "kernel/slot/region.h"
#include "lib/lib.h"
#include <asm/errno.h>

uint32_t region_find(const struct slot *slot, uintptr_t addr)
{
    uint32_t low = 0, high = slot->region_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (slot->region[middle].end > addr)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool region_free(const struct slot *slot, uintptr_t start, uintptr_t end)
{
    uint32_t i = region_find(slot, start);

    return i == slot->region_count || slot->region[i].start >= end;
}

static void insert(struct slot *slot, uint32_t at, uintptr_t start, uintptr_t end, int prot)
{
    memmove(&slot->region[at + 1], &slot->region[at],
            (slot->region_count - at) * sizeof slot->region[0]);
    slot->region[at] = (struct slot_region){start, end, prot};
    slot->region_count++;
}

static void delete (struct slot *slot, uint32_t at, uint32_t count)
{
    memmove(&slot->region[at], &slot->region[at + count],
            (slot->region_count - at - count) * sizeof slot->region[0]);
    slot->region_count -= count;
}

bool region_can_set(const struct slot *slot)
{
    return slot->region_count + 2 <= slot->region_max; // a split and the new one
}

bool region_can_clear(const struct slot *slot, uintptr_t start, uintptr_t end)
{
    uint32_t at = region_find(slot, start);
    bool splits =
        at < slot->region_count && slot->region[at].start < start && slot->region[at].end > end;

    return !splits || slot->region_count < slot->region_max;
}

int region_clear(struct slot *slot, uintptr_t start, uintptr_t end)
{
    uint32_t at = region_find(slot, start), behind;

    if (!region_can_clear(slot, start, end))
        return -ENOMEM;
    if (at < slot->region_count && slot->region[at].start < start) {
        uintptr_t old_end = slot->region[at].end;

        slot->region[at].end = start;
        at++;
        if (old_end > end) {
            insert(slot, at, end, old_end, slot->region[at - 1].prot);
            return 0;
        }
    }
    for (behind = at; behind < slot->region_count && slot->region[behind].end <= end;)
        behind++;
    delete (slot, at, behind - at);
    if (at < slot->region_count && slot->region[at].start < end)
        slot->region[at].start = end;
    return 0;
}

int region_set(struct slot *slot, uintptr_t start, uintptr_t end, int prot)
{
    uint32_t at;

    if (!region_can_set(slot))
        return -ENOMEM;
    region_clear(slot, start, end);
    at = region_find(slot, start);
    if (at > 0 && slot->region[at - 1].end == start && slot->region[at - 1].prot == prot) {
        at--;
        slot->region[at].end = end;
    } else {
        insert(slot, at, start, end, prot);
    }
    if (at + 1 < slot->region_count && slot->region[at + 1].start == end &&
        slot->region[at + 1].prot == prot) {
        slot->region[at].end = slot->region[at + 1].end;
        delete (slot, at + 1, 1);
    }
    return 0;
}
