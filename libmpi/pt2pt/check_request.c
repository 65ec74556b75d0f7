// SPDX-License-Identifier: BSD-2-Clause
// check_request.c: handles of requests, and what they report (see check.h).
#include "libmpi/object/error.h"
#include "libmpi/pt2pt/check.h"
#include <stdio.h>

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

// What was wrong, in words.
static void problem(int error, const struct mpii_request *request, char *text, size_t bytes)
{
    if (error == MPI_ERR_TRUNCATE && request && request->kind == MPII_RECEIVE)
        snprintf(text, bytes,
                 "the message from rank %d with tag %d is longer than the buffer of %lld bytes",
                 request->matched_source, request->matched_tag, (long long)request->bytes);
    else
        snprintf(text, bytes, "it has failed");
}

int mpii_request_report(const char *function, MPI_Comm comm, int error,
                        const struct mpii_request *request)
{
    char text[128];

    if (error == MPI_SUCCESS)
        return error;
    problem(error, request, text, sizeof text);
    return mpii_error(function, comm, error, "request: %s", text);
}

int mpii_requests_report(const char *function, MPI_Comm comm, int at, int error,
                         const struct mpii_request *request)
{
    char text[128], class[MPI_MAX_ERROR_STRING];

    problem(error, request, text, sizeof text);
    mpii_error_name(error, class, sizeof class);
    return mpii_error(function, comm, MPI_ERR_IN_STATUS, "request %d of the array: %s (%s)", at,
                      text, class);
}
