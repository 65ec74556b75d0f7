// SPDX-License-Identifier: BSD-2-Clause
// sentinel.c: in libmpi.a, not in libmpifort.a: C knows two of them as MPI_F_STATUS_IGNORE and
// MPI_F08_STATUS_IGNORE (MPI 4.1, 19.3.5).
#include "libmpi/object/sentinel.h"
#include <stdalign.h>

// gfortran aligns COMMON blocks so.
alignas(32) struct mpii_sentinels mpiisentinels_;
extern struct mpii_sentinels mpiisentinels __attribute__((alias("mpiisentinels_")));

alignas(32) char mpiisentinelsc_[2];
extern char mpiisentinelsc[2] __attribute__((alias("mpiisentinelsc_")));

MPI_Fint *const MPI_F_STATUS_IGNORE = mpiisentinels_.status_ignore;
MPI_Fint *const MPI_F_STATUSES_IGNORE = mpiisentinels_.statuses_ignore;
MPI_F08_status *const MPI_F08_STATUS_IGNORE = (MPI_F08_status *)mpiisentinels_.status_ignore;
MPI_F08_status *const MPI_F08_STATUSES_IGNORE = (MPI_F08_status *)mpiisentinels_.statuses_ignore;
