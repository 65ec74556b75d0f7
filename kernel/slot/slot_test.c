// SPDX-License-Identifier: BSD-2-Clause
// slot_test.c: the table of regions, the machine's mappings and the count of memory in use say the same
// after any call, also when the machine refuses or the table is full.
#define _GNU_SOURCE // MAP_FIXED_NOREPLACE
#include "kernel/slot/region.h"
#include "kernel/slot/slot.h"
#include "lib/lib.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define RANKS 1024u
#define RANK (RANKS - 1) // its addresses are free in a process with AddressSanitizer
#define PAGES 4096u
#define KERNEL_PAGES 4u
#define LIMIT_PAGES 1500u // of memory, for all there is
#define ROUNDS 20000

static struct slot slot;
static struct slot_region table[SLOT_REGIONS_FIRST];
static uintptr_t base;
static int rights[PAGES]; // what the machine was told
static bool refused;      // the last call
static unsigned refuse;   // the machine refuses one call of so many, at random; 0: none

void assert_failed(const char *expression, const char *file, int line)
{
    printf("%s:%d: %s\n", file, line, expression);
    exit(1);
}

static int rights_set(uintptr_t addr, size_t bytes, int prot)
{
    assert(addr % PAGE_BYTES == 0 && bytes % PAGE_BYTES == 0 && addr >= base &&
           addr + bytes <= base + PAGES * PAGE_BYTES);
    // Having done nothing; and not what undoes a call that was refused.
    refused = refuse && !refused && (unsigned)rand() % refuse == 0;
    if (refused)
        return -ENOMEM;
    for (size_t page = (addr - base) / PAGE_BYTES; bytes; page++, bytes -= PAGE_BYTES)
        rights[page] = prot;
    return 0;
}

static int fake_map(uintptr_t addr, size_t bytes, int prot, bool fresh)
{
    (void)fresh;
    return rights_set(addr, bytes, prot);
}

static int fake_unmap(uintptr_t addr, size_t bytes)
{
    return rights_set(addr, bytes, 0);
}

static uint64_t fake_memory_bytes(void)
{
    return LIMIT_PAGES * PAGE_BYTES;
}

static struct machine fake = {
    .map = fake_map, .unmap = fake_unmap, .protect = rights_set, .memory_bytes = fake_memory_bytes};
struct machine *machine = &fake;

static uintptr_t page_at(size_t page)
{
    return base + page * PAGE_BYTES;
}

// The pages between the heap and the main stack's guard.
static size_t first_page, end_page;

static void compare(void)
{
    for (size_t page = first_page; page < end_page; page++) {
        uint32_t i = region_find(&slot, page_at(page));
        bool mapped = i < slot.region_count && slot.region[i].start <= page_at(page);

        assert(rights[page] == (mapped ? slot.region[i].prot : 0));
    }
}

// How many pages can be had at once: tells whether the count of memory in use is right.
static size_t pages_left(void)
{
    size_t pages = LIMIT_PAGES;
    intptr_t at;
    int rc;

    while ((at = slot_map(&slot, 0, pages * PAGE_BYTES, PROT_R, false)) < 0) {
        pages--;
        assert(pages > 0);
    }
    rc = slot_unmap(&slot, (uintptr_t)at, pages * PAGE_BYTES);
    assert(rc == 0);
    return pages;
}

static void clear(void)
{
    int rc;

    refuse = 0;
    rc = slot_unmap(&slot, page_at(first_page), (end_page - first_page) * PAGE_BYTES);
    assert(rc == 0);
}

static void random_call(void)
{
    size_t page = first_page + (size_t)rand() % (end_page - first_page);
    size_t pages = 1 + (size_t)rand() % 40;
    int prot = rand() % 4;

    switch (rand() % 4) {
    case 0:
        slot_map(&slot, 0, pages * PAGE_BYTES, prot, false);
        break;
    case 1:
        if (page + pages <= end_page)
            slot_map(&slot, page_at(page), pages * PAGE_BYTES, prot, true);
        break;
    case 2:
        if (page + pages <= end_page)
            slot_unmap(&slot, page_at(page), pages * PAGE_BYTES);
        break;
    default:
        if (page + pages <= end_page)
            slot_protect(&slot, page_at(page), pages * PAGE_BYTES, prot);
        break;
    }
}

static void test_random(unsigned refuse_one_of)
{
    size_t left = pages_left();

    for (int i = 0; i < ROUNDS; i++) {
        refuse = refuse_one_of;
        random_call();
        if (i % 16 == 0)
            compare();
    }
    clear();
    compare();
    assert(pages_left() == left);
}

// A table that cannot grow, for want of a place: refusals change nothing.
static void test_full_table(void)
{
    size_t left = pages_left(), bytes = (end_page - first_page) * PAGE_BYTES, page = first_page + 1;
    intptr_t at = slot_map(&slot, page_at(first_page), bytes, 0, true);
    unsigned more = 0;

    assert(at > 0);
    for (; slot_protect(&slot, page_at(page), PAGE_BYTES, PROT_R) == 0; page += 2)
        assert(page + 12 < end_page);
    compare();
    // A hole takes one entry only: perhaps there is room for it, but not for a few.
    while (slot_unmap(&slot, page_at(page + 2 * more), PAGE_BYTES) == 0) {
        more++;
        assert(more < 4);
    }
    compare();
    clear();
    compare();
    assert(pages_left() == left);
}

static void slot_make(void)
{
    static struct image_header header;
    static struct payload payload = {
        .header = &header, .segment_count = 1, .segment = {{.file_bytes = PAGE_BYTES}}};
    struct slot_memory memory;
    intptr_t large;
    void *place;
    int rc;

    slots_init(RANKS);
    base = IMAGE_SLOT_BASE + RANK * slot_stride(RANKS);
    place = mmap((void *)base, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    assert(place == (void *)base);
    header.bss_end = PAGE_BYTES;
    memory = (struct slot_memory){base, base, page_at(PAGES), true, 3 * PAGE_BYTES};
    rc = slot_create(&slot, RANK, &memory, &payload, KERNEL_PAGES * PAGE_BYTES, table);
    assert(rc == 0);
    first_page = end_page = 1;
    while (region_free(&slot, page_at(first_page), page_at(end_page + 1)))
        end_page++;
    assert(end_page > PAGES / 2);
    assert(slot.brk_start == page_at(1) + memory.shift);
    // Large ones too are as far from where others have them.
    large = slot_map(&slot, 0, 2ul << 20, PROT_R, false);
    assert(large > 0 && ((uintptr_t)large - memory.shift) % (2ul << 20) == 0);
    rc = slot_unmap(&slot, (uintptr_t)large, 2ul << 20);
    assert(rc == 0);
}

int main(void)
{
    srand(1);
    slot_make();
    test_random(0);
    test_random(5);
    test_full_table();
    printf("done 3\n");
    return 0;
}
