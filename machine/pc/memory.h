// SPDX-License-Identifier: BSD-2-Clause
// memory.h: page tables and the ranks' memory on the bare PC.
#pragma once
#include "machine/pc/firmware.h"
#include "machine/pc/pc.h"
#include "machine/pc/phys.h"
#include "machine/pc/ranges.h"

// --- paging.c ---
// Builds and loads the final tables: kernel, direct map of `ram` and of the rest below 4 GiB.
// Takes pages from `free`. phys_machine reads through the direct map from then on.
void paging_init(const struct ranges *ram, struct ranges *free);
// Makes the slots' upper tables for `ranks`.
void paging_slots_init(uint32_t ranks, struct ranges *free);
// The page directory pointer entry for a slot address; its tables above exist.
_Atomic uint64_t *paging_slot_entry(uintptr_t address);
// Lets the boot tables serve the trampoline: low memory at its own address, the rest as final.
// Returns their physical address.
uint32_t paging_trampoline(void);
// Registers of a device, uncached. After paging_init, before other cores run. NULL: at such an address
// there can be none (RAM, or the page tables cannot show it).
volatile void *paging_registers(uint64_t physical, uint64_t bytes, struct ranges *free);
// struct machine's.
uint64_t pc_physical(const void *at, size_t *bytes);
// `bytes` of zeroed memory in the direct map, page aligned; panics if there are none.
void *paging_take(struct ranges *free, uint64_t bytes);

// Bits of page table entries (SDM volume 3, 4.5).
#define PTE_PRESENT 0x001ull
#define PTE_WRITE 0x002ull
#define PTE_UNCACHED 0x018ull // PWT, PCD
#define PTE_LARGE 0x080ull
#define PTE_ADDRESS 0x000ffffffffff000ull
extern uint64_t pte_no_execute; // bit 63 where the CPU has it, else 0

static inline void *direct(uint64_t physical)
{
    return (void *)(IMAGE_DIRECT_BASE + physical);
}

static inline uint64_t physical_of_kernel(const volatile void *p)
{
    return (uintptr_t)p - IMAGE_KERNEL_BASE + IMAGE_KERNEL_PHYS;
}

// --- slots.c ---
// Divides the free memory between the ranks, each on its core's node where that is possible; panics
// if the payload does not fit.
void slots_memory_init(struct ranges *free, uint32_t ranks, uint32_t cores,
                       const struct firmware *firmware, const struct payload *payload, bool zeroed);
// The memory rank r gets, tables included. false: there is no such rank.
bool slots_part(uint32_t rank, struct range *out);
bool slots_by_node(void); // are parts on their core's node?
int pc_slot_create(uint32_t rank, uint32_t ranks, const struct payload *payload,
                   struct slot_memory *out);
int pc_map(uintptr_t addr, size_t bytes, int prot, bool fresh);
int pc_unmap(uintptr_t addr, size_t bytes);
int pc_protect(uintptr_t addr, size_t bytes, int prot);
int pc_discard(uintptr_t addr, size_t bytes, int prot);
uint64_t pc_memory_bytes(void);
