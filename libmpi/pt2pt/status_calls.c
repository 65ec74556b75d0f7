// SPDX-License-Identifier: BSD-2-Clause
// status_calls.c: reading and setting a status by calls (MPI 4.1, 3.2.5, 3.8.4 and 13.3).
#include "libmpi/mpii.h"
#include "libmpi/status.h"

static int check(const char *function, const MPI_Status *status)
{
    if (status == MPI_STATUS_IGNORE)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "status is MPI_STATUS_IGNORE");
    return MPI_SUCCESS;
}

static int get(const char *function, const MPI_Status *status, int *result, const char *name,
               size_t field)
{
    int rc = check(function, status);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, result, name);
    if (rc == MPI_SUCCESS)
        memcpy(result, (const char *)status + field, sizeof *result);
    return rc;
}

#pragma weak MPI_Status_get_source = PMPI_Status_get_source
int PMPI_Status_get_source(const MPI_Status *status, int *source)
{
    return get(__func__, status, source, "source", offsetof(MPI_Status, MPI_SOURCE));
}

#pragma weak MPI_Status_get_tag = PMPI_Status_get_tag
int PMPI_Status_get_tag(const MPI_Status *status, int *tag)
{
    return get(__func__, status, tag, "tag", offsetof(MPI_Status, MPI_TAG));
}

#pragma weak MPI_Status_get_error = PMPI_Status_get_error
int PMPI_Status_get_error(const MPI_Status *status, int *error)
{
    return get(__func__, status, error, "error", offsetof(MPI_Status, MPI_ERROR));
}

#pragma weak MPI_Status_set_source = PMPI_Status_set_source
int PMPI_Status_set_source(MPI_Status *status, int source)
{
    int rc = check(__func__, status);

    if (rc == MPI_SUCCESS)
        status->MPI_SOURCE = source;
    return rc;
}

#pragma weak MPI_Status_set_tag = PMPI_Status_set_tag
int PMPI_Status_set_tag(MPI_Status *status, int tag)
{
    int rc = check(__func__, status);

    if (rc == MPI_SUCCESS)
        status->MPI_TAG = tag;
    return rc;
}

#pragma weak MPI_Status_set_error = PMPI_Status_set_error
int PMPI_Status_set_error(MPI_Status *status, int error)
{
    int rc = check(__func__, status);

    if (rc == MPI_SUCCESS)
        status->MPI_ERROR = error;
    return rc;
}

#pragma weak MPI_Status_set_cancelled = PMPI_Status_set_cancelled
int PMPI_Status_set_cancelled(MPI_Status *status, int flag)
{
    int rc = check(__func__, status);

    if (rc == MPI_SUCCESS)
        mpii_status_cancelled_set(status, flag != 0);
    return rc;
}

#pragma weak MPI_Test_cancelled = PMPI_Test_cancelled
int PMPI_Test_cancelled(const MPI_Status *status, int *flag)
{
    int rc = check(__func__, status);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc == MPI_SUCCESS)
        *flag = mpii_status_cancelled_get(status);
    return rc;
}
