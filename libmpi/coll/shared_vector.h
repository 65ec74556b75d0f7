// SPDX-License-Identifier: BSD-2-Clause
// shared_vector.h: reductions of large vectors, or with operations that do not commute.
#pragma once
#include "libmpi/coll/shared.h"

#pragma GCC visibility push(hidden)

// Reduce, or allreduce if root is MPII_NO_ROOT. False: not for such elements. The type is dense.
bool mpii_shared_reduce_parts(struct mpii_shared *shared, struct mpii_coll_call *call, int root);

#pragma GCC visibility pop
