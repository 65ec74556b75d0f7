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

#define CONVERSIONS(prefix, type, name, kind) \
    int P##prefix##_toint(type name) \
    { \
        return number_of(name, kind); \
    } \
    type P##prefix##_fromint(int name) \
    { \
        return mpii_handle_of(name); \
    } \
    MPI_Fint P##prefix##_c2f(type name) \
    { \
        return number_of(name, kind); \
    } \
    type P##prefix##_f2c(MPI_Fint name) \
    { \
        return mpii_handle_of(name); \
    } \
    WEAK(prefix##_toint); \
    WEAK(prefix##_fromint); \
    WEAK(prefix##_c2f); \
    WEAK(prefix##_f2c)
// NOLINTEND(bugprone-macro-parentheses)

CONVERSIONS(MPI_Comm, MPI_Comm, comm, MPII_COMM);
CONVERSIONS(MPI_Errhandler, MPI_Errhandler, errhandler, MPII_ERRHANDLER);
CONVERSIONS(MPI_File, MPI_File, file, MPII_FILE);
CONVERSIONS(MPI_Group, MPI_Group, group, MPII_GROUP);
CONVERSIONS(MPI_Info, MPI_Info, info, MPII_INFO);
CONVERSIONS(MPI_Message, MPI_Message, message, MPII_MESSAGE);
CONVERSIONS(MPI_Op, MPI_Op, op, MPII_OP);
CONVERSIONS(MPI_Request, MPI_Request, request, MPII_REQUEST);
CONVERSIONS(MPI_Session, MPI_Session, session, MPII_SESSION);
CONVERSIONS(MPI_Type, MPI_Datatype, datatype, MPII_TYPE);
CONVERSIONS(MPI_Win, MPI_Win, win, MPII_WIN);
