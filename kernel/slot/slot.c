// SPDX-License-Identifier: BSD-2-Clause
// slot.c: the regions of a slot and the calls that change them.
//
// The table is the truth about what is mapped; the machine is told afterwards, piece by piece. Memory
// between clean_low and clean_high has never been mapped since the boot, so it need not be zeroed:
// the heap eats it from below, mappings from above.
#include "kernel/slot/slot.h"
#include "kernel/slot/region.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <elf.h>
#include <stdatomic.h>

#define LARGE_BYTES (2ul << 20) // a large page; big mappings start on one
#define GUARD_BYTES_MAX (1ul << 20)
#define STACK_BYTES_MIN (64ul << 10)
#define TABLE_RESERVE 8 // regions a call may add, and those of a new table itself

struct slot *slot_table[RANKS_MAX];
static uintptr_t stride;

// Accessible memory of all slots together. Linux promises more than it has and then kills the whole
// process; so what does not fit is refused here, to the rank that asks.
static _Atomic int64_t committed;
static int64_t commit_limit;

void slots_init(uint32_t ranks)
{
    stride = slot_stride(ranks);
    commit_limit = (int64_t)machine->memory_bytes();
}

// The part of [start, end) that may be accessed.
static int64_t accessible(const struct slot *slot, uintptr_t start, uintptr_t end)
{
    int64_t bytes = 0;

    for (uint32_t i = region_find(slot, start);
         i < slot->region_count && slot->region[i].start < end; i++) {
        uintptr_t from = slot->region[i].start > start ? slot->region[i].start : start;
        uintptr_t to = slot->region[i].end < end ? slot->region[i].end : end;

        bytes += slot->region[i].prot ? (int64_t)(to - from) : 0;
    }
    return bytes;
}

// How many bytes more are accessible if [start, end) gets `prot`.
static int64_t commit_change(const struct slot *slot, uintptr_t start, uintptr_t end, int prot)
{
    return (prot ? (int64_t)(end - start) : 0) - accessible(slot, start, end);
}

static void uncommit(int64_t change)
{
    // relaxed: a count, nothing else hangs on it
    atomic_fetch_sub_explicit(&committed, change, memory_order_relaxed);
}

// Accounts for a change. False: there is no memory for it.
static bool commit(int64_t change)
{
    if (atomic_fetch_add_explicit(&committed, change, memory_order_relaxed) + change <= commit_limit ||
        change <= 0)
        return true;
    uncommit(change);
    return false;
}

static bool range_ok(const struct slot *slot, uintptr_t addr, size_t bytes)
{
    return addr % PAGE_BYTES == 0 && addr >= slot->memory.start && addr < slot->memory.end &&
           bytes != 0 && bytes <= slot->memory.end - addr;
}

// Backs [start, end) by the machine, zeroing what was used before.
static int back(struct slot *slot, uintptr_t start, uintptr_t end, int prot)
{
    uintptr_t low = start > slot->clean_low ? start : slot->clean_low;
    uintptr_t high = end < slot->clean_high ? end : slot->clean_high;
    int rc = 0;

    if (low >= high)
        return machine->map(start, end - start, prot, false);
    if (start < low)
        rc = machine->map(start, low - start, prot, false);
    if (rc == 0)
        rc = machine->map(low, high - low, prot, true);
    if (rc == 0 && high < end)
        rc = machine->map(high, end - high, prot, false);
    // What lies between the new region and the nearer end of the clean range counts as used.
    if (low - slot->clean_low < slot->clean_high - high)
        slot->clean_low = high;
    else
        slot->clean_high = low;
    return rc;
}

static int map_region(struct slot *slot, uintptr_t start, uintptr_t end, int prot)
{
    int64_t change = commit_change(slot, start, end, prot);
    int rc;

    if (!commit(change))
        return -ENOMEM;
    rc = region_set(slot, start, end, prot);
    if (rc == 0) {
        rc = back(slot, start, end, prot);
        if (rc) {
            machine->unmap(start, end - start);
            region_clear(slot, start, end);
        }
    }
    if (rc)
        uncommit(change);
    return rc;
}

