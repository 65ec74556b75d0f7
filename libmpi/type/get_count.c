// SPDX-License-Identifier: BSD-2-Clause
// get_count.c: what a status says of the data received (MPI 4.1, 3.2.5, 5.1.11 and 13.3).
#include "libmpi/status.h"
#include "libmpi/type/count.h"
#include <limits.h>

typedef MPI_Count count_function(const struct mpii_type *type, MPI_Count bytes);

static int status_count(const char *function, const MPI_Status *status, MPI_Datatype datatype,
                        count_function *counts, const void *result, MPI_Count *count)
{
    struct mpii_type *type;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, status, "status");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(function, MPI_COMM_NULL, datatype, "datatype", &type);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, result, "count");
    if (rc == MPI_SUCCESS)
        *count = counts(type, mpii_status_bytes_get(status));
    return rc;
}

static int status_count_int(const char *function, const MPI_Status *status, MPI_Datatype datatype,
                            count_function *counts, int *result)
{
    MPI_Count count;
    int rc = status_count(function, status, datatype, counts, result, &count);

    if (rc == MPI_SUCCESS)
        *result = count > INT_MAX ? MPI_UNDEFINED : (int)count;
    return rc;
}

#pragma weak MPI_Get_count = PMPI_Get_count
int PMPI_Get_count(const MPI_Status *status, MPI_Datatype datatype, int *count)
{
    return status_count_int(__func__, status, datatype, mpii_type_count, count);
}

#pragma weak MPI_Get_count_c = PMPI_Get_count_c
int PMPI_Get_count_c(const MPI_Status *status, MPI_Datatype datatype, MPI_Count *count)
{
    return status_count(__func__, status, datatype, mpii_type_count, count, count);
}

#pragma weak MPI_Get_elements = PMPI_Get_elements
int PMPI_Get_elements(const MPI_Status *status, MPI_Datatype datatype, int *count)
{
    return status_count_int(__func__, status, datatype, mpii_type_elements, count);
}

#pragma weak MPI_Get_elements_c = PMPI_Get_elements_c
int PMPI_Get_elements_c(const MPI_Status *status, MPI_Datatype datatype, MPI_Count *count)
{
    return status_count(__func__, status, datatype, mpii_type_elements, count, count);
}

#pragma weak MPI_Get_elements_x = PMPI_Get_elements_x
int PMPI_Get_elements_x(const MPI_Status *status, MPI_Datatype datatype, MPI_Count *count)
{
    return status_count(__func__, status, datatype, mpii_type_elements, count, count);
}

static int elements_set(const char *function, MPI_Status *status, MPI_Datatype datatype,
                        MPI_Count count)
{
    struct mpii_type *type;
    MPI_Count bytes;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, status, "status");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_type(function, MPI_COMM_NULL, datatype, "datatype", &type);
    if (rc == MPI_SUCCESS && count < 0)
        rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_COUNT, "count is %lld", (long long)count);
    if (rc != MPI_SUCCESS)
        return rc;
    bytes = mpii_type_elements_bytes(type, count);
    if (bytes < 0)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_COUNT,
                          "datatype cannot have %lld basic elements", (long long)count);
    mpii_status_bytes_set(status, bytes);
    return MPI_SUCCESS;
}

#pragma weak MPI_Status_set_elements = PMPI_Status_set_elements
int PMPI_Status_set_elements(MPI_Status *status, MPI_Datatype datatype, int count)
{
    return elements_set(__func__, status, datatype, count);
}

#pragma weak MPI_Status_set_elements_c = PMPI_Status_set_elements_c
int PMPI_Status_set_elements_c(MPI_Status *status, MPI_Datatype datatype, MPI_Count count)
{
    return elements_set(__func__, status, datatype, count);
}

#pragma weak MPI_Status_set_elements_x = PMPI_Status_set_elements_x
int PMPI_Status_set_elements_x(MPI_Status *status, MPI_Datatype datatype, MPI_Count count)
{
    return elements_set(__func__, status, datatype, count);
}
