// SPDX-License-Identifier: BSD-2-Clause
// darray.c: one process's part of a distributed array (MPI 4.1, 5.1.4).
//
// Along each dimension a process owns blocks of `darg` indexes, dealt out in turn:
// MPI_DISTRIBUTE_BLOCK deals once, MPI_DISTRIBUTE_CYCLIC again and again, MPI_DISTRIBUTE_NONE gives
// all to the only process. Built from the fastest dimension to the slowest, as subarrays are.
#include "libmpi/type/array.h"

struct darray {
    const char *function;
    bool large;
    int size, rank, ndims;
    struct mpii_numbers gsizes;
    const int *distribs, *dargs, *psizes;
    int order;
};

// The length of the blocks along dimension i, or 0: the arguments are wrong.
static MPI_Count block_length(const struct darray *array, int i)
{
    MPI_Count gsize = mpii_number(array->gsizes, i);
    bool is_default = array->dargs[i] == MPI_DISTRIBUTE_DFLT_DARG;
    MPI_Count block = array->dargs[i];

    switch (array->distribs[i]) {
    case MPI_DISTRIBUTE_NONE:
        return array->psizes[i] == 1 ? gsize : 0;
    case MPI_DISTRIBUTE_BLOCK:
        if (is_default)
            return (gsize - 1) / array->psizes[i] + 1;
        return block > 0 && block * array->psizes[i] >= gsize ? block : 0;
    case MPI_DISTRIBUTE_CYCLIC:
        if (is_default)
            return 1;
        return block > 0 ? block : 0;
    default:
        return 0;
    }
}

static int dimension_check(const struct darray *array, int i)
{
    MPI_Count gsize = mpii_number(array->gsizes, i);

    if (gsize < 1)
        return mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG,
                          "array_of_gsizes[%d] is %lld", i, (long long)gsize);
    if (array->psizes[i] < 1)
        return mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG, "array_of_psizes[%d] is %d",
                          i, array->psizes[i]);
    if (block_length(array, i) == 0)
        return mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG,
                          "dimension %d: %lld indexes on %d processes do not go with "
                          "array_of_distribs[] %d and array_of_dargs[] %d",
                          i, (long long)gsize, array->psizes[i], array->distribs[i], array->dargs[i]);
    return MPI_SUCCESS;
}

static int darray_check(const struct darray *array)
{
    MPI_Count processes = 1;
    int rc = mpii_check_dimensions(array->function, array->ndims, array->order);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_array(array->function, array->gsizes, 1, "array_of_gsizes");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(array->function, array->distribs, "array_of_distribs");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(array->function, array->dargs, "array_of_dargs");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(array->function, array->psizes, "array_of_psizes");
    if (rc == MPI_SUCCESS && array->size < 1)
        rc = mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG, "size is %d", array->size);
    if (rc == MPI_SUCCESS && (array->rank < 0 || array->rank >= array->size))
        rc = mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG, "rank is %d, not 0 to %d",
                        array->rank, array->size - 1);
    for (int i = 0; i < array->ndims && rc == MPI_SUCCESS; i++) {
        rc = dimension_check(array, i);
        if (processes <= array->size) // enough to see that it is not the same
            processes *= array->psizes[i];
    }
    if (rc == MPI_SUCCESS && processes != array->size)
        rc = mpii_error(array->function, MPI_COMM_NULL, MPI_ERR_ARG,
                        "size is %d, not the product of array_of_psizes", array->size);
    return rc;
}

static void darray_record(struct mpii_making *making, const struct darray *array,
                          struct mpii_type *old)
{
    MPI_Count ndims = array->ndims;

