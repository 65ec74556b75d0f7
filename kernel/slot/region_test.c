// SPDX-License-Identifier: BSD-2-Clause
// region_test.c: the region table against a plain array of pages, over random operations.
#include "kernel/slot/region.h"
#include "lib/lib.h"
#include <stdio.h>
#include <stdlib.h>

#define PAGES 200
#define ROUNDS 20000
#define NONE (-1)

static struct slot_region table[SLOT_REGIONS_FIRST];
static struct slot slot = {.region = table, .region_max = SLOT_REGIONS_FIRST};
static int model[PAGES];

void assert_failed(const char *expression, const char *file, int line)
{
    printf("%s:%d: %s\n", file, line, expression);
    exit(1);
}

static int page_prot(uintptr_t page)
{
    uint32_t i = region_find(&slot, page * PAGE_BYTES);

    if (i == slot.region_count || slot.region[i].start > page * PAGE_BYTES)
        return NONE;
    return slot.region[i].prot;
}

static void compare(void)
{
    for (uintptr_t page = 0; page < PAGES; page++)
        assert(page_prot(page) == model[page]);
    for (uint32_t i = 0; i < slot.region_count; i++) {
        assert(table[i].start < table[i].end);
        if (i + 1 < slot.region_count) { // ordered, and joined where they could be
            assert(table[i].end <= table[i + 1].start);
            assert(table[i].end < table[i + 1].start || table[i].prot != table[i + 1].prot);
        }
    }
}

static void random_operation(void)
{
    int start = rand() % PAGES, end = start + 1 + rand() % (PAGES - start);
    int prot = rand() % 5 - 1;
    bool free = true;

    for (int page = start; page < end; page++)
        free &= model[page] == NONE;
    assert(region_free(&slot, (uintptr_t)start * PAGE_BYTES, (uintptr_t)end * PAGE_BYTES) == free);
    for (int page = start; page < end; page++)
        model[page] = prot;
    if (prot == NONE)
        assert(region_clear(&slot, (uintptr_t)start * PAGE_BYTES, (uintptr_t)end * PAGE_BYTES) == 0);
    else
        assert(region_set(&slot, (uintptr_t)start * PAGE_BYTES, (uintptr_t)end * PAGE_BYTES, prot) ==
               0);
}

static void full_table(void)
{
    uint32_t n = 0;

    slot.region_count = 0;
    while (region_set(&slot, 2 * n * PAGE_BYTES, (2 * n + 1) * PAGE_BYTES, 1) == 0)
        n++;
    assert(n >= SLOT_REGIONS_FIRST - 2 && slot.region_count == n);
    assert(region_set(&slot, 0, PAGE_BYTES, 3) != 0 && table[0].prot == 1); // refused, nothing changed
}

int main(void)
{
    srand(1);
    for (int page = 0; page < PAGES; page++)
        model[page] = NONE;
    for (int i = 0; i < ROUNDS; i++) {
        random_operation();
        compare();
    }
    full_table();
    printf("done 2\n");
    return 0;
}
