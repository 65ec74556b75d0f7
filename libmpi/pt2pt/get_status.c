// SPDX-License-Identifier: BSD-2-Clause
// get_status.c: MPI_Request_get_status and its kin for several requests (MPI 4.1, 3.7.6): as the
// tests, but the requests stay as they are.
#include "libmpi/pt2pt/check.h"

// The status of a null or inactive request is empty, and its operation complete.
static bool look(MPI_Request handle, MPI_Status *status, int *error)
{
    *error = MPI_SUCCESS;
    if (!mpii_request_live(handle)) {
        if (status != MPI_STATUS_IGNORE) {
            mpii_status_set_empty(status, MPI_ANY_SOURCE);
            status->MPI_ERROR = MPI_SUCCESS; // an empty status has that, too (3.7.3)
        }
        return true;
    }
    if (!mpii_request_poll((struct mpii_request *)handle))
        return false;
    *error = mpii_request_status((struct mpii_request *)handle, status);
    return true;
}

static MPI_Status *status_at(MPI_Status statuses[], int i)
{
    return statuses == MPI_STATUSES_IGNORE ? MPI_STATUS_IGNORE : &statuses[i];
}

static bool done(MPI_Request handle)
{
    return !mpii_request_live(handle) || mpii_request_poll((struct mpii_request *)handle);
}

#pragma weak MPI_Request_get_status = PMPI_Request_get_status
int PMPI_Request_get_status(MPI_Request request, int *flag, MPI_Status *status)
{
    int error, rc = mpii_check_requests(__func__, 1, &request);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    if (!done(request))
        mpii_test_turn();
    *flag = look(request, status, &error);
    if (!*flag || error == MPI_SUCCESS)
        return MPI_SUCCESS;
    return mpii_request_report(__func__, mpii_request_comm((struct mpii_request *)request), error,
                               (struct mpii_request *)request);
}

static bool all_done(int count, const MPI_Request list[])
{
    for (int i = 0; i < count; i++)
        if (!done(list[i]))
            return false;
    return true;
}

#pragma weak MPI_Request_get_status_all = PMPI_Request_get_status_all
int PMPI_Request_get_status_all(int count, const MPI_Request array_of_requests[], int *flag,
                                MPI_Status *array_of_statuses)
{
    MPI_Comm comm = MPI_COMM_NULL;
    bool failed = false;
    int rc = mpii_check_requests(__func__, count, array_of_requests);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    if (!all_done(count, array_of_requests))
        mpii_test_turn();
    *flag = all_done(count, array_of_requests);
    for (int i = 0; *flag && i < count; i++) {
        MPI_Status *status = status_at(array_of_statuses, i);
        int error;

        (void)look(array_of_requests[i], status, &error);
        if (status != MPI_STATUS_IGNORE)
            status->MPI_ERROR = error;
        if (error != MPI_SUCCESS)
            comm = mpii_request_comm((struct mpii_request *)array_of_requests[i]);
        failed |= error != MPI_SUCCESS;
    }
    return failed ? mpii_error(__func__, comm, MPI_ERR_IN_STATUS,
                               "one of the requests has failed; its status says why")
                  : MPI_SUCCESS;
}

// Index of a live request that is done; -1: none is; MPI_UNDEFINED: none is live.
static int find_done(int count, const MPI_Request list[])
{
    int found = MPI_UNDEFINED;

    for (int i = 0; i < count; i++) {
        if (!mpii_request_live(list[i]))
            continue;
        if (done(list[i]))
            return i;
        found = -1;
    }
    return found;
}

static int find_done_or_turn(int count, const MPI_Request list[])
{
    int at = find_done(count, list);

    if (at != -1)
        return at;
    mpii_test_turn();
    return find_done(count, list);
}

#pragma weak MPI_Request_get_status_any = PMPI_Request_get_status_any
int PMPI_Request_get_status_any(int count, const MPI_Request array_of_requests[], int *indx,
                                int *flag, MPI_Status *status)
{
    int at, error, rc = mpii_check_requests(__func__, count, array_of_requests);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, indx, "index");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    at = find_done_or_turn(count, array_of_requests);
    *flag = at != -1;
    *indx = at >= 0 ? at : MPI_UNDEFINED;
    if (!*flag)
        return MPI_SUCCESS;
    if (at < 0) {
        (void)look(MPI_REQUEST_NULL, status, &error);
        return MPI_SUCCESS;
    }
    (void)look(array_of_requests[at], status, &error);
    return mpii_request_report(__func__,
                               mpii_request_comm((struct mpii_request *)array_of_requests[at]),
                               error, (struct mpii_request *)array_of_requests[at]);
}

#pragma weak MPI_Request_get_status_some = PMPI_Request_get_status_some
int PMPI_Request_get_status_some(int incount, const MPI_Request array_of_requests[], int *outcount,
                                 int array_of_indices[], MPI_Status *array_of_statuses)
{
    MPI_Comm comm = MPI_COMM_NULL;
    int failed = MPI_SUCCESS, n = 0;
    int rc = mpii_check_requests(__func__, incount, array_of_requests);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, outcount, "outcount");
    if (rc == MPI_SUCCESS && incount)
        rc = mpii_check_result(__func__, array_of_indices, "array_of_indices");
    if (rc != MPI_SUCCESS)
        return rc;
    if (find_done_or_turn(incount, array_of_requests) == MPI_UNDEFINED) {
        *outcount = MPI_UNDEFINED;
        return MPI_SUCCESS;
    }
    for (int i = 0; i < incount; i++) {
        MPI_Status *status = status_at(array_of_statuses, n);
        int error;

        if (!mpii_request_live(array_of_requests[i]) || !look(array_of_requests[i], status, &error))
            continue;
        if (status != MPI_STATUS_IGNORE)
            status->MPI_ERROR = error;
        if (error != MPI_SUCCESS) {
            failed = MPI_ERR_IN_STATUS;
            comm = mpii_request_comm((struct mpii_request *)array_of_requests[i]);
        }
        array_of_indices[n++] = i;
    }
    *outcount = n;
    return failed == MPI_SUCCESS
               ? failed
               : mpii_error(__func__, comm, failed,
                            "one of the requests has failed; its status says why");
}
