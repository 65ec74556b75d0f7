// SPDX-License-Identifier: BSD-2-Clause
// count.h: counting the basic elements of datatypes; see also type.h.
#pragma once
#include "libmpi/type/map.h"

#pragma GCC visibility push(hidden)

// The bytes that the first `elements` basic elements take, packed. -1: the type has none, or 2^63
// or more.
MPI_Count mpii_type_elements_bytes(const struct mpii_type *type, MPI_Count elements);

#pragma GCC visibility pop
