// SPDX-License-Identifier: BSD-2-Clause
// group.h: groups, between the files that deal with them.
#pragma once
#include "libmpi/comm.h"

#pragma GCC visibility push(hidden)

// The group behind a handle, while MPI runs; or NULL after the error of `function`, which *rc then is.
// `name` is that of the argument.
const struct mpii_group *mpii_check_group(const char *function, MPI_Group handle, const char *name,
                                          int *rc);

// MPI_IDENT, MPI_SIMILAR or MPI_UNEQUAL.
int mpii_group_compare(const struct mpii_group *group1, const struct mpii_group *group2);

#pragma GCC visibility pop
