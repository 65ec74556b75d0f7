// SPDX-License-Identifier: BSD-2-Clause
// subarray.c: a block of an array (MPI 4.1, 5.1.3).
//
// Built from the fastest dimension to the slowest: each step repeats the type so far along its
// dimension, and gives it the extent of the whole dimension, which is the next step's unit.
#include "libmpi/type/array.h"

struct subarray {
    const char *function;
    bool large;
    int ndims;
    struct mpii_numbers sizes, subsizes, starts;
    int order;
};

static int dimension_check(const struct subarray *array, int i)
{
    MPI_Count size = mpii_number(array->sizes, i), subsize = mpii_number(array->subsizes, i);
    MPI_Count start = mpii_number(array->starts, i);

    if (size < 1)
        return mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG, "array_of_sizes[%d] is %lld",
                          i, (long long)size);
    if (subsize < 1 || subsize > size)
        return mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG,
                          "array_of_subsizes[%d] is %lld, not 1 to %lld", i, (long long)subsize,
                          (long long)size);
    if (start < 0 || start > size - subsize)
        return mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG,
                          "array_of_starts[%d] is %lld, not 0 to %lld", i, (long long)start,
                          (long long)(size - subsize));
    return MPI_SUCCESS;
}

static int subarray_check(const struct subarray *array)
{
    int rc = mpii_check_dimensions(array->function, array->ndims, array->order);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_array(array->function, array->sizes, 1, "array_of_sizes");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_array(array->function, array->subsizes, 1, "array_of_subsizes");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_array(array->function, array->starts, 1, "array_of_starts");
    for (int i = 0; i < array->ndims && rc == MPI_SUCCESS; i++)
        rc = dimension_check(array, i);
    return rc;
}

static int subarray_make(const struct subarray *array, MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    struct mpii_making making;
    struct mpii_array_axis axis;
    struct mpii_type *old;
    int rc = mpii_check_making(array->function, newtype, oldtype, &old);

    if (rc == MPI_SUCCESS)
        rc = subarray_check(array);
    if (rc != MPI_SUCCESS)
        return rc;
    mpii_make_begin(
        &making, array->function, MPI_COMBINER_SUBARRAY, array->large,
        (struct mpii_needs){.numbers = 3 * (MPI_Count)array->ndims, .integers = 2, .types = 1});
    mpii_make_integer(&making, array->ndims);
    mpii_make_numbers(&making, array->sizes, array->ndims);
    mpii_make_numbers(&making, array->subsizes, array->ndims);
    mpii_make_numbers(&making, array->starts, array->ndims);
    mpii_make_integer(&making, array->order);
    mpii_make_type(&making, old);
    mpii_type_keep(old);
    for (int i = 0; i < array->ndims && old; i++) {
        int d = array->order == MPI_ORDER_C ? array->ndims - 1 - i : i;

        axis = (struct mpii_array_axis){.size = mpii_number(array->sizes, d),
                                        .start = mpii_number(array->starts, d),
                                        .blocklength = mpii_number(array->subsizes, d),
                                        .blocks = 1};
        old = mpii_array_along(&making, old, &axis);
    }
    return mpii_array_end(&making, old, newtype);
}

#pragma weak MPI_Type_create_subarray = PMPI_Type_create_subarray
int PMPI_Type_create_subarray(int ndims, const int array_of_sizes[], const int array_of_subsizes[],
                              const int array_of_starts[], int order, MPI_Datatype oldtype,
                              MPI_Datatype *newtype)
{
    struct subarray array = {.function = __func__,
                             .ndims = ndims,
                             .sizes = {array_of_sizes, false},
                             .subsizes = {array_of_subsizes, false},
                             .starts = {array_of_starts, false},
                             .order = order};

    return subarray_make(&array, oldtype, newtype);
}

#pragma weak MPI_Type_create_subarray_c = PMPI_Type_create_subarray_c
int PMPI_Type_create_subarray_c(int ndims, const MPI_Count array_of_sizes[],
                                const MPI_Count array_of_subsizes[],
                                const MPI_Count array_of_starts[], int order, MPI_Datatype oldtype,
                                MPI_Datatype *newtype)
{
    struct subarray array = {.function = __func__,
                             .large = true,
                             .ndims = ndims,
                             .sizes = {array_of_sizes, true},
                             .subsizes = {array_of_subsizes, true},
                             .starts = {array_of_starts, true},
                             .order = order};

    return subarray_make(&array, oldtype, newtype);
}
