// SPDX-License-Identifier: BSD-2-Clause
// number.h: handles as numbers, for Fortran, whose handles are INTEGERs (MPI 4.1, 19.3.4).
//
// The number of a predefined object is the constant that C has for it. Any other object gets a number
// when it is first asked for, and keeps it for life; the number is then given out again.
#pragma once
#include "libmpi/object.h"

#pragma GCC visibility push(hidden)

#define MPII_NUMBER_FIRST ((int)MPII_PREDEFINED_MAX)

// The table, by number - MPII_NUMBER_FIRST: the object's address, or, of a number that is free, twice the
// index of the next one that is, plus 1.
struct mpii_numbers_table {
    uintptr_t *entry;
    unsigned count;
    unsigned free; // the first free one; count: none
};

extern struct mpii_numbers_table mpii_numbers_table;

// The handle behind a number; NULL, which is no handle, if it stands for none.
static inline void *mpii_handle_of(int number)
{
    unsigned index = (unsigned)number - (unsigned)MPII_NUMBER_FIRST;

    if ((unsigned)number < (unsigned)MPII_NUMBER_FIRST)
        return (void *)(uintptr_t)(unsigned)number; // NOLINT: a constant in the shape of a pointer
    if (index >= mpii_numbers_table.count || mpii_numbers_table.entry[index] % 2)
        return NULL;
    return (void *)mpii_numbers_table.entry[index]; // NOLINT: an address
}

// Gives a live object its number. Without memory for it: an error of MPI_COMM_SELF, and 0.
int mpii_number_give(struct mpii_head *object);

// The number behind the handle of a live object of any kind, or of a constant.
static inline int mpii_number_of(const void *handle)
{
    struct mpii_head *object = (struct mpii_head *)(uintptr_t)handle; // NOLINT: it is ours

    if ((uintptr_t)handle < MPII_PREDEFINED_MAX)
        return (int)(uintptr_t)handle;
    return object->number ? object->number : mpii_number_give(object);
}

void mpii_number_free(struct mpii_head *object);

// The object goes.
static inline void mpii_number_drop(struct mpii_head *object)
{
    if (object->number)
        mpii_number_free(object);
}

#pragma GCC visibility pop
