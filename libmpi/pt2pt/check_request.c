// SPDX-License-Identifier: BSD-2-Clause
// check_request.c: handles of requests, and what they report (see check.h).
#include "libmpi/pt2pt/check.h"

int mpii_check_requests(const char *function, int count, const MPI_Request list[])
{
    int rc = mpii_check_running(function);

    if (rc != MPI_SUCCESS)
        return rc;
    if (count < 0)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_COUNT, "count is %d, less than 0", count);
    if (count && !list)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_REQUEST, "array_of_requests is NULL");
    for (int i = 0; i < count; i++)
        if (list[i] != MPI_REQUEST_NULL && !mpii_request(list[i]))
            return mpii_error(function, MPI_COMM_NULL, MPI_ERR_REQUEST,
                              "request %d is not a request, or was freed", i);
    return MPI_SUCCESS;
}

int mpii_check_request(const char *function, MPI_Request handle, struct mpii_request **request)
{
    int rc = mpii_check_running(function);

    if (rc != MPI_SUCCESS)
        return rc;
    *request = mpii_request(handle);
    if (*request)
        return MPI_SUCCESS;
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_REQUEST,
                      handle == MPI_REQUEST_NULL ? "request is MPI_REQUEST_NULL"
                                                 : "request is not a request, or was freed");
}

int mpii_request_report(const char *function, MPI_Comm comm, int error, const MPI_Status *status)
{
    if (error == MPI_SUCCESS)
        return error;
    if (error == MPI_ERR_TRUNCATE && status != MPI_STATUS_IGNORE)
        return mpii_error(function, comm, error,
                          "the message from rank %d with tag %d is longer than the buffer",
                          status->MPI_SOURCE, status->MPI_TAG);
    return mpii_error(function, comm, error, "a request has failed");
}
