// SPDX-License-Identifier: BSD-2-Clause
// contents.c: how a datatype was made (MPI 4.1, 5.1.13).
#include "libmpi/type/contents.h"

static const struct mpii_type_contents named = {.combiner = MPI_COMBINER_NAMED};

static int contents_of(const char *function, MPI_Datatype datatype,
                       const struct mpii_type_contents **contents)
{
    struct mpii_type *type;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(function, MPI_COMM_NULL, datatype, "datatype", &type);
    if (rc == MPI_SUCCESS)
        *contents = type->contents ? type->contents : &named;
    return rc;
}

// The forms without large counts cannot tell those.
static int small_check(const char *function, const struct mpii_type_contents *contents)
{
    if (contents->counts == 0)
        return MPI_SUCCESS;
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_TYPE,
                      "datatype was made with MPI_Count arguments, which only %s_c gives",
                      function + (*function == 'P'));
}

#pragma weak MPI_Type_get_envelope = PMPI_Type_get_envelope
int PMPI_Type_get_envelope(MPI_Datatype datatype, int *num_integers, int *num_addresses,
                           int *num_datatypes, int *combiner)
{
    const struct mpii_type_contents *contents;
    int rc = contents_of(__func__, datatype, &contents);

    if (rc == MPI_SUCCESS)
        rc = small_check(__func__, contents);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, num_integers, "num_integers");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, num_addresses, "num_addresses");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, num_datatypes, "num_datatypes");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, combiner, "combiner");
    if (rc != MPI_SUCCESS)
        return rc;
    *num_integers = (int)contents->integers;
    *num_addresses = (int)contents->addresses;
    *num_datatypes = (int)contents->types;
    *combiner = contents->combiner;
    return MPI_SUCCESS;
}

#pragma weak MPI_Type_get_envelope_c = PMPI_Type_get_envelope_c
int PMPI_Type_get_envelope_c(MPI_Datatype datatype, MPI_Count *num_integers, MPI_Count *num_addresses,
                             MPI_Count *num_large_counts, MPI_Count *num_datatypes, int *combiner)
{
    const struct mpii_type_contents *contents;
    int rc = contents_of(__func__, datatype, &contents);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, num_integers, "num_integers");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, num_addresses, "num_addresses");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, num_large_counts, "num_large_counts");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, num_datatypes, "num_datatypes");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, combiner, "combiner");
    if (rc != MPI_SUCCESS)
        return rc;
    *num_integers = contents->integers;
    *num_addresses = contents->addresses;
    *num_large_counts = contents->counts;
    *num_datatypes = contents->types;
    *combiner = contents->combiner;
    return MPI_SUCCESS;
}

// One of the user's arrays takes `needed`.
static int room_check(const char *function, const char *name, MPI_Count max, MPI_Count needed,
                      const void *array, const char *array_name)
{
    if (max < needed)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG,
                          "%s is %lld, less than the %lld there are", name, (long long)max,
                          (long long)needed);
    return needed == 0 ? MPI_SUCCESS : mpii_check_result(function, array, array_name);
}

// What both forms give, once all is checked. Derived types are handles of their own, for the user
// to free.
static void contents_copy(const struct mpii_type_contents *contents, int integers[],
                          MPI_Aint addresses[], MPI_Datatype types[])
{
    for (MPI_Count i = 0; i < contents->integers; i++)
        integers[i] = contents->integer[i];
    for (MPI_Count i = 0; i < contents->addresses; i++)
        addresses[i] = contents->address[i];
    for (MPI_Count i = 0; i < contents->types; i++) {
        struct mpii_type *type = contents->type[i];

        types[i] = type->handle;
        if (type->object.predefined)
            continue;
        mpii_type_keep(type);
        type->contents->handles++;
    }
}

static int derived_check(const char *function, const struct mpii_type_contents *contents)
{
    if (contents->combiner != MPI_COMBINER_NAMED)
        return MPI_SUCCESS;
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_TYPE,
                      "datatype is a named one and has no contents");
}

#pragma weak MPI_Type_get_contents = PMPI_Type_get_contents
int PMPI_Type_get_contents(MPI_Datatype datatype, int max_integers, int max_addresses,
                           int max_datatypes, int array_of_integers[],
                           MPI_Aint array_of_addresses[], MPI_Datatype array_of_datatypes[])
{
    const struct mpii_type_contents *contents;
    int rc = contents_of(__func__, datatype, &contents);

    if (rc == MPI_SUCCESS)
        rc = derived_check(__func__, contents);
    if (rc == MPI_SUCCESS)
        rc = small_check(__func__, contents);
    if (rc == MPI_SUCCESS)
        rc = room_check(__func__, "max_integers", max_integers, contents->integers,
                        array_of_integers, "array_of_integers");
    if (rc == MPI_SUCCESS)
        rc = room_check(__func__, "max_addresses", max_addresses, contents->addresses,
                        array_of_addresses, "array_of_addresses");
    if (rc == MPI_SUCCESS)
        rc = room_check(__func__, "max_datatypes", max_datatypes, contents->types,
                        array_of_datatypes, "array_of_datatypes");
    if (rc == MPI_SUCCESS)
        contents_copy(contents, array_of_integers, array_of_addresses, array_of_datatypes);
    return rc;
}

#pragma weak MPI_Type_get_contents_c = PMPI_Type_get_contents_c
int PMPI_Type_get_contents_c(MPI_Datatype datatype, MPI_Count max_integers, MPI_Count max_addresses,
                             MPI_Count max_large_counts, MPI_Count max_datatypes,
                             int array_of_integers[], MPI_Aint array_of_addresses[],
                             MPI_Count array_of_large_counts[], MPI_Datatype array_of_datatypes[])
{
    const struct mpii_type_contents *contents;
    int rc = contents_of(__func__, datatype, &contents);

    if (rc == MPI_SUCCESS)
        rc = derived_check(__func__, contents);
    if (rc == MPI_SUCCESS)
        rc = room_check(__func__, "max_integers", max_integers, contents->integers,
                        array_of_integers, "array_of_integers");
    if (rc == MPI_SUCCESS)
        rc = room_check(__func__, "max_addresses", max_addresses, contents->addresses,
                        array_of_addresses, "array_of_addresses");
    if (rc == MPI_SUCCESS)
        rc = room_check(__func__, "max_large_counts", max_large_counts, contents->counts,
                        array_of_large_counts, "array_of_large_counts");
    if (rc == MPI_SUCCESS)
        rc = room_check(__func__, "max_datatypes", max_datatypes, contents->types,
                        array_of_datatypes, "array_of_datatypes");
    if (rc != MPI_SUCCESS)
        return rc;
    contents_copy(contents, array_of_integers, array_of_addresses, array_of_datatypes);
    for (MPI_Count i = 0; i < contents->counts; i++)
        array_of_large_counts[i] = contents->count[i];
    return MPI_SUCCESS;
}
