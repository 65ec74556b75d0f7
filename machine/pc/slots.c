// SPDX-License-Identifier: BSD-2-Clause
// slots.c: the memory of the ranks.
//
// Each rank gets one contiguous part of the free memory, on its core's node where nodes.h says so:
//
//     part.start [ page tables | data ........................ ] part.end
//
// and its slot is a linear view of it: physical = virtual + bias, for good. Hence no core ever sees
// a wrong translation and nothing must be flushed but the own TLB's rights. In a part of some size the
// bias is a multiple of 2 MiB, so large pages fit; a small part would lose too much to that.
// The page directories and a page table for every 2 MiB are set aside in the part at the start:
// mapping never fails for want of one. Page table n describes the slot's n-th 2 MiB and is in use
// while the directory's entry points to it; otherwise the entry is empty or maps 2 MiB at once.
//
// The payload's read-only segments lie below data_start: 4 KiB pages of the template, shared by all.
// A rank that is debugged has copies of its own at the end of its part: a debugger writes breakpoints
// into them that no other rank may meet.
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/nodes.h"
#include "machine/pc/pc.h"
#include <asm/errno.h>
#include <elf.h>

#define GIB (1ul << 30)
#define LARGE_PART_BYTES (16ull << 20) // from here on a part has large pages
#define PROGRAM_BYTES_MIN \
    (2ull << 20) // stack, heap and the kernel's tables for a rank that does little
#define TABLE_ENTRIES 512u

// Slots lie powers of two apart, and what all ranks have is at the same place in each: for whatever chooses
// by low bits of addresses that is the same place. QEMU's TLB has one entry for all pages that are 1 MiB
// apart, so a copy from a rank's buffer to another's misses at every step: 600 MB/s instead of 2200.
// Therefore heap and mappings of each rank begin some pages further on. Odd, and more than a copy has in
// hand.
#define SHIFT_PAGES 5u
#define SHIFT_AROUND 256u

struct part {
    struct range memory;
    uint32_t share, index; // the index'th part of that share
    uint64_t bias;         // physical = virtual + bias, modulo 2^64
    uint64_t tables;       // physical: directories, then page tables
    uint32_t directories;
    bool large;
};

static struct {
    uint32_t ranks;
    uint64_t stride;
    uint64_t part_bytes; // of the smallest part
    bool zeroed;         // RAM was zero when the VM started
    bool by_node;
    struct share *share;
    struct part *part; // by rank; each its rank's core's
} slots;

static uint64_t mib(uint64_t bytes)
{
    return ROUND_UP(bytes, 1ul << 20) >> 20;
}

static uint32_t node_of_rank(uint32_t rank, uint32_t ranks, uint32_t cores)
{
    return pc_core_node[rank_core(rank, ranks, cores)];
}

// Makes the shares and gives each rank its place in one. Returns the size of the smallest part.
static uint64_t shares_make(struct ranges *free, uint32_t ranks, uint32_t cores,
                            const struct firmware *firmware)
{
    uint32_t ranks_on[FIRMWARE_NODES_MAX] = {0}, next[FIRMWARE_NODES_MAX] = {0}, shares;
    uint64_t least = UINT64_MAX;

    slots.share = paging_take(free, (firmware->node_count + 1) * sizeof *slots.share);
    for (uint32_t rank = 0; rank < ranks; rank++) {
        uint32_t node = node_of_rank(rank, ranks, cores);

        if (node != FIRMWARE_NO_NODE)
            ranks_on[node]++;
    }
    shares = nodes_share(firmware, free, ranks_on, ranks, PAGE_BYTES, slots.share);
    slots.by_node = shares > 1;
    for (uint32_t i = 0; i < shares; i++) {
        if (slots.share[i].part_bytes > slots.stride / 2)
            slots.share[i].part_bytes = slots.stride / 2;
        if (slots.share[i].ranks && slots.share[i].part_bytes < least)
            least = slots.share[i].part_bytes;
    }
    for (uint32_t rank = 0; rank < ranks; rank++) {
        uint32_t share = slots.by_node ? node_of_rank(rank, ranks, cores) : 0;

        slots.part[rank].share = share;
        slots.part[rank].index = next[share]++;
    }
    return least;
}

// Each rank's part lies in one piece, and a PC's memory in two, below and above the hole under 4 GiB: so
// what is there in all may be enough, and yet no piece. Room for all above the hole surely is,
// and the launcher rounds to large pages.
static _Noreturn void too_little(const struct ranges *free, uint32_t ranks, uint64_t need)
{
    const struct range *last = &free->range[free->count - 1];
    uint64_t above = last->end - last->start, all = ranges_bytes(free);

    if (last->start >= 4 * GIB && all >= need * ranks && above < need * ranks)
        pc_panic(
            "not enough memory in one piece: each rank of this program needs %lu MiB, and the "
            "%lu MiB lie in two; use mpiexec --mem (or qemu -m) with %lu MiB more, or fewer ranks",
            mib(need), all >> 20, mib(need * ranks - above + 2 * LARGE_BYTES));
    pc_panic(
        "not enough memory: %u ranks of this program need at least %lu MiB, there are %lu MiB for "
        "them; use mpiexec --mem (or qemu -m) with at least %lu MiB more, or fewer ranks",
        ranks, mib(need * ranks), all >> 20, mib((need - slots.part_bytes) * ranks));
}

