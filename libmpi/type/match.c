// SPDX-License-Identifier: BSD-2-Clause
// match.c: predefined datatypes found by what they hold (MPI 4.1, 19.1.9 and 6.9.4).
#include "libmpi/type.h"

struct match {
    int typeclass, size;
    MPI_Datatype type;
};

static const struct match matches[] = {
    {MPI_TYPECLASS_REAL, 2, MPI_REAL2},         {MPI_TYPECLASS_REAL, 4, MPI_REAL4},
    {MPI_TYPECLASS_REAL, 8, MPI_REAL8},         {MPI_TYPECLASS_REAL, 16, MPI_REAL16},
    {MPI_TYPECLASS_INTEGER, 1, MPI_INTEGER1},   {MPI_TYPECLASS_INTEGER, 2, MPI_INTEGER2},
    {MPI_TYPECLASS_INTEGER, 4, MPI_INTEGER4},   {MPI_TYPECLASS_INTEGER, 8, MPI_INTEGER8},
    {MPI_TYPECLASS_INTEGER, 16, MPI_INTEGER16}, {MPI_TYPECLASS_COMPLEX, 4, MPI_COMPLEX4},
    {MPI_TYPECLASS_COMPLEX, 8, MPI_COMPLEX8},   {MPI_TYPECLASS_COMPLEX, 16, MPI_COMPLEX16},
    {MPI_TYPECLASS_COMPLEX, 32, MPI_COMPLEX32}, {MPIX_TYPECLASS_LOGICAL, 1, MPI_LOGICAL1},
    {MPIX_TYPECLASS_LOGICAL, 2, MPI_LOGICAL2},  {MPIX_TYPECLASS_LOGICAL, 4, MPI_LOGICAL4},
    {MPIX_TYPECLASS_LOGICAL, 8, MPI_LOGICAL8},  {MPIX_TYPECLASS_LOGICAL, 16, MPI_LOGICAL16},
};

#pragma weak MPI_Type_match_size = PMPI_Type_match_size
int PMPI_Type_match_size(int typeclass, int size, MPI_Datatype *datatype)
{
    bool has_class = false;
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, datatype, "datatype");
    if (rc != MPI_SUCCESS)
        return rc;
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
        if (matches[i].typeclass != typeclass)
            continue;
        has_class = true;
        if (matches[i].size == size) {
            *datatype = matches[i].type;
            return MPI_SUCCESS;
        }
    }
    if (has_class)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG,
                          "size is %d: no type of that class is that long", size);
    return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG,
                      "typeclass is %d, not one of the MPI_TYPECLASS_ constants", typeclass);
}

struct pair {
    MPI_Datatype value, index, type;
};

static const struct pair pairs[] = {
    {MPI_FLOAT, MPI_INT, MPI_FLOAT_INT},
    {MPI_DOUBLE, MPI_INT, MPI_DOUBLE_INT},
    {MPI_LONG, MPI_INT, MPI_LONG_INT},
    {MPI_INT, MPI_INT, MPI_2INT},
    {MPI_SHORT, MPI_INT, MPI_SHORT_INT},
    {MPI_LONG_DOUBLE, MPI_INT, MPI_LONG_DOUBLE_INT},
    {MPI_REAL, MPI_REAL, MPI_2REAL},
    {MPI_DOUBLE_PRECISION, MPI_DOUBLE_PRECISION, MPI_2DOUBLE_PRECISION},
    {MPI_INTEGER, MPI_INTEGER, MPI_2INTEGER},
};

// Pairs without a name are not supported: for those the answer is MPI_DATATYPE_NULL.
#pragma weak MPI_Type_get_value_index = PMPI_Type_get_value_index
int PMPI_Type_get_value_index(MPI_Datatype value_type, MPI_Datatype index_type,
                              MPI_Datatype *pair_type)
{
    struct mpii_type *type;
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(__func__, MPI_COMM_NULL, value_type, "value_type", &type);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(__func__, MPI_COMM_NULL, index_type, "index_type", &type);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, pair_type, "pair_type");
    if (rc != MPI_SUCCESS)
        return rc;
    *pair_type = MPI_DATATYPE_NULL;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].value == value_type && pairs[i].index == index_type)
            *pair_type = pairs[i].type;
    return MPI_SUCCESS;
}
