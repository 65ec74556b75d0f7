// SPDX-License-Identifier: BSD-2-Clause
// fortran.c: the datatypes of Fortran's numeric kinds (MPI 4.1, 19.1.9).
//
// The parameterized types are predefined, but not named: made when first asked for, the same handle
// for the same parameters ever after, never freed.
#include "libmpi/type/make.h"

struct kind {
    int precision, range; // decimal: what selected_real_kind and selected_int_kind look for
    MPI_Datatype type, complex;
};

// Least first. 18 and 4931 are the x87's format, kind 10.
static const struct kind real_kinds[] = {
    {6, 37, MPI_REAL4, MPI_COMPLEX8},
    {15, 307, MPI_REAL8, MPI_COMPLEX16},
    {18, 4931, MPI_LONG_DOUBLE, MPI_C_LONG_DOUBLE_COMPLEX},
    {33, 4931, MPI_REAL16, MPI_COMPLEX32},
};

static const struct kind integer_kinds[] = {
    {.range = 2, .type = MPI_INTEGER1},   {.range = 4, .type = MPI_INTEGER2},
    {.range = 9, .type = MPI_INTEGER4},   {.range = 18, .type = MPI_INTEGER8},
    {.range = 38, .type = MPI_INTEGER16},
};

// All that were made, newest first, linked through next_dead: they never are.
static struct mpii_type *made;

// MPI_UNDEFINED asks for nothing: it is less than all there is.
static const struct kind *kind_find(const struct kind *kinds, size_t count, int precision, int range)
{
    for (size_t i = 0; i < count; i++)
        if (kinds[i].precision >= precision && kinds[i].range >= range)
            return &kinds[i];
    return NULL;
}

// Integers have no precision: then `parameters` is 1, and the range the only one.
static struct mpii_type *made_find(int combiner, const int *parameter, int parameters)
{
    for (struct mpii_type *type = made; type; type = type->contents->next_dead)
        if (type->contents->combiner == combiner && type->contents->integer[0] == parameter[0] &&
            type->contents->integer[parameters - 1] == parameter[parameters - 1])
            return type;
    return NULL;
}

static int fortran_make(const char *function, int combiner, const int *parameter, int parameters,
                        MPI_Datatype basic, MPI_Datatype *newtype)
{
    struct mpii_type *type = made_find(combiner, parameter, parameters);
    struct mpii_making making;

    if (!type) {
        mpii_make_begin(&making, function, combiner, false,
                        (struct mpii_needs){.integers = parameters});
        mpii_make_integers(&making, parameter, parameters);
        type = mpii_make_end_clone(&making, mpii_type(basic));
        if (!type)
            return mpii_make_error(&making);
        type->object.predefined = true;
        type->contents->next_dead = made;
        made = type;
    }
    *newtype = type->handle;
    return MPI_SUCCESS;
}

static int real_make(const char *function, int combiner, int precision, int range,
                     MPI_Datatype *newtype)
{
    const int parameter[] = {precision, range};
    const struct kind *kind =
        kind_find(real_kinds, sizeof real_kinds / sizeof *real_kinds, precision, range);
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, newtype, "newtype");
    if (rc != MPI_SUCCESS)
        return rc;
    if (precision == MPI_UNDEFINED && range == MPI_UNDEFINED)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "p and r are MPI_UNDEFINED");
    if (!kind)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG,
                          "p is %d and r is %d: no kind of REAL has as many digits", precision,
                          range);
    return fortran_make(function, combiner, parameter, 2,
                        combiner == MPI_COMBINER_F90_REAL ? kind->type : kind->complex, newtype);
}

#pragma weak MPI_Type_create_f90_real = PMPI_Type_create_f90_real
int PMPI_Type_create_f90_real(int p, int r, MPI_Datatype *newtype)
{
    return real_make(__func__, MPI_COMBINER_F90_REAL, p, r, newtype);
}

#pragma weak MPI_Type_create_f90_complex = PMPI_Type_create_f90_complex
int PMPI_Type_create_f90_complex(int p, int r, MPI_Datatype *newtype)
{
    return real_make(__func__, MPI_COMBINER_F90_COMPLEX, p, r, newtype);
}

#pragma weak MPI_Type_create_f90_integer = PMPI_Type_create_f90_integer
int PMPI_Type_create_f90_integer(int r, MPI_Datatype *newtype)
{
    const struct kind *kind =
        kind_find(integer_kinds, sizeof integer_kinds / sizeof *integer_kinds, 0, r);
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, newtype, "newtype");
    if (rc != MPI_SUCCESS)
        return rc;
    if (!kind)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG,
                          "r is %d: no kind of INTEGER has as many digits", r);
    return fortran_make(__func__, MPI_COMBINER_F90_INTEGER, &r, 1, kind->type, newtype);
}
