// SPDX-License-Identifier: BSD-2-Clause
// dup.c: a copy of a datatype, with its attributes (MPI 4.1, 5.1.10).
#include "libmpi/type/make.h"

#pragma weak MPI_Type_dup = PMPI_Type_dup
int PMPI_Type_dup(MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    struct mpii_making making;
    struct mpii_type *old, *type;
    int rc = mpii_check_making(__func__, newtype, oldtype, &old);

    if (rc != MPI_SUCCESS)
        return rc;
    mpii_make_begin(&making, __func__, MPI_COMBINER_DUP, false, (struct mpii_needs){.types = 1});
    mpii_make_type(&making, old);
    type = mpii_make_end_clone(&making, old);
    if (!type)
        return mpii_make_error(&making);
    rc = mpii_attributes_copy(__func__, MPI_COMM_NULL, &type->object, type->handle, &old->object,
                              old->handle);
    *newtype = rc == MPI_SUCCESS ? type->handle : MPI_DATATYPE_NULL; // nobody is to free what failed
    if (rc != MPI_SUCCESS)
        mpii_type_drop(type);
    return rc;
}
