// SPDX-License-Identifier: BSD-2-Clause
// phys.c: reading physical memory, before and after the final page tables.
//
// The boot tables (entry32.S) show 2 MiB .. 1 GiB in the direct map. Everything else is read through
// the last two entries of their page directory, turned for each access. Core 0 only.
#include "machine/pc/phys.h"
#include "machine/pc/pc.h"

#define WINDOW_ENTRY 510u
#define PTE_LARGE_PRESENT_WRITE 0x83u

static void window_turn(uint64_t first)
{
    for (uint32_t i = 0; i < 2; i++) {
        uintptr_t view = IMAGE_DIRECT_BASE + (WINDOW_ENTRY + i) * LARGE_BYTES;

        pc_boot_pd[WINDOW_ENTRY + i] = (first + i * LARGE_BYTES) | PTE_LARGE_PRESENT_WRITE;
        __asm__ volatile("invlpg (%0)" : : "r"(view) : "memory");
    }
}

static bool boot_read(const struct phys *phys, uint64_t address, void *to, size_t bytes)
{
    char *at = to;

    (void)phys;
    if (address >> 46 || bytes >> 46)
        return false;
    while (bytes) { // at least 2 MiB a turn
        uint64_t first = ROUND_DOWN(address, LARGE_BYTES);
        size_t part = 2 * LARGE_BYTES - (address - first);

        if (part > bytes)
            part = bytes;
        window_turn(first);
        memcpy(at, (const char *)(IMAGE_DIRECT_BASE + WINDOW_ENTRY * LARGE_BYTES + (address - first)),
               part);
        address += part;
        at += part;
        bytes -= part;
    }
    return true;
}

struct phys phys_machine = {.read = boot_read};
