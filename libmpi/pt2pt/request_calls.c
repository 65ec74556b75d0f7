// SPDX-License-Identifier: BSD-2-Clause
// request_calls.c: MPI_Request_free (MPI 4.1, 3.7.3) and MPI_Cancel (3.8.4).
#include "libmpi/pt2pt/check.h"

#pragma weak MPI_Request_free = PMPI_Request_free
int PMPI_Request_free(MPI_Request *request)
{
    struct mpii_request *freed;
    int rc = mpii_check_result(__func__, request, "request");

    if (rc == MPI_SUCCESS)
        rc = mpii_check_request(__func__, *request, &freed);
    if (rc != MPI_SUCCESS)
        return rc;
    *request = MPI_REQUEST_NULL;
    if (freed->active && !mpii_request_done(freed))
        mpii_request_abandon(freed);
    else
        mpii_request_delete(freed);
    return MPI_SUCCESS;
}

#pragma weak MPI_Cancel = PMPI_Cancel
int PMPI_Cancel(MPI_Request *request)
{
    struct mpii_request *cancel;
    int rc = mpii_check_result(__func__, request, "request");

    if (rc == MPI_SUCCESS)
        rc = mpii_check_request(__func__, *request, &cancel);
    if (rc != MPI_SUCCESS)
        return rc;
    if (!cancel->active)
        return mpii_error(__func__, mpii_request_comm(cancel), MPI_ERR_REQUEST,
                          "the request is not active");
    if (cancel->class)
        return cancel->class->cancel ? cancel->class->cancel(cancel) : MPI_SUCCESS;
    if (cancel->kind == MPII_SEND) {
        mpii_send_cancel(cancel);
    } else if (cancel->kind == MPII_RECEIVE && mpii_receive_cancel(cancel)) {
        cancel->cancelled = true;
        mpii_request_complete(cancel);
    }
    return MPI_SUCCESS;
}
