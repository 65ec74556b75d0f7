// SPDX-License-Identifier: BSD-2-Clause
// make_check.c: what constructors check of their arguments.
#include "libmpi/type/make.h"

int mpii_check_count(const char *function, MPI_Count count, const char *name)
{
    if (count >= 0)
        return MPI_SUCCESS;
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_COUNT, "%s is %lld", name, (long long)count);
}

int mpii_check_array(const char *function, struct mpii_numbers array, MPI_Count count,
                     const char *name)
{
    return count == 0 ? MPI_SUCCESS : mpii_check_result(function, array.array, name);
}

int mpii_check_lengths(const char *function, struct mpii_numbers lengths, MPI_Count count)
{
    int rc = mpii_check_array(function, lengths, count, "array_of_blocklengths");

    for (MPI_Count i = 0; i < count && rc == MPI_SUCCESS; i++)
        if (mpii_number(lengths, i) < 0)
            rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG,
                            "array_of_blocklengths[%lld] is %lld", (long long)i,
                            (long long)mpii_number(lengths, i));
    return rc;
}

int mpii_check_making(const char *function, const MPI_Datatype *newtype, MPI_Datatype oldtype,
                      struct mpii_type **old)
{
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(function, MPI_COMM_NULL, oldtype, "oldtype", old);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, newtype, "newtype");
    return rc;
}