    mpii_make_begin(making, array->function, MPI_COMBINER_DARRAY, array->large,
                    (struct mpii_needs){.numbers = ndims, .integers = 3 * ndims + 4, .types = 1});
    mpii_make_integer(making, array->size);
    mpii_make_integer(making, array->rank);
    mpii_make_integer(making, array->ndims);
    mpii_make_numbers(making, array->gsizes, ndims);
    mpii_make_integers(making, array->distribs, ndims);
    mpii_make_integers(making, array->dargs, ndims);
    mpii_make_integers(making, array->psizes, ndims);
    mpii_make_integer(making, array->order);
    mpii_make_type(making, old);
}

// What the process at `coordinate` of dimension i owns.
static struct mpii_array_axis axis_of(const struct darray *array, int i, MPI_Count coordinate)
{
    MPI_Count block = block_length(array, i), start, cycle, left;
    struct mpii_array_axis axis = {.size = mpii_number(array->gsizes, i)};

    if (block > axis.size)
        block = axis.size;
    if (__builtin_mul_overflow(coordinate, block, &start) || start >= axis.size)
        return axis; // nothing
    if (__builtin_mul_overflow(array->psizes[i], block, &cycle) || cycle > axis.size)
        cycle = axis.size; // no second turn
    left = axis.size - start;
    axis.start = start;
    axis.blocklength = block;
    axis.blocks = left / cycle;
    left -= axis.blocks * cycle;
    if (left >= block)
        axis.blocks++;
    else {
        axis.rest_start = left > 0 ? axis.size - left : 0;
        axis.rest = left;
    }
    if (axis.blocks > 1)
        axis.cycle = cycle;
    return axis;
}

static int darray_make(const struct darray *array, MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    struct mpii_making making;
    struct mpii_type *old;
    int rc = mpii_check_making(array->function, newtype, oldtype, &old);

    if (rc == MPI_SUCCESS)
        rc = darray_check(array);
    if (rc != MPI_SUCCESS)
        return rc;
    darray_record(&making, array, old);
    mpii_type_keep(old);
    // The grid of processes is in C's order whatever `order` says: its last coordinate is the
    // fastest.
    for (int step = 0; step < array->ndims && old; step++) {
        int i = array->order == MPI_ORDER_C ? array->ndims - 1 - step : step;
        struct mpii_array_axis axis;
        int faster = 1;

        for (int k = i + 1; k < array->ndims; k++)
            faster *= array->psizes[k];
        axis = axis_of(array, i, array->rank / faster % array->psizes[i]);
        old = mpii_array_along(&making, old, &axis);
    }
    return mpii_array_end(&making, old, newtype);
}

#pragma weak MPI_Type_create_darray = PMPI_Type_create_darray
int PMPI_Type_create_darray(int size, int rank, int ndims, const int array_of_gsizes[],
                            const int array_of_distribs[], const int array_of_dargs[],
                            const int array_of_psizes[], int order, MPI_Datatype oldtype,
                            MPI_Datatype *newtype)
{
    struct darray array = {.function = __func__,
                           .size = size,
                           .rank = rank,
                           .ndims = ndims,
                           .gsizes = {array_of_gsizes, false},
                           .distribs = array_of_distribs,
                           .dargs = array_of_dargs,
                           .psizes = array_of_psizes,
                           .order = order};

    return darray_make(&array, oldtype, newtype);
}

#pragma weak MPI_Type_create_darray_c = PMPI_Type_create_darray_c
int PMPI_Type_create_darray_c(int size, int rank, int ndims, const MPI_Count array_of_gsizes[],
                              const int array_of_distribs[], const int array_of_dargs[],
                              const int array_of_psizes[], int order, MPI_Datatype oldtype,
                              MPI_Datatype *newtype)
{
    struct darray array = {.function = __func__,
                           .large = true,
                           .size = size,
                           .rank = rank,
                           .ndims = ndims,
                           .gsizes = {array_of_gsizes, true},
                           .distribs = array_of_distribs,
                           .dargs = array_of_dargs,
                           .psizes = array_of_psizes,
                           .order = order};

    return darray_make(&array, oldtype, newtype);
}
