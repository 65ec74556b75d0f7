// SPDX-License-Identifier: BSD-2-Clause
// signature.h: type signatures (MPI 4.1, 3.3.1 and 5.1), short enough to be compared: what a buffer holds as
// a sequence of basic types, whatever calls made the datatypes.
#pragma once
#include "libmpi/type.h"

#pragma GCC visibility push(hidden)

struct mpii_signature {
    MPI_Count bytes;
    uint64_t elements; // basic ones
    uint64_t hash;     // of their types in order
    bool packed;       // MPI_PACKED is among them, which matches everything
};

// Of `count` elements of a type.
struct mpii_signature mpii_signature_of(const struct mpii_type *type, MPI_Count count);

// Do the types agree, as far as both go? The numbers of bytes may still differ.
bool mpii_signature_same_types(const struct mpii_signature *a, const struct mpii_signature *b);

#pragma GCC visibility pop
