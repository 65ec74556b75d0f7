// SPDX-License-Identifier: BSD-2-Clause
// query.c: size, extent and true extent (MPI 4.1, 5.1.5, 5.1.7 and 5.1.8).
#include "libmpi/type.h"
#include <limits.h>

static int query_check(const char *function, MPI_Datatype datatype, struct mpii_type **type)
{
    int rc = mpii_check_running(function);

    return rc == MPI_SUCCESS ? mpii_check_type(function, MPI_COMM_NULL, datatype, "datatype", type)
                             : rc;
}

static int size_get(const char *function, MPI_Datatype datatype, MPI_Count *size)
{
    struct mpii_type *type;
    int rc = query_check(function, datatype, &type);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, size, "size");
    if (rc == MPI_SUCCESS)
        *size = type->size;
    return rc;
}

#pragma weak MPI_Type_size = PMPI_Type_size
int PMPI_Type_size(MPI_Datatype datatype, int *size)
{
    struct mpii_type *type;
    int rc = query_check(__func__, datatype, &type);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, size, "size");
    if (rc == MPI_SUCCESS)
        *size = type->size > INT_MAX ? MPI_UNDEFINED : (int)type->size;
    return rc;
}

#pragma weak MPI_Type_size_c = PMPI_Type_size_c
int PMPI_Type_size_c(MPI_Datatype datatype, MPI_Count *size)
{
    return size_get(__func__, datatype, size);
}

#pragma weak MPI_Type_size_x = PMPI_Type_size_x
int PMPI_Type_size_x(MPI_Datatype datatype, MPI_Count *size)
{
    return size_get(__func__, datatype, size);
}

// MPI_Aint is the same as MPI_Count: type/contents.h asserts it.
static int extent_get(const char *function, MPI_Datatype datatype, MPI_Count *lb, MPI_Count *extent)
{
    struct mpii_type *type;
    int rc = query_check(function, datatype, &type);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, lb, "lb");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, extent, "extent");
    if (rc != MPI_SUCCESS)
        return rc;
    *lb = type->lb;
    *extent = type->extent;
    return MPI_SUCCESS;
}

#pragma weak MPI_Type_get_extent = PMPI_Type_get_extent
int PMPI_Type_get_extent(MPI_Datatype datatype, MPI_Aint *lb, MPI_Aint *extent)
{
    return extent_get(__func__, datatype, lb, extent);
}

#pragma weak MPI_Type_get_extent_c = PMPI_Type_get_extent_c
int PMPI_Type_get_extent_c(MPI_Datatype datatype, MPI_Count *lb, MPI_Count *extent)
{
    return extent_get(__func__, datatype, lb, extent);
}

#pragma weak MPI_Type_get_extent_x = PMPI_Type_get_extent_x
int PMPI_Type_get_extent_x(MPI_Datatype datatype, MPI_Count *lb, MPI_Count *extent)
{
    return extent_get(__func__, datatype, lb, extent);
}

static int true_extent_get(const char *function, MPI_Datatype datatype, MPI_Count *true_lb,
                           MPI_Count *true_extent)
{
    struct mpii_type *type;
    int rc = query_check(function, datatype, &type);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, true_lb, "true_lb");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, true_extent, "true_extent");
    if (rc != MPI_SUCCESS)
        return rc;
    *true_lb = type->true_lb;
    *true_extent = type->true_extent;
    return MPI_SUCCESS;
}

#pragma weak MPI_Type_get_true_extent = PMPI_Type_get_true_extent
int PMPI_Type_get_true_extent(MPI_Datatype datatype, MPI_Aint *true_lb, MPI_Aint *true_extent)
{
    return true_extent_get(__func__, datatype, true_lb, true_extent);
}

#pragma weak MPI_Type_get_true_extent_c = PMPI_Type_get_true_extent_c
int PMPI_Type_get_true_extent_c(MPI_Datatype datatype, MPI_Count *true_lb, MPI_Count *true_extent)
{
    return true_extent_get(__func__, datatype, true_lb, true_extent);
}

#pragma weak MPI_Type_get_true_extent_x = PMPI_Type_get_true_extent_x
int PMPI_Type_get_true_extent_x(MPI_Datatype datatype, MPI_Count *true_lb, MPI_Count *true_extent)
{
    return true_extent_get(__func__, datatype, true_lb, true_extent);
}
