// SPDX-License-Identifier: BSD-2-Clause
// struct.c: datatypes of blocks of different types (MPI 4.1, 5.1.2).
#include "libmpi/type/make.h"
#include <stdio.h>

struct arguments {
    const char *function;
    bool large;
    MPI_Count count;
    struct mpii_numbers lengths, displacements;
    const MPI_Datatype *types;
};

static int arguments_check(const struct arguments *arguments, const MPI_Datatype *newtype)
{
    const char *function = arguments->function;
    int rc = mpii_check_running(function);
    char name[48];

    if (rc == MPI_SUCCESS)
        rc = mpii_check_count(function, arguments->count, "count");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_lengths(function, arguments->lengths, arguments->count);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_array(function, arguments->displacements, arguments->count,
                              "array_of_displacements");
    if (rc == MPI_SUCCESS && arguments->count > 0)
        rc = mpii_check_result(function, arguments->types, "array_of_types");
    for (MPI_Count i = 0; i < arguments->count && rc == MPI_SUCCESS; i++) {
        struct mpii_type *type = mpii_type(arguments->types[i]);

        if (type)
            continue;
        snprintf(name, sizeof name, "array_of_types[%lld]", (long long)i);
        rc = mpii_check_type(function, MPI_COMM_NULL, arguments->types[i], name, &type);
    }
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, newtype, "newtype");
    return rc;
}

static int struct_make(const struct arguments *arguments, MPI_Datatype *newtype)
{
    MPI_Count count = arguments->count;
    struct mpii_making making;
    int rc = arguments_check(arguments, newtype);

    if (rc != MPI_SUCCESS)
        return rc;
    mpii_make_begin(&making, arguments->function, MPI_COMBINER_STRUCT, arguments->large,
                    (struct mpii_needs){.numbers = count + 1, .addresses = count, .types = count});
    mpii_make_number(&making, count);
    mpii_make_numbers(&making, arguments->lengths, count);
    mpii_make_addresses(&making, arguments->displacements, count);
    for (MPI_Count i = 0; i < count; i++) {
        struct mpii_type *type = mpii_type(arguments->types[i]);

        mpii_make_type(&making, type);
        mpii_make_add(&making, type, mpii_number(arguments->displacements, i),
                      mpii_number(arguments->lengths, i), 1, 0);
    }
    return mpii_make_end(&making, newtype);
}

#pragma weak MPI_Type_create_struct = PMPI_Type_create_struct
int PMPI_Type_create_struct(int count, const int array_of_blocklengths[],
                            const MPI_Aint array_of_displacements[],
                            const MPI_Datatype array_of_types[], MPI_Datatype *newtype)
{
    struct arguments arguments = {.function = __func__,
                                  .count = count,
                                  .lengths = {array_of_blocklengths, false},
                                  .displacements = {array_of_displacements, true},
                                  .types = array_of_types};

    return struct_make(&arguments, newtype);
}

#pragma weak MPI_Type_create_struct_c = PMPI_Type_create_struct_c
int PMPI_Type_create_struct_c(MPI_Count count, const MPI_Count array_of_blocklengths[],
                              const MPI_Count array_of_displacements[],
                              const MPI_Datatype array_of_types[], MPI_Datatype *newtype)
{
    struct arguments arguments = {.function = __func__,
                                  .large = true,
                                  .count = count,
                                  .lengths = {array_of_blocklengths, true},
                                  .displacements = {array_of_displacements, true},
                                  .types = array_of_types};

    return struct_make(&arguments, newtype);
}