void slots_memory_init(struct ranges *free, uint32_t ranks, uint32_t cores,
                       const struct firmware *firmware, const struct payload *payload, bool zeroed)
{
    uint64_t data = payload->header->bss_end - payload->header->data_start;
    uint64_t need = data + data / TABLE_ENTRIES + PROGRAM_BYTES_MIN; // with its page tables

    if (ranks == 0 || ranks > RANKS_MAX)
        pc_panic("%u ranks asked for; Torito runs 1 to %d", ranks, RANKS_MAX);
    paging_slots_init(ranks, free);
    slots.part = paging_take(free, ranks * sizeof *slots.part);
    slots.ranks = ranks;
    slots.stride = slot_stride(ranks);
    slots.zeroed = zeroed;
    slots.part_bytes = shares_make(free, ranks, cores, firmware);
    if (slots.part_bytes < need)
        too_little(free, ranks, need);
}

bool slots_part(uint32_t rank, struct range *out)
{
    const struct part *part = &slots.part[rank];
    const struct share *share;

    if (rank >= slots.ranks)
        return false;
    share = &slots.share[part->share];
    return ranges_part(&share->memory, share->part_bytes, part->index, out);
}

bool slots_by_node(void)
{
    return slots.by_node;
}

uint64_t pc_memory_bytes(void)
{
    uint64_t bytes = 0;

    for (uint32_t rank = 0; rank < slots.ranks; rank++)
        bytes += slots.share[slots.part[rank].share].part_bytes;
    return bytes;
}

static struct part *part_of(uintptr_t address)
{
    return &slots.part[(address - IMAGE_SLOT_BASE) / slots.stride];
}

static uintptr_t slot_base(uintptr_t address)
{
    return ROUND_DOWN(address - IMAGE_SLOT_BASE, slots.stride) + IMAGE_SLOT_BASE;
}

static _Atomic uint64_t *directory_entry(const struct part *part, uintptr_t offset)
{
    _Atomic uint64_t *directories = direct(part->tables);

    return &directories[offset / LARGE_BYTES];
}

static uint64_t table_address(const struct part *part, uintptr_t offset)
{
    return part->tables + (part->directories + offset / LARGE_BYTES) * PAGE_BYTES;
}

// Other cores walk these tables while this one changes them. [P] release: a page table's entries
// before the directory entry that points to it; pairs with the CPU's own dependent reads.
static void entry_set(_Atomic uint64_t *entry, uint64_t value)
{
    atomic_store_explicit(entry, value, memory_order_release);
}

static uint64_t entry_get(const _Atomic uint64_t *entry)
{
    return atomic_load_explicit(entry, memory_order_relaxed);
}

// The page table for a slot's offset, put in use if it is not.
static _Atomic uint64_t *table_use(const struct part *part, uintptr_t offset)
{
    _Atomic uint64_t *entry = directory_entry(part, offset);
    uint64_t old = entry_get(entry), address = table_address(part, offset);
    _Atomic uint64_t *table = direct(address);

    if (old && !(old & PTE_LARGE))
        return table;
    for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
        entry_set(&table[i], old ? (old & ~PTE_LARGE) + i * PAGE_BYTES : 0);
    entry_set(entry, address | PTE_PRESENT | PTE_WRITE);
    return table;
}

static uint64_t flags_of(int prot)
{
    if (!(prot & (PROT_R | PROT_W | PROT_X)))
        return 0;
    return PTE_PRESENT | (prot & PROT_W ? PTE_WRITE : 0) | (prot & PROT_X ? 0 : pte_no_execute);
}

static void tlb_flush(uintptr_t address, size_t bytes)
{
    if (bytes > 64 * PAGE_BYTES) {
        __asm__ volatile("mov %0, %%cr3" : : "r"(pc_cr3) : "memory");
        return;
    }
    for (size_t at = 0; at < bytes; at += PAGE_BYTES)
        __asm__ volatile("invlpg (%0)" : : "r"(address + at) : "memory");
}

// Gives all pages of a range the same rights (0: none).
static void rights_set(uintptr_t address, size_t bytes, uint64_t flags)
{
    const struct part *part = part_of(address);
    uintptr_t base = slot_base(address), at = address - base, end = at + bytes;
    bool stale = false; // did an entry exist before?

    while (at < end) {
        uintptr_t next = ROUND_DOWN(at, LARGE_BYTES) + LARGE_BYTES;
        _Atomic uint64_t *table;

        if (part->large && at % LARGE_BYTES == 0 && next <= end) {
            _Atomic uint64_t *entry = directory_entry(part, at);

            stale |= entry_get(entry) != 0;
            entry_set(entry, flags ? (base + at + part->bias) | flags | PTE_LARGE : 0);
            at = next;
            continue;
        }
        table = table_use(part, at);
        for (; at < end && at < next; at += PAGE_BYTES) {
            _Atomic uint64_t *entry = &table[at / PAGE_BYTES % TABLE_ENTRIES];

            stale |= entry_get(entry) != 0;
            entry_set(entry, flags ? (base + at + part->bias) | flags : 0);
        }
    }
    if (stale)
        tlb_flush(address, bytes);
}