int slot_create(struct slot *slot, uint32_t rank, const struct slot_memory *memory,
                const struct payload *payload, size_t kernel_bytes, struct slot_region *table)
{
    uintptr_t top = memory->end - kernel_bytes;
    uintptr_t end = memory->base + ROUND_UP(payload->header->bss_end, PAGE_BYTES);
    size_t room = top > end ? top - end : 0;
    size_t stack = ROUND_DOWN(room / 8, PAGE_BYTES);
    size_t guard = ROUND_UP(room / 64 + 1, PAGE_BYTES);
    int rc = 0;

    *slot = (struct slot){.memory = *memory, .region = table, .region_max = SLOT_REGIONS_FIRST};
    stack = stack > SLOT_MAIN_STACK ? SLOT_MAIN_STACK : stack;
    guard = guard > GUARD_BYTES_MAX ? GUARD_BYTES_MAX : guard;
    if (stack < STACK_BYTES_MIN)
        return -ENOMEM;
    if (memory->shift > room / 64) // it is worth no more
        slot->memory.shift = 0;
    guard += slot->memory.shift; // mappings begin below
    slot->clean_low = memory->zeroed ? memory->start : top;
    slot->clean_high = top;
    slot->brk_start = slot->brk = end + slot->memory.shift;
    slot->stack_high = top;
    slot->stack_low = top - stack;
    for (uint32_t i = 0; rc == 0 && i < payload->segment_count; i++) {
        const struct payload_segment *segment = &payload->segment[i];
        uintptr_t start = memory->base + ROUND_DOWN(segment->vaddr, PAGE_BYTES);

        if (segment->flags & PF_W) {
            rc = map_region(slot, start, end, PROT_R | PROT_W);
            if (rc == 0)
                memcpy((void *)(memory->base + segment->vaddr), segment->bytes, segment->file_bytes);
        } else { // the machine has put it there
            rc = region_set(slot, start,
                            memory->base + ROUND_UP(segment->vaddr + segment->file_bytes, PAGE_BYTES),
                            PROT_R | (segment->flags & PF_X ? PROT_X : 0));
        }
    }
    if (rc == 0)
        rc = map_region(slot, slot->stack_low, top, PROT_R | PROT_W);
    if (rc == 0) // a guard is a region nobody may touch
        rc = region_set(slot, slot->stack_low - guard, slot->stack_low, 0);
    if (rc == 0)
        rc = region_set(slot, top, memory->end, PROT_R | PROT_W);
    assert((memory->base - IMAGE_SLOT_BASE) / stride == rank);
    slot_table[rank] = slot;
    return rc;
}

// The highest free place of `bytes` between the heap and the stack, or 0. What is large is aligned, for large
// pages, and then shifted.
static uintptr_t place_find(const struct slot *slot, size_t bytes)
{
    const uintptr_t align = bytes >= LARGE_BYTES ? LARGE_BYTES : PAGE_BYTES;
    const uintptr_t shift = slot->memory.shift;

    for (uint32_t i = slot->region_count; i-- > 1;) {
        uintptr_t low = slot->region[i - 1].end, high = slot->region[i].start;

        if (low < ROUND_UP(slot->brk, PAGE_BYTES))
            low = ROUND_UP(slot->brk, PAGE_BYTES);
        if (high <= low || high - low < bytes)
            continue;
        if (ROUND_DOWN(high - bytes - shift, align) + shift >= low)
            return ROUND_DOWN(high - bytes - shift, align) + shift;
        return high - bytes;
    }
    return 0;
}

// Before a call that changes the table. The old table stays where it is: a core that examines a
// crash may be reading it, and all old ones together are smaller than the new one. Without memory
// for it the calls fail when the table is full.
static void table_grow(struct slot *slot)
{
    uint32_t max = 2 * slot->region_max;
    size_t bytes = ROUND_UP(max * sizeof slot->region[0], PAGE_BYTES);
    uintptr_t at;

    if (slot->region_count + TABLE_RESERVE <= slot->region_max)
        return;
    at = place_find(slot, bytes);
    if (!at || map_region(slot, at, at + bytes, PROT_R | PROT_W))
        return;
    memcpy((void *)at, slot->region, slot->region_count * sizeof slot->region[0]);
    slot->region = (struct slot_region *)at;
    slot->region_max = max;
}

