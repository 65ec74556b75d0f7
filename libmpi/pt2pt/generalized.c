// SPDX-License-Identifier: BSD-2-Clause
// generalized.c: requests whose operation is the user's (MPI 4.1, 13.2).
#include "libmpi/pt2pt/check.h"
#include <stdlib.h>

struct generalized {
    MPI_Grequest_query_function *query;
    MPI_Grequest_free_function *free;
    MPI_Grequest_cancel_function *cancel;
    void *state; // the user's
};

static int generalized_finish(struct mpii_request *request, MPI_Status *status)
{
    const struct generalized *generalized = request->extra;
    MPI_Status own;

    if (status == MPI_STATUS_IGNORE)
        status = &own;
    mpii_status_set_empty(status, MPI_ANY_SOURCE); // for what the function leaves out
    return generalized->query ? generalized->query(generalized->state, status) : MPI_SUCCESS;
}

static void generalized_release(struct mpii_request *request)
{
    struct generalized *generalized = request->extra;
    int error = generalized->free ? generalized->free(generalized->state) : MPI_SUCCESS;

    if (error != MPI_SUCCESS)
        request->error = error;
    free(generalized);
}

static int generalized_cancel(struct mpii_request *request)
{
    const struct generalized *generalized = request->extra;
    int error = generalized->cancel
                    ? generalized->cancel(generalized->state, mpii_request_done(request))
                    : MPI_SUCCESS;

    return mpii_request_report("MPI_Cancel", MPI_COMM_NULL, error, request);
}

static const struct mpii_request_class generalized_class = {
    .finish = generalized_finish, .release = generalized_release, .cancel = generalized_cancel};

#pragma weak MPI_Grequest_start = PMPI_Grequest_start
int PMPI_Grequest_start(MPI_Grequest_query_function *query_fn, MPI_Grequest_free_function *free_fn,
                        MPI_Grequest_cancel_function *cancel_fn, void *extra_state,
                        MPI_Request *request)
{
    struct generalized *generalized;
    struct mpii_request *made;
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, request, "request");
    if (rc != MPI_SUCCESS)
        return rc;
    generalized = malloc(sizeof *generalized);
    made = generalized ? mpii_request_new(MPII_GENERALIZED) : NULL;
    if (!made) {
        free(generalized);
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for a request");
    }
    *generalized = (struct generalized){query_fn, free_fn, cancel_fn, extra_state};
    made->class = &generalized_class;
    made->extra = generalized;
    *request = (MPI_Request)made;
    return MPI_SUCCESS;
}

#pragma weak MPI_Grequest_complete = PMPI_Grequest_complete
int PMPI_Grequest_complete(MPI_Request request)
{
    struct mpii_request *of;
    int rc = mpii_check_request(__func__, request, &of);

    if (rc != MPI_SUCCESS)
        return rc;
    if (of->kind != MPII_GENERALIZED)
        return mpii_error(__func__, mpii_request_comm(of), MPI_ERR_REQUEST,
                          "the request is not a generalized one");
    mpii_request_complete(of);
    if (of->freed)
        mpii_requests_reap();
    return MPI_SUCCESS;
}
