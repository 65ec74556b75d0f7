// SPDX-License-Identifier: BSD-2-Clause
// wait.c: completing one request or several (MPI 4.1, 3.7.3 and 3.7.5).
//
// MPI_REQUEST_NULL and inactive persistent requests count as complete with an empty status, and in the calls
// for any or some of several as not there at all.
#include "libmpi/pt2pt/check.h"
#include <stdlib.h>

static struct mpii_request *of(MPI_Request handle)
{
    return (struct mpii_request *)handle;
}

static void status_empty(MPI_Status *status)
{
    if (status == MPI_STATUS_IGNORE)
        return;
    mpii_status_set_empty(status, MPI_ANY_SOURCE);
    status->MPI_ERROR = MPI_SUCCESS; // an empty status has that, too (3.7.3)
}

static MPI_Status *status_at(MPI_Status statuses[], int i)
{
    return statuses == MPI_STATUSES_IGNORE ? MPI_STATUS_IGNORE : &statuses[i];
}

// Finishes a request that is done and clears the user's handle unless it is persistent.
static int finish(MPI_Request *handle, MPI_Status *status)
{
    struct mpii_request *request = of(*handle);
    bool persistent = request->persistent;
    int error = mpii_request_finish(request, status);

    if (!persistent)
        *handle = MPI_REQUEST_NULL;
    return error;
}

static int finish_one(const char *function, MPI_Request *handle, MPI_Status *status)
{
    const struct mpii_request *request = of(*handle);
    MPI_Comm comm = mpii_request_comm(request);

    return mpii_request_report(function, comm, finish(handle, status), request);
}

#pragma weak MPI_Wait = PMPI_Wait
int PMPI_Wait(MPI_Request *request, MPI_Status *status)
{
    uint64_t begin = mpii_trace_begin(false);
    uint32_t turns = 0;
    int rc = mpii_check_requests(__func__, 1, request);

    if (rc == MPI_SUCCESS && mpii_request_live(*request)) {
        while (!mpii_request_poll(of(*request)))
            mpii_wait_turn((struct mpii_request **)request, 1, &turns);
        rc = finish_one(__func__, request, status);
    } else if (rc == MPI_SUCCESS) {
        status_empty(status);
    }
    mpii_trace_end(begin, __func__);
    return rc;
}

#pragma weak MPI_Test = PMPI_Test
int PMPI_Test(MPI_Request *request, int *flag, MPI_Status *status)
{
    int rc = mpii_check_requests(__func__, 1, request);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    *flag = 1;
    if (!mpii_request_live(*request)) {
        status_empty(status);
        return MPI_SUCCESS;
    }
    if (!mpii_request_poll(of(*request)))
        mpii_test_turn();
    *flag = mpii_request_poll(of(*request));
    return *flag ? finish_one(__func__, request, status) : MPI_SUCCESS;
}

static bool all_done(int count, MPI_Request list[])
{
    for (int i = 0; i < count; i++)
        if (mpii_request_live(list[i]) && !mpii_request_poll(of(list[i])))
            return false;
    return true;
}

// Finishes what most requests are: plain, and without an error. False: nothing has been done.
static inline bool finish_plain(MPI_Request *handle, MPI_Status *status)
{
    struct mpii_request *request = of(*handle);

    if (request->class || request->persistent || request->error != MPI_SUCCESS)
        return false;
    if (status != MPI_STATUS_IGNORE)
        (void)mpii_request_status(request, status);
    if (request != &mpii_sent)
        mpii_request_recycle(request);
    *handle = MPI_REQUEST_NULL;
    return true;
}

// The last of several requests that has failed.
struct failed {
    int at, error;
    MPI_Comm comm;
    const struct mpii_request *request; // NULL: none
};

static int finish_handle(MPI_Request *handle, MPI_Status *status, int at, struct failed *failed)
{
    const struct mpii_request *request = of(*handle);
    MPI_Comm comm = mpii_request_comm(request);
    MPI_Status own;
    int error = finish(handle, status == MPI_STATUS_IGNORE ? &own : status);

    if (error != MPI_SUCCESS)
        *failed = (struct failed){at, error, comm, request};
    return error;
}

