// SPDX-License-Identifier: BSD-2-Clause
// fortran.h: how a C function becomes a procedure of Fortran.
//
// Every argument comes by address. A handle is an INTEGER with the value of C's handle, in mpif.h and
// module mpi as well as in the derived types of mpi_f08, so one function serves all three. A
// CHARACTER argument has its length behind the other arguments. LOGICAL is 1 or 0. ierror is absent,
// NULL, where a user of mpi_f08 left it out.
//
// A Fortran procedure calls PMPI_X: a tool that wraps C's MPI_X does not see it and has to wrap
// Fortran's names as well (MPI 4.1, 15.2.1), so no call is seen twice.
#pragma once
#include "mpi.h"
#include <stddef.h>

// MPI_X in Fortran is the C function pmpi_x_; behind its definition, this gives it its other names:
// those of mpif.h and module mpi, and those behind the generic ones of module mpi_f08.
#define FORTRAN_PROCEDURE(x) \
    FORTRAN_NAME(pmpi_##x, pmpi_##x##_); \
    FORTRAN_NAME(pmpi_##x##__, pmpi_##x##_); \
    FORTRAN_NAMES(mpi_##x, pmpi_##x##_); \
    FORTRAN_NAMES(mpi_##x##_f08, pmpi_##x##_); \
    FORTRAN_NAMES(pmpi_##x##_f08, pmpi_##x##_)

// gfortran adds one underscore, two with -fsecond-underscore, none with -fno-underscoring.
#define FORTRAN_NAMES(name, of) \
    FORTRAN_NAME(name, of); \
    FORTRAN_NAME(name##_, of); \
    FORTRAN_NAME(name##__, of)

// NOLINTNEXTLINE(bugprone-macro-parentheses): a name in a declaration
#define FORTRAN_NAME(name, of) extern __typeof__(of) name __attribute__((weak, alias(#of)))

// Nothing in C calls these procedures: the interfaces in the Fortran modules are their prototypes.
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#pragma GCC visibility push(hidden)

// Stores a result where the program wants one.
void mpii_fortran_return(int *ierror, int rc);

// threads.c: must be in every program with Fortran in it.
extern const void *const mpii_fortran_threads[];

// Hands a C string to a CHARACTER variable: cut or padded with blanks. Returns the length it got.
int mpii_fortran_text(char *to, size_t to_bytes, const char *text);

#pragma GCC visibility pop
