// SPDX-License-Identifier: BSD-2-Clause
// paging.c: the final page tables: what every core sees, whatever runs on it.
//
//   IMAGE_KERNEL_BASE   the kernel in 4 KiB pages: text read and execute, constants read, data write
//   IMAGE_DIRECT_BASE   all RAM, and device registers below 4 GiB uncached; never executable
//   WINDOW_BASE         registers of devices above 4 GiB, in the order they were asked for
//   IMAGE_SLOT_BASE     the ranks' slots (slots.c fills the lower tables)
//
// Nothing else: address 0 and all low memory are unmapped, so a NULL pointer faults.
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/pc.h"

#define GIB (1ul << 30)
#define BOOT_VIEW_END \
    (GIB - 2 * LARGE_BYTES) // the boot tables show no more; the rest is the window

#define WINDOW_BASE (IMAGE_KERNEL_BASE + GIB)
#define WINDOW_END (WINDOW_BASE + GIB)

uint64_t pte_no_execute;
uint64_t pc_cr3;
static uint64_t *top; // PML4
static uint64_t take_limit = BOOT_VIEW_END;
static struct ranges ram_seen; // for direct_read

void *paging_take(struct ranges *free, uint64_t bytes)
{
    uint64_t at = ranges_take(free, ROUND_UP(bytes, PAGE_BYTES), PAGE_BYTES, take_limit);

    if (!at)
        pc_panic(
            "no memory for the kernel's own tables; give the VM more (mpiexec --mem, qemu -m)");
    memset(direct(at), 0, ROUND_UP(bytes, PAGE_BYTES));
    return direct(at);
}

static uint64_t physical_of_direct(const void *p)
{
    return (uintptr_t)p - IMAGE_DIRECT_BASE;
}

// The table that an entry points to, made if it is not there.
static uint64_t *table_below(uint64_t *entry, struct ranges *free)
{
    if (!*entry)
        *entry = physical_of_direct(paging_take(free, PAGE_BYTES)) | PTE_PRESENT | PTE_WRITE;
    return direct(*entry & PTE_ADDRESS);
}

static void kernel_map(struct ranges *free)
{
    uint64_t *pdpt = table_below(&top[IMAGE_KERNEL_BASE >> 39], free);
    uint64_t *pt = table_below(table_below(pdpt, free), free);
    uint64_t rodata_end = kernel_base.text_bytes + kernel_base.rodata_bytes;

    for (uint64_t at = 0; at < kernel_base.bytes; at += PAGE_BYTES) {
        uint64_t flags = PTE_WRITE | pte_no_execute;

        if (at < kernel_base.text_bytes)
            flags = 0;
        else if (at < rodata_end)
            flags = pte_no_execute;
        pt[at / PAGE_BYTES] = (IMAGE_KERNEL_PHYS + at) | PTE_PRESENT | flags;
    }
}

static void direct_map_gib(uint64_t start, const struct ranges *ram, struct ranges *free)
{
    uint64_t address = IMAGE_DIRECT_BASE + start;
    uint64_t flags = PTE_PRESENT | PTE_WRITE | PTE_LARGE | pte_no_execute;
    uint64_t *pdpt, *pd;

    if (start >= 4 * GIB && !ranges_overlap(ram, start, start + GIB))
        return;
    pdpt = table_below(&top[address >> 39], free);
    if (pc_features.large_1g && ranges_contain(ram, start, start + GIB)) {
        pdpt[address >> 30 & 511] = start | flags;
        return;
    }
    pd = table_below(&pdpt[address >> 30 & 511], free);
    for (uint64_t at = start; at < start + GIB; at += LARGE_BYTES) {
        bool is_ram = at == 0 || ranges_overlap(ram, at, at + LARGE_BYTES);

        if (is_ram || at < 4 * GIB)
            pd[at >> 21 & 511] = at | flags | (is_ram ? 0 : PTE_UNCACHED);
    }
}

static bool direct_read(const struct phys *phys, uint64_t address, void *to, size_t bytes)
{
    uint64_t end = address + bytes;

    (void)phys;
    if (end < address || (end > 4 * GIB && !ranges_contain(&ram_seen, address, end)))
        return false;
    memcpy(to, direct(address), bytes);
    return true;
}