intptr_t slot_map(struct slot *slot, uintptr_t addr, size_t bytes, int prot, bool fixed)
{
    int rc;

    if (bytes == 0)
        return -EINVAL;
    if (bytes > slot->memory.end - slot->memory.start)
        return -ENOMEM;
    bytes = ROUND_UP(bytes, PAGE_BYTES);
    table_grow(slot);
    if (fixed) {
        if (addr % PAGE_BYTES)
            return -EINVAL;
        if (!range_ok(slot, addr, bytes))
            return -ENOMEM;
        rc = slot_unmap(slot, addr, bytes);
        if (rc)
            return rc;
    } else if (!addr || !range_ok(slot, addr, bytes) || !region_free(slot, addr, addr + bytes)) {
        addr = place_find(slot, bytes);
        if (!addr)
            return -ENOMEM;
    }
    rc = map_region(slot, addr, addr + bytes, prot);
    return rc ? rc : (intptr_t)addr;
}

int slot_unmap(struct slot *slot, uintptr_t addr, size_t bytes)
{
    uintptr_t end;
    int rc = 0;

    bytes = ROUND_UP(bytes, PAGE_BYTES);
    if (!range_ok(slot, addr, bytes))
        return -EINVAL;
    end = addr + bytes;
    table_grow(slot);
    if (!region_can_clear(slot, addr, end))
        return -ENOMEM;
    for (uint32_t i = region_find(slot, addr);
         i < slot->region_count && slot->region[i].start < end; i++) {
        uintptr_t from = slot->region[i].start > addr ? slot->region[i].start : addr;
        uintptr_t to = slot->region[i].end < end ? slot->region[i].end : end;

        rc = machine->unmap(from, to - from);
        if (rc)
            end = from; // what lies below is gone
    }
    if (end > addr) {
        uncommit(accessible(slot, addr, end));
        region_clear(slot, addr, end);
    }
    return rc;
}

int slot_protect(struct slot *slot, uintptr_t addr, size_t bytes, int prot)
{
    uintptr_t at = addr, end;
    int64_t change;
    int rc;

    bytes = ROUND_UP(bytes, PAGE_BYTES);
    if (bytes == 0)
        return 0;
    if (addr % PAGE_BYTES)
        return -EINVAL;
    if (!range_ok(slot, addr, bytes))
        return -ENOMEM;
    end = addr + bytes;
    table_grow(slot);
    for (uint32_t i = region_find(slot, addr); at < end; i++) { // no holes allowed
        if (i >= slot->region_count || slot->region[i].start > at)
            return -ENOMEM;
        at = slot->region[i].end;
    }
    change = commit_change(slot, addr, end, prot);
    if (!commit(change))
        return -ENOMEM;
    rc = region_can_set(slot) ? machine->protect(addr, bytes, prot) : -ENOMEM;
    if (rc)
        uncommit(change);
    else
        region_set(slot, addr, end, prot);
    return rc;
}

