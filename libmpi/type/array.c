// SPDX-License-Identifier: BSD-2-Clause
// array.c: see array.h.
#include "libmpi/type/array.h"

struct mpii_type *mpii_array_along(struct mpii_making *making, struct mpii_type *old,
                                   const struct mpii_array_axis *axis)
{
    MPI_Count extent = old->extent, whole;
    struct mpii_making step;
    struct mpii_type *type;

    mpii_make_begin(&step, making->function, MPI_COMBINER_RESIZED, true, (struct mpii_needs){0});
    // The largest of these products: the other factors are indexes within the dimension.
    if (__builtin_mul_overflow(axis->size, extent, &whole)) {
        mpii_make_too_large(&step);
    } else {
        mpii_make_add(&step, old, axis->start * extent, axis->blocklength, axis->blocks,
                      axis->cycle * extent);
        mpii_make_add(&step, old, axis->rest_start * extent, axis->rest, 1, 0);
        mpii_make_mark(&step, 0, whole);
    }
    type = mpii_make_end_helper(&step);
    if (!type && making->failed == MPI_SUCCESS)
        making->failed = step.failed;
    mpii_type_drop(old);
    return type;
}

int mpii_array_end(struct mpii_making *making, struct mpii_type *last, MPI_Datatype *newtype)
{
    if (last) {
        mpii_make_add(making, last, 0, 1, 1, 0);
        mpii_make_mark(making, last->lb, last->extent);
        mpii_type_drop(last);
    }
    return mpii_make_end(making, newtype);
}

int mpii_check_dimensions(const char *function, int ndims, int order)
{
    if (ndims < 1)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "ndims is %d", ndims);
    if (order != MPI_ORDER_C && order != MPI_ORDER_FORTRAN)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG,
                          "order is %d, not MPI_ORDER_C or MPI_ORDER_FORTRAN", order);
    return MPI_SUCCESS;
}
