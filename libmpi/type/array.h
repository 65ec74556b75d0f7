// SPDX-License-Identifier: BSD-2-Clause
// array.h: what subarrays and distributed arrays share: steps along one dimension.
#pragma once
#include "libmpi/type/make.h"

#pragma GCC visibility push(hidden)

// Which indexes of a dimension are taken: `blocks` blocks of `blocklength`, the first at `start`,
// one each `cycle`, then one of `rest` at `rest_start`. What there is lies within the dimension;
// numbers that do not matter are 0.
struct mpii_array_axis {
    MPI_Count size; // of the whole dimension
    MPI_Count start, blocklength, blocks, cycle;
    MPI_Count rest_start, rest;
};

// The type of those elements of a row whose unit is `old`, with the whole row as its extent. Ends a
// use of `old`. NULL: making->failed says why.
struct mpii_type *mpii_array_along(struct mpii_making *making, struct mpii_type *old,
                                   const struct mpii_array_axis *axis);

// Ends `making` with the type that the last step gave, and a use of it.
int mpii_array_end(struct mpii_making *making, struct mpii_type *last, MPI_Datatype *newtype);

// MPI_SUCCESS for a dimension count of at least 1 and an order there is.
int mpii_check_dimensions(const char *function, int ndims, int order);

#pragma GCC visibility pop
