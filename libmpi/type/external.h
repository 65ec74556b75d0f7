// SPDX-License-Identifier: BSD-2-Clause
// external.h: the data representation "external32" (MPI 4.1, 14.5.2): big-endian IEEE formats.
#pragma once
#include "libmpi/type/map.h"

#pragma GCC visibility push(hidden)

// Bytes of one element. False: 2^63 or more.
bool mpii_external_size(const struct mpii_type *type, MPI_Count count, MPI_Count *bytes);

// Converts `count` elements at `buf` to `external`, and back. False: some value is outside the
// range of the other representation; all others are converted.
bool mpii_external_pack(void *external, const void *buf, MPI_Count count,
                        const struct mpii_type *type);
bool mpii_external_unpack(void *buf, MPI_Count count, const struct mpii_type *type,
                          const void *external);

#pragma GCC visibility pop
