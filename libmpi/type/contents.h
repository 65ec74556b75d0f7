// SPDX-License-Identifier: BSD-2-Clause
// contents.h: the arguments of the call that made a datatype (MPI 4.1, 5.1.13).
#pragma once
#include "libmpi/type.h"

#pragma GCC visibility push(hidden)

// An array argument: of int, or in the large forms of MPI_Count. MPI_Aint is the same as MPI_Count.
struct mpii_numbers {
    const void *array;
    bool wide;
};
_Static_assert(_Generic((MPI_Aint)0, MPI_Count : 1, default : 0), "MPI_Aint[] is passed as wide");

static inline MPI_Count mpii_number(struct mpii_numbers numbers, MPI_Count i)
{
    return numbers.wide ? ((const MPI_Count *)numbers.array)[i] : ((const int *)numbers.array)[i];
}

// How many have been recorded, and where.
struct mpii_type_contents {
    int combiner;
    bool large;  // made by a _c function: displacements and counts are in `count`
    int handles; // that the user has, from the constructor and MPI_Type_get_contents
    MPI_Count integers, addresses, counts, types;
    int *integer;
    MPI_Aint *address;
    MPI_Count *count;
    struct mpii_type **type;     // each with a use of ours
    struct mpii_type *next_dead; // in mpii_type_drop
};

#pragma GCC visibility pop
