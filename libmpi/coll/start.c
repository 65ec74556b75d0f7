// SPDX-License-Identifier: BSD-2-Clause
// start.c: nonblocking and persistent collective calls (MPI 4.1, 6.12 and 6.13).
//
// Small data go through flags and cells (posted.h), the rest by schedules of messages.
// Persistent ones have tags of their own, fixed when they are made: they may be started in any order.
#include "libmpi/coll/match.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/shared.h"
#include "libmpi/trace.h"
#include <stdlib.h>

static int no_memory(const struct mpii_coll_call *call)
{
    return mpii_error(call->function, call->handle, MPI_ERR_NO_MEM,
                      "no memory for a collective operation");
}

// A request for the call, not started. NULL: no memory.
static struct mpii_request *request_new(const struct mpii_collective *collective,
                                        struct mpii_coll_call *call, bool persistent)
{
    struct mpii_coll *coll = mpii_coll_of(call->comm);
    struct mpii_schedule *schedule = malloc(sizeof *schedule);
    struct mpii_request *request = NULL;

    if (!coll || !schedule) {
        free(schedule);
        return NULL;
    }
    mpii_schedule_init(schedule, persistent ? mpii_coll_tag_persistent(coll) : mpii_coll_tag(coll));
    collective->build(schedule, call);
    if (!schedule->no_memory)
        request = mpii_schedule_request(schedule, call->comm, persistent);
    if (!request) {
        mpii_schedule_free(schedule);
        free(schedule);
    }
    return request;
}

// As behind a blocking call: shared_barrier.c.
static void lead_next_barrier(const struct mpii_collective *collective,
                              const struct mpii_coll_call *call)
{
    struct mpii_shared *shared = call->comm->remote ? NULL : call->comm->coll->shared;

    if (shared && (collective == &mpii_bcast || collective == &mpii_scatter))
        shared->sender = call->root;
}

static int start(const struct mpii_collective *collective, struct mpii_coll_call *call,
                 MPI_Request *request)
{
    struct mpii_request *started;
    int rc = collective->check(call);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(call->function, call->handle, request, "request");
    if (rc == MPI_SUCCESS)
        rc = mpii_match(collective, call);
    if (rc != MPI_SUCCESS)
        return rc;
    started = mpii_posted_start(collective, call);
    if (!started) {
        started = request_new(collective, call, false);
        if (!started)
            return no_memory(call);
        mpii_schedule_start(started->extra);
    }
    lead_next_barrier(collective, call);
    *request = (MPI_Request)started;
    return MPI_SUCCESS;
}

int mpii_coll_start(const struct mpii_collective *collective, struct mpii_coll_call *call,
                    MPI_Request *request)
{
    uint64_t begin = mpii_trace_begin(false);
    int rc = start(collective, call, request);

    if (mpii_trace_wanted(begin))
        mpii_coll_trace(begin, call);
    return rc;
}

int mpii_coll_init(const struct mpii_collective *collective, struct mpii_coll_call *call,
                   MPI_Info info, MPI_Request *request)
{
    struct mpii_request *made;
    int rc = collective->check(call);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_info(call->function, call->handle, info);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(call->function, call->handle, request, "request");
    if (rc == MPI_SUCCESS)
        rc = mpii_match(collective, call);
    if (rc != MPI_SUCCESS)
        return rc;
    made = request_new(collective, call, true);
    if (!made)
        return no_memory(call);
    *request = (MPI_Request)made;
    return MPI_SUCCESS;
}
