// SPDX-License-Identifier: BSD-2-Clause
// attributes.h: attributes of communicators, datatypes and windows, as Fortran sees them.
#pragma once
#include "libmpi/fortran/fortran.h"
#include "libmpi/object/attribute.h"

#pragma GCC visibility push(hidden)

int mpii_fortran_attribute_set(const char *function, enum mpii_kind kind, int handle, int keyval,
                               MPI_Aint number);

// *number is 0 if *flag is.
int mpii_fortran_attribute_get(const char *function, enum mpii_kind kind, int handle, int keyval,
                               MPI_Aint *number, int *flag);

// The callbacks of a new key are Fortran's; `old`: as MPI 1 had them.
void mpii_fortran_key_made(int rc, int keyval, bool old, int *ierror);

#pragma GCC visibility pop