static void zero(uintptr_t address, size_t bytes)
{
    memset(direct(address + part_of(address)->bias), 0, bytes);
}

int pc_map(uintptr_t addr, size_t bytes, int prot, bool fresh)
{
    if (!(fresh && slots.zeroed))
        zero(addr, bytes);
    rights_set(addr, bytes, flags_of(prot));
    return 0;
}

int pc_unmap(uintptr_t addr, size_t bytes)
{
    rights_set(addr, bytes, 0);
    return 0;
}

int pc_protect(uintptr_t addr, size_t bytes, int prot)
{
    rights_set(addr, bytes, flags_of(prot));
    return 0;
}

int pc_discard(uintptr_t addr, size_t bytes, int prot)
{
    (void)prot;
    zero(addr, bytes);
    return 0;
}

// Decides where tables and data lie in the rank's part. false: too small for the payload.
static bool part_layout(struct part *part, uintptr_t base, uint64_t data_start)
{
    uint64_t span = data_start + (part->memory.end - part->memory.start) + LARGE_BYTES;
    uint64_t pages, data;

    part->directories = (uint32_t)((span + GIB - 1) / GIB);
    pages = part->directories + (span + LARGE_BYTES - 1) / LARGE_BYTES;
    part->tables = part->memory.start;
    part->large = part->memory.end - part->memory.start >= LARGE_PART_BYTES;
    data = part->memory.start + pages * PAGE_BYTES;
    if (part->large) // the first address behind the tables that data_start can have
        data += (data_start - data) % LARGE_BYTES;
    part->bias = data - data_start - base;
    return data < part->memory.end;
}

// Bytes of a segment's pages.
static uint64_t segment_bytes(const struct payload_segment *segment)
{
    return ROUND_UP(segment->vaddr % PAGE_BYTES + segment->file_bytes, PAGE_BYTES);
}

static bool debugged(uint32_t rank)
{
    return pc_job && pc_job->debug_rank == rank;
}

// Sets the end of a part aside for copies of the read-only segments.
static uint64_t text_bytes(const struct payload *payload)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < payload->segment_count; i++)
        if (!(payload->segment[i].flags & PF_W))
            bytes += segment_bytes(&payload->segment[i]);
    return bytes;
}

// Maps a read-only segment. `copy`, if not 0, is the physical address of a place for the rank's own.
static void segment_map(const struct part *part, const struct payload_segment *segment, uint64_t copy)
{
    uint64_t flags = flags_of(segment->flags & PF_X ? PROT_R | PROT_X : PROT_R);
    uintptr_t at = ROUND_DOWN(segment->vaddr, PAGE_BYTES);
    uint64_t from = (uintptr_t)segment->bytes - (segment->vaddr - at) - IMAGE_DIRECT_BASE;

    assert(from % PAGE_BYTES == 0);
    if (copy) {
        memcpy(direct(copy), direct(from), segment_bytes(segment));
        from = copy;
    }
    for (; at < segment->vaddr + segment->file_bytes; at += PAGE_BYTES, from += PAGE_BYTES)
        entry_set(&table_use(part, at)[at / PAGE_BYTES % TABLE_ENTRIES], from | flags);
}

int pc_slot_create(uint32_t rank, uint32_t ranks, const struct payload *payload,
                   struct slot_memory *out)
{
    uintptr_t base = IMAGE_SLOT_BASE + rank * slots.stride;
    uint64_t data_start = payload->header->data_start;
    uint64_t text = debugged(rank) ? text_bytes(payload) : 0, copy;
    struct part *part = &slots.part[rank];

    assert(rank < ranks && ranks == slots.ranks && data_start % PAGE_BYTES == 0);
    if (!slots_part(rank, &part->memory) || part->memory.end - part->memory.start < text)
        return -ENOMEM;
    part->memory.end -= text;
    copy = text ? part->memory.end : 0;
    if (!part_layout(part, base, data_start))
        return -ENOMEM;
    memset(direct(part->tables), 0, part->directories * PAGE_BYTES);
    for (uint32_t i = 0; i < part->directories; i++)
        entry_set(paging_slot_entry(base + i * GIB),
                  (part->tables + i * PAGE_BYTES) | PTE_PRESENT | PTE_WRITE);
    for (uint32_t i = 0; i < payload->segment_count; i++) {
        if (payload->segment[i].flags & PF_W)
            continue;
        segment_map(part, &payload->segment[i], copy);
        copy += copy ? segment_bytes(&payload->segment[i]) : 0;
    }
    out->base = base;
    out->start = base + data_start;
    out->end = part->memory.end - part->bias;
    out->zeroed = slots.zeroed;
    out->shift = rank * SHIFT_PAGES % SHIFT_AROUND * PAGE_BYTES;
    return 0;
}