void paging_init(const struct ranges *ram, struct ranges *free)
{
    uint64_t end = ram->range[ram->count - 1].end;

    if (end > IMAGE_SLOT_BASE - IMAGE_DIRECT_BASE)
        pc_panic("memory above %lu TiB is beyond the direct map",
                 (IMAGE_SLOT_BASE - IMAGE_DIRECT_BASE) >> 40);
    pte_no_execute = pc_features.nx ? 1ull << 63 : 0;
    top = paging_take(free, PAGE_BYTES);
    kernel_map(free);
    for (uint64_t start = 0; start < 4 * GIB || start < end; start += GIB)
        direct_map_gib(start, ram, free);
    pc_cr3 = physical_of_direct(top);
    __asm__ volatile("mov %0, %%cr3" : : "r"(pc_cr3) : "memory");
    ram_seen = *ram;
    take_limit = UINT64_MAX;
    phys_machine.read = direct_read;
}

volatile void *paging_registers(uint64_t physical, uint64_t bytes, struct ranges *free)
{
    static uintptr_t window = WINDOW_BASE;
    uint64_t start = ROUND_DOWN(physical, PAGE_BYTES), end = physical + bytes;
    uintptr_t view = window;

    if (!bytes || end < physical || end > PTE_ADDRESS || end - start > WINDOW_END - window ||
        ranges_overlap(&ram_seen, start, end))
        return NULL;
    if (end <= 4 * GIB &&
        !ranges_overlap(&ram_seen, ROUND_DOWN(start, LARGE_BYTES), ROUND_UP(end, LARGE_BYTES)))
        return direct(physical); // uncached already
    for (uint64_t at = start; at < end; at += PAGE_BYTES, window += PAGE_BYTES) {
        uint64_t *pdpt = table_below(&top[window >> 39], free);
        uint64_t *pt =
            table_below(&table_below(&pdpt[window >> 30 & 511], free)[window >> 21 & 511], free);

        pt[window >> 12 & 511] = at | PTE_PRESENT | PTE_WRITE | PTE_UNCACHED | pte_no_execute;
    }
    return (volatile void *)(view + physical % PAGE_BYTES);
}

// What the tables say about one address: its physical address, and in *left how much follows in the same
// page, whatever that page's size.
static uint64_t translate(uintptr_t address, uint64_t *left)
{
    const uint64_t *table = top;

    for (uint32_t shift = 39;; shift -= 9) { // ends at the fourth level
        uint64_t entry = table[address >> shift & 511], size = 1ull << shift;

        if (!(entry & PTE_PRESENT))
            return 0;
        if (shift == 12 || (shift < 39 && entry & PTE_LARGE)) {
            *left = size - address % size;
            return (entry & PTE_ADDRESS & ~(size - 1)) + address % size;
        }
        table = direct(entry & PTE_ADDRESS);
    }
}

uint64_t pc_physical(const void *at, size_t *bytes)
{
    uint64_t left = 0, first = translate((uintptr_t)at, &left);

    // Ends: left grows with each round.
    while (first && left < *bytes) {
        uint64_t more = 0;

        if (translate((uintptr_t)at + left, &more) != first + left)
            break;
        left += more;
    }
    if (first && left < *bytes)
        *bytes = left;
    return first;
}

void paging_slots_init(uint32_t ranks, struct ranges *free)
{
    for (uint32_t rank = 0; rank < ranks; rank++)
        table_below(&top[(IMAGE_SLOT_BASE + rank * slot_stride(ranks)) >> 39], free);
}

_Atomic uint64_t *paging_slot_entry(uintptr_t address)
{
    uint64_t *pdpt = direct(top[address >> 39] & PTE_ADDRESS);

    return (_Atomic uint64_t *)&pdpt[address >> 30 & 511];
}

uint32_t paging_trampoline(void)
{
    pc_boot_pd[0] = PTE_PRESENT | PTE_WRITE | PTE_LARGE; // physical 0 at address 0
    for (uint32_t i = 1; i < 512; i++)
        pc_boot_pml4[i] = top[i];
    return (uint32_t)physical_of_kernel(pc_boot_pml4);
}
