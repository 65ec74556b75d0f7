// SPDX-License-Identifier: BSD-2-Clause
// convert.c: handles of C as numbers and back (MPI 4.1, 19.3.4; MPI 5.0, 20.3.3 for the names that end in
// int). None of these fails: what is no handle becomes 0, and 0 becomes no handle.
#include "libmpi/object/number.h"

static int number_of(const void *handle, enum mpii_kind kind)
{
    if ((uintptr_t)handle >= MPII_PREDEFINED_MAX && !mpii_object_ok(handle, kind))
        return 0;
    return mpii_number_of(handle);
}

// NOLINTBEGIN(bugprone-macro-parentheses): names in declarations
#define WEAK(name) extern __typeof__(P##name) name __attribute__((weak, alias("P" #name)))

#define CONVERSIONS(prefix, type, kind) \
    int P##prefix##_toint(type handle) \
    { \
        return number_of(handle, kind); \
    } \
    type P##prefix##_fromint(int number) \
    { \
        return mpii_handle_of(number); \
    } \
    MPI_Fint P##prefix##_c2f(type handle) \
    { \
        return number_of(handle, kind); \
    } \
    type P##prefix##_f2c(MPI_Fint number) \
    { \
        return mpii_handle_of(number); \
    } \
    WEAK(prefix##_toint); \
    WEAK(prefix##_fromint); \
    WEAK(prefix##_c2f); \
    WEAK(prefix##_f2c)
// NOLINTEND(bugprone-macro-parentheses)

CONVERSIONS(MPI_Comm, MPI_Comm, MPII_COMM);
CONVERSIONS(MPI_Errhandler, MPI_Errhandler, MPII_ERRHANDLER);
CONVERSIONS(MPI_File, MPI_File, MPII_FILE);
CONVERSIONS(MPI_Group, MPI_Group, MPII_GROUP);
CONVERSIONS(MPI_Info, MPI_Info, MPII_INFO);
CONVERSIONS(MPI_Message, MPI_Message, MPII_MESSAGE);
CONVERSIONS(MPI_Op, MPI_Op, MPII_OP);
CONVERSIONS(MPI_Request, MPI_Request, MPII_REQUEST);
CONVERSIONS(MPI_Session, MPI_Session, MPII_SESSION);
CONVERSIONS(MPI_Type, MPI_Datatype, MPII_TYPE);
CONVERSIONS(MPI_Win, MPI_Win, MPII_WIN);
