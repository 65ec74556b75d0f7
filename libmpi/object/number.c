// SPDX-License-Identifier: BSD-2-Clause
// number.c: the table of numbers that stand for handles.
#include "libmpi/object/number.h"
#include <limits.h>
#include <stdlib.h>

struct mpii_numbers_table mpii_numbers_table;

static bool table_grow(struct mpii_numbers_table *table)
{
    size_t count = table->count ? 2 * (size_t)table->count : 64;
    uintptr_t *entry;

    if (count > INT_MAX - MPII_NUMBER_FIRST)
        return false;
    entry = realloc(table->entry, count * sizeof *entry);
    if (!entry)
        return false;
    for (size_t i = table->count; i < count; i++)
        entry[i] = 2 * (i + 1) + 1;
    table->entry = entry;
    table->count = (unsigned)count;
    return true;
}

int mpii_number_give(struct mpii_head *object)
{
    struct mpii_numbers_table *table = &mpii_numbers_table;
    unsigned index = table->free;

    if (index == table->count && !table_grow(table)) {
        mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for the number of a handle");
        return 0;
    }
    table->free = (unsigned)(table->entry[index] / 2);
    table->entry[index] = (uintptr_t)object;
    object->number = MPII_NUMBER_FIRST + (int)index;
    return object->number;
}

void mpii_number_free(struct mpii_head *object)
{
    unsigned index = (unsigned)(object->number - MPII_NUMBER_FIRST);

    mpii_numbers_table.entry[index] = 2 * (uintptr_t)mpii_numbers_table.free + 1;
    mpii_numbers_table.free = index;
    object->number = 0;
}
