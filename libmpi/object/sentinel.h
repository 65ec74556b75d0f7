// SPDX-License-Identifier: BSD-2-Clause
// sentinel.h: the variables of Fortran whose addresses mean what constants mean in C, such as
// MPI_BOTTOM and MPI_STATUS_IGNORE (MPI 4.1, 2.5.4 and 19.3.9).
//
// They are COMMON blocks: mpiisentinels as below, in this order (api_fortran.awk), and mpiisentinelsc for
// the one of type CHARACTER. Their values are never looked at.
#pragma once
#include "mpi.h"

struct mpii_sentinels {
    int bottom, in_place, buffer_automatic;
    int status_ignore[MPI_F_STATUS_SIZE];
    int statuses_ignore[MPI_F_STATUS_SIZE];
    int errcodes_ignore[1], unweighted[1], weights_empty[1];
};

// What the linker calls them, by the compiler's way with underscores.
extern struct mpii_sentinels mpiisentinels_;
extern char mpiisentinelsc_[2]; // MPI_ARGV_NULL and MPI_ARGVS_NULL