static int failed_report(const char *function, const struct failed *failed)
{
    if (!failed->request)
        return MPI_SUCCESS;
    return mpii_requests_report(function, failed->comm, failed->at, failed->error, failed->request);
}

static int finish_of_several(MPI_Request *handle, MPI_Status *status, int at, struct failed *failed)
{

    if (!mpii_request_live(*handle)) {
        status_empty(status);
        return MPI_SUCCESS;
    }
    if (finish_plain(handle, status))
        return MPI_SUCCESS;
    return finish_handle(handle, status, at, failed);
}

// Finishes all; the errors of single requests go into the statuses (3.7.5).
static int finish_all(const char *function, int count, MPI_Request list[], MPI_Status statuses[])
{
    struct failed failed = {.request = NULL};

    for (int i = 0; i < count; i++) {
        MPI_Status *status = status_at(statuses, i);
        bool all_well = !failed.request;
        int error = finish_of_several(&list[i], status, i, &failed);

        if (error != MPI_SUCCESS && all_well)
            for (int before = 0; before < i && statuses != MPI_STATUSES_IGNORE; before++)
                statuses[before].MPI_ERROR = MPI_SUCCESS;
        if (failed.request && statuses != MPI_STATUSES_IGNORE)
            status->MPI_ERROR = error;
    }
    return failed_report(function, &failed);
}

#pragma weak MPI_Waitall = PMPI_Waitall
int PMPI_Waitall(int count, MPI_Request array_of_requests[], MPI_Status *array_of_statuses)
{
    uint64_t begin = mpii_trace_begin(false);
    uint32_t turns = 0;
    int rc = mpii_check_requests(__func__, count, array_of_requests);

    if (rc == MPI_SUCCESS) {
        for (int i = 0; i < count; i++) // one after the other: all must end anyway
            while (mpii_request_live(array_of_requests[i]) &&
                   !mpii_request_poll(of(array_of_requests[i])))
                mpii_wait_turn((struct mpii_request **)&array_of_requests[i], 1, &turns);
        rc = finish_all(__func__, count, array_of_requests, array_of_statuses);
    }
    mpii_trace_end(begin, __func__);
    return rc;
}

#pragma weak MPI_Testall = PMPI_Testall
int PMPI_Testall(int count, MPI_Request array_of_requests[], int *flag, MPI_Status *array_of_statuses)
{
    int rc = mpii_check_requests(__func__, count, array_of_requests);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    if (!all_done(count, array_of_requests))
        mpii_test_turn();
    *flag = all_done(count, array_of_requests);
    return *flag ? finish_all(__func__, count, array_of_requests, array_of_statuses) : MPI_SUCCESS;
}

// Index of a live request that is done; -1: none is; MPI_UNDEFINED: none is live.
static int find_done(int count, MPI_Request list[])
{
    int found = MPI_UNDEFINED;

    for (int i = 0; i < count; i++) {
        if (!mpii_request_live(list[i]))
            continue;
        if (mpii_request_poll(of(list[i])))
            return i;
        found = -1;
    }
    return found;
}

// A list for mpii_wait_turn: null handles become NULL. For up to 64 requests in `few`.
static struct mpii_request **waitable(int count, MPI_Request list[], struct mpii_request *few[64])
{
    struct mpii_request **all = count <= 64 ? few : malloc((size_t)count * sizeof(void *));

    for (int i = 0; all && i < count; i++)
        all[i] = mpii_request_live(list[i]) ? of(list[i]) : NULL;
    return all;
}

// Waits until one is done; its index, or MPI_UNDEFINED.
static int wait_any(const char *function, int count, MPI_Request list[])
{
    uint64_t begin = mpii_trace_begin(false);
    struct mpii_request *few[64], **all = waitable(count, list, few);
    uint32_t turns = 0;
    int at;

    while ((at = find_done(count, list)) == -1) {
        if (all)
            mpii_wait_turn(all, (size_t)count, &turns);
        else
            mpii_test_turn();
    }
    if (all != few)
        free(all);
    mpii_trace_end(begin, function);
    return at;
}

