// SPDX-License-Identifier: BSD-2-Clause
// resized.c: the same data with other bounds, or just the same (MPI 4.1, 5.1.7 and 5.1.10).
#include "libmpi/type/make.h"

static int resized_make(const char *function, bool large, MPI_Datatype oldtype, MPI_Count lb,
                        MPI_Count extent, MPI_Datatype *newtype)
{
    struct mpii_making making;
    struct mpii_type *old;
    int rc = mpii_check_making(function, newtype, oldtype, &old);

    if (rc != MPI_SUCCESS)
        return rc;
    mpii_make_begin(&making, function, MPI_COMBINER_RESIZED, large,
                    (struct mpii_needs){.addresses = 2, .types = 1});
    mpii_make_address(&making, lb);
    mpii_make_address(&making, extent);
    mpii_make_type(&making, old);
    mpii_make_add(&making, old, 0, 1, 1, 0);
    mpii_make_mark(&making, lb, extent);
    return mpii_make_end(&making, newtype);
}

#pragma weak MPI_Type_create_resized = PMPI_Type_create_resized
int PMPI_Type_create_resized(MPI_Datatype oldtype, MPI_Aint lb, MPI_Aint extent, MPI_Datatype *newtype)
{
    return resized_make(__func__, false, oldtype, lb, extent, newtype);
}

#pragma weak MPI_Type_create_resized_c = PMPI_Type_create_resized_c
int PMPI_Type_create_resized_c(MPI_Datatype oldtype, MPI_Count lb, MPI_Count extent,
                               MPI_Datatype *newtype)
{
    return resized_make(__func__, true, oldtype, lb, extent, newtype);
}
