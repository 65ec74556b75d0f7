// SPDX-License-Identifier: BSD-2-Clause
// vector.c: datatypes of evenly spaced blocks (MPI 4.1, 5.1.2).
#include "libmpi/type/make.h"

static int contiguous_make(const char *function, bool large, MPI_Count count, MPI_Datatype oldtype,
                           MPI_Datatype *newtype)
{
    struct mpii_making making;
    struct mpii_type *old;
    int rc = mpii_check_making(function, newtype, oldtype, &old);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_count(function, count, "count");
    if (rc != MPI_SUCCESS)
        return rc;
    mpii_make_begin(&making, function, MPI_COMBINER_CONTIGUOUS, large,
                    (struct mpii_needs){.numbers = 1, .types = 1});
    mpii_make_number(&making, count);
    mpii_make_type(&making, old);
    mpii_make_add(&making, old, 0, count, 1, 0);
    return mpii_make_end(&making, newtype);
}

#pragma weak MPI_Type_contiguous = PMPI_Type_contiguous
int PMPI_Type_contiguous(int count, MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    return contiguous_make(__func__, false, count, oldtype, newtype);
}

#pragma weak MPI_Type_contiguous_c = PMPI_Type_contiguous_c
int PMPI_Type_contiguous_c(MPI_Count count, MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    return contiguous_make(__func__, true, count, oldtype, newtype);
}

// `combiner` tells the unit of `stride`: the old type's extent, or bytes.
static int vector_make(const char *function, int combiner, bool large, MPI_Count count,
                       MPI_Count blocklength, MPI_Count stride, MPI_Datatype oldtype,
                       MPI_Datatype *newtype)
{
    bool in_bytes = combiner == MPI_COMBINER_HVECTOR;
    struct mpii_making making;
    struct mpii_type *old;
    int rc = mpii_check_making(function, newtype, oldtype, &old);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_count(function, count, "count");
    if (rc == MPI_SUCCESS && blocklength < 0)
        rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "blocklength is %lld",
                        (long long)blocklength);
    if (rc != MPI_SUCCESS)
        return rc;
    mpii_make_begin(&making, function, combiner, large,
                    (struct mpii_needs){.numbers = 2 + !in_bytes, .addresses = in_bytes, .types = 1});
    mpii_make_number(&making, count);
    mpii_make_number(&making, blocklength);
    if (in_bytes)
        mpii_make_address(&making, stride);
    else
        mpii_make_number(&making, stride);
    mpii_make_type(&making, old);
    if (count <= 1)
        stride = 0; // it does not matter, however large
    else if (!in_bytes && __builtin_mul_overflow(stride, old->extent, &stride))
        mpii_make_too_large(&making);
    mpii_make_add(&making, old, 0, blocklength, count, stride);
    return mpii_make_end(&making, newtype);
}

#pragma weak MPI_Type_vector = PMPI_Type_vector
int PMPI_Type_vector(int count, int blocklength, int stride, MPI_Datatype oldtype,
                     MPI_Datatype *newtype)
{
    return vector_make(__func__, MPI_COMBINER_VECTOR, false, count, blocklength, stride, oldtype,
                       newtype);
}

#pragma weak MPI_Type_vector_c = PMPI_Type_vector_c
int PMPI_Type_vector_c(MPI_Count count, MPI_Count blocklength, MPI_Count stride,
                       MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    return vector_make(__func__, MPI_COMBINER_VECTOR, true, count, blocklength, stride, oldtype,
                       newtype);
}

#pragma weak MPI_Type_create_hvector = PMPI_Type_create_hvector
int PMPI_Type_create_hvector(int count, int blocklength, MPI_Aint stride, MPI_Datatype oldtype,
                             MPI_Datatype *newtype)
{
    return vector_make(__func__, MPI_COMBINER_HVECTOR, false, count, blocklength, stride, oldtype,
                       newtype);
}

#pragma weak MPI_Type_create_hvector_c = PMPI_Type_create_hvector_c
int PMPI_Type_create_hvector_c(MPI_Count count, MPI_Count blocklength, MPI_Count stride,
                               MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    return vector_make(__func__, MPI_COMBINER_HVECTOR, true, count, blocklength, stride, oldtype,
                       newtype);
}
