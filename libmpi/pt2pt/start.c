// SPDX-License-Identifier: BSD-2-Clause
// start.c: MPI_Start and MPI_Startall (MPI 4.1, 3.9), for persistent requests of every kind.
#include "libmpi/pt2pt/check.h"

static int check_start(const char *function, MPI_Request handle)
{
    struct mpii_request *request;
    int rc = mpii_check_request(function, handle, &request);

    if (rc != MPI_SUCCESS)
        return rc;
    if (!request->persistent)
        return mpii_error(function, mpii_request_comm(request), MPI_ERR_REQUEST,
                          "the request is not persistent");
    if (request->active)
        return mpii_error(function, mpii_request_comm(request), MPI_ERR_REQUEST,
                          "the request is active already");
    return MPI_SUCCESS;
}

static int start(struct mpii_request *request)
{
    request->active = true;
    request->cancelled = false;
    request->error = MPI_SUCCESS;
    atomic_store_explicit(&request->done, 0, memory_order_relaxed); // nobody else knows it now
    if (request->class && request->class->start)
        return request->class->start(request);
    if (request->kind == MPII_SEND)
        mpii_request_start_send(request);
    else
        mpii_request_start_receive(request);
    return MPI_SUCCESS;
}

#pragma weak MPI_Start = PMPI_Start
int PMPI_Start(MPI_Request *request)
{
    int rc = mpii_check_result(__func__, request, "request");

    if (rc == MPI_SUCCESS)
        rc = check_start(__func__, *request);
    return rc == MPI_SUCCESS ? start((struct mpii_request *)*request) : rc;
}

#pragma weak MPI_Startall = PMPI_Startall
int PMPI_Startall(int count, MPI_Request array_of_requests[])
{
    int rc = mpii_check_requests(__func__, count, array_of_requests);

    for (int i = 0; i < count && rc == MPI_SUCCESS; i++)
        rc = check_start(__func__, array_of_requests[i]);
    for (int i = 0; i < count && rc == MPI_SUCCESS; i++)
        rc = start((struct mpii_request *)array_of_requests[i]);
    return rc;
}