#pragma weak MPI_Waitany = PMPI_Waitany
int PMPI_Waitany(int count, MPI_Request array_of_requests[], int *indx, MPI_Status *status)
{
    int rc = mpii_check_requests(__func__, count, array_of_requests);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, indx, "index");
    if (rc != MPI_SUCCESS)
        return rc;
    *indx = wait_any(__func__, count, array_of_requests);
    if (*indx == MPI_UNDEFINED) {
        status_empty(status);
        return MPI_SUCCESS;
    }
    return finish_one(__func__, &array_of_requests[*indx], status);
}

#pragma weak MPI_Testany = PMPI_Testany
int PMPI_Testany(int count, MPI_Request array_of_requests[], int *indx, int *flag, MPI_Status *status)
{
    int rc = mpii_check_requests(__func__, count, array_of_requests);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, indx, "index");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    *indx = find_done(count, array_of_requests);
    if (*indx == -1) {
        mpii_test_turn();
        *indx = find_done(count, array_of_requests);
    }
    *flag = *indx != -1;
    if (*indx >= 0)
        return finish_one(__func__, &array_of_requests[*indx], status);
    *indx = MPI_UNDEFINED;
    if (*flag)
        status_empty(status);
    return MPI_SUCCESS;
}

// Finishes all that are done; how many there were.
static int finish_some(const char *function, int count, MPI_Request list[], int *outcount,
                       int indices[], MPI_Status statuses[])
{
    struct failed failed = {.request = NULL};
    int n = 0;

    for (int i = 0; i < count; i++) {
        MPI_Status *status = status_at(statuses, n);
        int error;

        if (!mpii_request_live(list[i]) || !mpii_request_poll(of(list[i])))
            continue;
        error = finish_handle(&list[i], status, i, &failed);
        if (statuses != MPI_STATUSES_IGNORE)
            status->MPI_ERROR = error;
        indices[n++] = i;
    }
    *outcount = n;
    return failed_report(function, &failed);
}

static int check_some(const char *function, int count, MPI_Request list[], int *outcount,
                      int indices[])
{
    int rc = mpii_check_requests(function, count, list);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, outcount, "outcount");
    if (rc == MPI_SUCCESS && count)
        rc = mpii_check_result(function, indices, "array_of_indices");
    return rc;
}

#pragma weak MPI_Waitsome = PMPI_Waitsome
int PMPI_Waitsome(int incount, MPI_Request array_of_requests[], int *outcount,
                  int array_of_indices[], MPI_Status *array_of_statuses)
{
    int rc = check_some(__func__, incount, array_of_requests, outcount, array_of_indices);

    if (rc != MPI_SUCCESS)
        return rc;
    if (wait_any(__func__, incount, array_of_requests) == MPI_UNDEFINED) {
        *outcount = MPI_UNDEFINED;
        return MPI_SUCCESS;
    }
    return finish_some(__func__, incount, array_of_requests, outcount, array_of_indices,
                       array_of_statuses);
}

#pragma weak MPI_Testsome = PMPI_Testsome
int PMPI_Testsome(int incount, MPI_Request array_of_requests[], int *outcount,
                  int array_of_indices[], MPI_Status *array_of_statuses)
{
    int rc = check_some(__func__, incount, array_of_requests, outcount, array_of_indices);

    if (rc != MPI_SUCCESS)
        return rc;
    if (find_done(incount, array_of_requests) == -1)
        mpii_test_turn();
    if (find_done(incount, array_of_requests) == MPI_UNDEFINED) {
        *outcount = MPI_UNDEFINED;
        return MPI_SUCCESS;
    }
    return finish_some(__func__, incount, array_of_requests, outcount, array_of_indices,
                       array_of_statuses);
}