intptr_t slot_remap(struct slot *slot, uintptr_t addr, size_t old_bytes, size_t new_bytes,
                    bool may_move)
{
    uint32_t at;
    intptr_t to;
    int prot;

    old_bytes = ROUND_UP(old_bytes, PAGE_BYTES);
    new_bytes = ROUND_UP(new_bytes, PAGE_BYTES);
    if (new_bytes == 0 || old_bytes == 0 || addr % PAGE_BYTES)
        return -EINVAL;
    if (!range_ok(slot, addr, old_bytes))
        return -EFAULT;
    at = region_find(slot, addr);
    if (at >= slot->region_count || slot->region[at].start > addr ||
        slot->region[at].end < addr + old_bytes)
        return -EFAULT;
    prot = slot->region[at].prot;
    if (new_bytes <= old_bytes)
        return new_bytes == old_bytes ||
                       slot_unmap(slot, addr + new_bytes, old_bytes - new_bytes) == 0
                   ? (intptr_t)addr
                   : -EINVAL;
    if (range_ok(slot, addr, new_bytes) && region_free(slot, addr + old_bytes, addr + new_bytes)) {
        int rc = map_region(slot, addr + old_bytes, addr + new_bytes, prot);

        return rc ? rc : (intptr_t)addr;
    }
    if (!may_move)
        return -ENOMEM;
    to = slot_map(slot, 0, new_bytes, prot | PROT_R | PROT_W, false);
    if (to < 0)
        return to;
    if (prot & PROT_R)
        memcpy((void *)to, (const void *)addr, old_bytes);
    if (prot != (PROT_R | PROT_W))
        slot_protect(slot, (uintptr_t)to, new_bytes, prot);
    slot_unmap(slot, addr, old_bytes);
    return to;
}

int slot_discard(struct slot *slot, uintptr_t addr, size_t bytes)
{
    bytes = ROUND_UP(bytes, PAGE_BYTES);
    if (bytes == 0)
        return 0;
    if (addr % PAGE_BYTES)
        return -EINVAL;
    if (!range_ok(slot, addr, bytes))
        return -ENOMEM;
    for (uint32_t i = region_find(slot, addr);
         i < slot->region_count && slot->region[i].start < addr + bytes; i++) {
        struct slot_region *region = &slot->region[i];
        uintptr_t from = region->start > addr ? region->start : addr;
        uintptr_t to = region->end < addr + bytes ? region->end : addr + bytes;
        int rc = machine->discard(from, to - from, region->prot);

        if (rc)
            return rc;
    }
    return 0;
}

uintptr_t slot_brk(struct slot *slot, uintptr_t wanted)
{
    uintptr_t now = ROUND_UP(slot->brk, PAGE_BYTES), end = ROUND_UP(wanted, PAGE_BYTES);

    if (wanted < slot->brk_start || wanted >= slot->stack_low)
        return slot->brk;
    if (end > now) {
        if (!region_free(slot, now, end) || map_region(slot, now, end, PROT_R | PROT_W))
            return slot->brk;
    } else if (end < now && slot_unmap(slot, end, now - end)) {
        return slot->brk;
    }
    slot->brk = wanted;
    return slot->brk;
}

struct slot *slot_of(uintptr_t addr)
{
    uintptr_t rank = (addr - IMAGE_SLOT_BASE) / stride;

    if (addr < IMAGE_SLOT_BASE || rank >= RANKS_MAX || !slot_table[rank])
        return NULL;
    return addr >= slot_table[rank]->memory.base && addr < slot_table[rank]->memory.end
               ? slot_table[rank]
               : NULL;
}

bool slot_check(uintptr_t addr, size_t bytes, int prot)
{
    const struct slot *slot = slot_of(addr);
    uintptr_t at = addr;

    if (bytes == 0)
        return true;
    if (!slot || bytes > slot->memory.end - addr)
        return false;
    for (uint32_t i = region_find(slot, addr); at < addr + bytes; i++) {
        const struct slot_region *region = &slot->region[i];

        if (i >= slot->region_count || region->start > at || (region->prot & prot) != prot)
            return false;
        at = region->end;
    }
    return true;
}

bool slot_is_stack_guard(const struct slot *slot, uintptr_t addr, uintptr_t stack_pointer)
{
    uint32_t i = region_find(slot, addr);
    const struct slot_region *region = &slot->region[i];

    // A guard: no access, directly below a writable region that holds the stack pointer, or in
    // which the stack pointer itself already lies.
    if (i + 1 >= slot->region_count || addr < region->start || region->prot != 0 ||
        region[1].start != region->end || !(region[1].prot & PROT_W))
        return false;
    return stack_pointer >= region->start && stack_pointer <= region[1].end;
}
