// SPDX-License-Identifier: BSD-2-Clause
// fortran.h: how a C function becomes a procedure of Fortran.
//
// Every argument comes by address. A handle is an INTEGER (object/number.h), in mpif.h and module mpi
// as well as in the derived types of mpi_f08, and a status has C's bytes, so one procedure serves all
// three. A CHARACTER argument has its length behind the other arguments. LOGICAL is 1 or 0. ierror is
// absent, NULL, where a user of mpi_f08 left it out. Only procedures with choice buffers come twice: in
// mpi_f08 those arrive by descriptor (section.h).
//
// Most procedures are made from the table (api_wrapper.awk); here are those that differ from C in more
// than the form.
//
// A Fortran procedure calls PMPI_X: a tool that wraps C's MPI_X does not see it and has to wrap
// Fortran's names as well (MPI 4.1, 15.2.1), so no call is seen twice.
#pragma once
#include "libmpi/object/number.h"
#include "libmpi/object/sentinel.h"
#include <stdlib.h>

// MPI_X in Fortran is the C function pmpi_x_; behind its definition, this gives it its other names, for
// mpif.h and module mpi.
#define FORTRAN_PROCEDURE(x) \
    FORTRAN_NAME(pmpi_##x, pmpi_##x##_); \
    FORTRAN_NAME(pmpi_##x##__, pmpi_##x##_); \
    FORTRAN_NAMES(mpi_##x, pmpi_##x##_)

// The same procedure behind the generic name of module mpi_f08; or one of its own, pmpi_x_f08_.
#define FORTRAN_F08(x) \
    FORTRAN_NAMES(mpi_##x##_f08, pmpi_##x##_); \
    FORTRAN_NAMES(pmpi_##x##_f08, pmpi_##x##_)
#define FORTRAN_F08_ONLY(x) \
    FORTRAN_NAME(pmpi_##x##_f08, pmpi_##x##_f08_); \
    FORTRAN_NAME(pmpi_##x##_f08__, pmpi_##x##_f08_); \
    FORTRAN_NAMES(mpi_##x##_f08, pmpi_##x##_f08_)

// The one with descriptors, whose interface has BIND(C): no compiler changes its name.
#define FORTRAN_F08TS(x) FORTRAN_NAME(mpi_##x##_f08ts_, pmpi_##x##_f08ts_)

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

#define MPII_FORTRAN_ROOM 32  // handles of an array that need no malloc
#define MPII_FORTRAN_TEXT 128 // the same for the bytes of a string

// threads.c: must be in every program with Fortran in it.
extern const void *const mpii_fortran_threads[];

// Stores a result where the program wants one.
static inline void mpii_fortran_return(int *ierror, int rc)
{
    if (ierror)
        *ierror = rc;
}

// Is it one of the variables that stand for constants of C?
static inline bool mpii_fortran_is_sentinel(const void *address)
{
    return (uintptr_t)address - (uintptr_t)&mpiisentinels_ < sizeof mpiisentinels_;
}

void *mpii_fortran_buffer_constant(const void *buffer);

// A choice buffer as C has it.
static inline void *mpii_fortran_buffer(void *buffer)
{
    return mpii_fortran_is_sentinel(buffer) ? mpii_fortran_buffer_constant(buffer) : buffer;
}

// A status, or an array of them, that may be one of the constants that mean none.
static inline MPI_Status *mpii_fortran_status(MPI_Status *status)
{
    return mpii_fortran_is_sentinel(status) ? MPI_STATUS_IGNORE : status;
}

// Weights of a graph's edges, which may be MPI_UNWEIGHTED or MPI_WEIGHTS_EMPTY.
int *mpii_fortran_weights(const int *weights);

// Handles of C for `count` of Fortran's: in `room`, which has MPII_FORTRAN_ROOM places, or malloc'ed. NULL,
// without memory: *rc becomes an error; or if it is one already.
void **mpii_fortran_handles(int *rc, void **room, const int *numbers, long long count);

// Takes over what a call has changed in `handles`, made from `numbers`.
void mpii_fortran_numbers(int *numbers, void *const *handles, long long count);

// How many datatypes a call like MPI_Alltoallw gets: ranks, or neighbours to send to or receive from.
int mpii_fortran_peers(MPI_Comm handle);
int mpii_fortran_neighbors(MPI_Comm handle, bool out);

// A C string without the blanks at the end, and at the beginning if `both`. In `room`, which has
// MPII_FORTRAN_TEXT bytes, or malloc'ed; *rc as above.
char *mpii_fortran_string(int *rc, char *room, const char *text, size_t bytes, bool both);

// Frees what one of the above has made.
static inline void mpii_fortran_free(const void *made, const void *room)
{
    if (made != room)
        free((void *)(uintptr_t)made); // NOLINT: it is ours
}

// Hands a C string to a CHARACTER variable: cut or padded with blanks. Returns the length it got.
int mpii_fortran_text(char *to, size_t to_bytes, const char *text);

#pragma GCC visibility pop
