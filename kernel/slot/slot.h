// SPDX-License-Identifier: BSD-2-Clause
// slot.h: the memory dedicated to one rank, and who lives where in it.
//
// From `base` upwards: the payload's segments and .bss, then the heap (brk). From the end downwards:
// what the kernel keeps for the rank, the main stack, and mmap areas, first fit from the top. Regions
// are kept in an ordered table, which moves when it grows; neighbours with the same protection are
// joined.
// Only the rank's own core calls, except slot_of and slot_check, which any core may.
#pragma once
#include "machine/machine.h"

#define SLOT_REGIONS_FIRST 1024     // room in a new slot's table; a thread takes four
#define SLOT_MAIN_STACK (8ul << 20) // at most; an eighth of a small slot

struct slot_region {
    uintptr_t start, end; // page aligned
    int prot;             // enum machine_prot
};

struct slot {
    struct slot_memory memory;
    uintptr_t brk_start, brk;        // current break, not aligned
    uintptr_t stack_low, stack_high; // the main stack; a guard page lies below stack_low
    uintptr_t clean_low, clean_high; // never mapped since the boot: no need to zero
    struct slot_region *region;      // ordered by address
    uint32_t region_count, region_max;
};

// The slots of all ranks; an entry is NULL until slot_create, which its rank's core calls.
extern struct slot *slot_table[RANKS_MAX];

// Once, before any slot: how many there will be.
void slots_init(uint32_t ranks);

// Bytes a slot needs at its end for the kernel's own: the region table.
#define SLOT_TABLE_BYTES (SLOT_REGIONS_FIRST * sizeof(struct slot_region))

// Sets up the slot of `rank` on its core in the memory the machine gave it, of which the last
// `kernel_bytes` (whole pages, mapped already) are the kernel's; `table` lies there. Maps the
// payload's data and .bss, copies the data in, maps the main stack. 0, or -ENOMEM.
int slot_create(struct slot *slot, uint32_t rank, const struct slot_memory *memory,
                const struct payload *payload, size_t kernel_bytes, struct slot_region *table);

// Anonymous memory that reads as zero. addr 0: the kernel chooses. `fixed` replaces what is there.
// Returns the address or a negative errno. bytes are rounded up to pages.
intptr_t slot_map(struct slot *slot, uintptr_t addr, size_t bytes, int prot, bool fixed);
int slot_unmap(struct slot *slot, uintptr_t addr, size_t bytes);
int slot_protect(struct slot *slot, uintptr_t addr, size_t bytes, int prot);
// Moves or resizes as mremap(2) does.
intptr_t slot_remap(struct slot *slot, uintptr_t addr, size_t old_bytes, size_t new_bytes,
                    bool may_move);
// MADV_DONTNEED.
int slot_discard(struct slot *slot, uintptr_t addr, size_t bytes);
// brk(2): returns the new break, or the old one if it cannot be moved.
uintptr_t slot_brk(struct slot *slot, uintptr_t wanted);

// Is every byte of addr .. addr+bytes mapped with at least `prot`, in the slot of any rank? For
// checking pointers a program passes in, and before the kernel reads a stack it does not trust.
bool slot_check(uintptr_t addr, size_t bytes, int prot);

// The slot that holds addr, or NULL.
struct slot *slot_of(uintptr_t addr);

// The guard area below a stack that addr lies in: why a fault happened.
bool slot_is_stack_guard(const struct slot *slot, uintptr_t addr, uintptr_t stack_pointer);
