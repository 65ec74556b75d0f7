// SPDX-License-Identifier: BSD-2-Clause
// schedule_request.c: schedules that go on while the program does other things (MPI 4.1, 6.12 and 6.13).
//
// A started schedule is on its rank's list until it is done, and is advanced whenever the rank
// waits or tests, for whatever: a rank that waits for a message must not hold up a broadcast it is
// part of (3.7.4, 6.12).
#include "libmpi/coll/posted.h"
#include "libmpi/coll/schedule.h"
#include <stdlib.h>

static struct mpii_schedule *started; // newest first

static void unlink_done(struct mpii_schedule *schedule)
{
    for (struct mpii_schedule **at = &started; *at; at = &(*at)->next)
        if (*at == schedule) {
            *at = schedule->next;
            return;
        }
}

// mpii_progress_more: advances all; `thread`, if not NULL, is going to wait for any of their messages.
static bool progress_all(void *thread)
{
    bool any = mpii_posted_progress();

    if (thread && started)
        mpii_progress_owner = thread;
    for (struct mpii_schedule *schedule = started, *next; schedule; schedule = next) {
        size_t before = schedule->at;

        next = schedule->next;
        if (thread) {
            mpii_schedule_waiter(schedule, thread);
            // [W] who waits before what is done; pairs with the fence of who finishes on another core.
            atomic_thread_fence(memory_order_seq_cst);
        }
        if (mpii_schedule_advance(schedule)) {
            unlink_done(schedule);
            mpii_request_complete(schedule->request);
            any = true;
        } else if (schedule->at != before) {
            // New messages know no waiter yet: look again before blocking.
            any = true;
        }
    }
    if (any && mpii_progress_owner && mpii_progress_owner != thread)
        mpii_services()->wake(mpii_progress_owner);
    return any;
}

static bool progress(struct mpii_request *request)
{
    struct mpii_schedule *schedule = request->extra;

    if (!mpii_schedule_advance(schedule))
        return false;
    unlink_done(schedule);
    return true;
}

static struct mpii_request *blocker(struct mpii_request *request)
{
    return mpii_schedule_blocker(request->extra);
}

static int finish(struct mpii_request *request, MPI_Status *status)
{
    const struct mpii_schedule *schedule = request->extra;

    if (status != MPI_STATUS_IGNORE)
        mpii_status_set_empty(status, MPI_ANY_SOURCE);
    return schedule->error;
}

static void release(struct mpii_request *request)
{
    struct mpii_schedule *schedule = request->extra;

    mpii_schedule_free(schedule);
    free(schedule);
}

static int start(struct mpii_request *request)
{
    mpii_schedule_start(request->extra);
    return MPI_SUCCESS;
}

static const struct mpii_request_class schedule_class = {
    .start = start,
    .progress = progress,
    .blocker = blocker,
    .finish = finish,
    .release = release,
};

struct mpii_request *mpii_schedule_request(struct mpii_schedule *schedule, struct mpii_comm *comm,
                                           bool persistent)
{
    struct mpii_request *request = mpii_request_new(MPII_COLLECTIVE);

    if (!request)
        return NULL;
    request->class = &schedule_class;
    request->extra = schedule;
    request->comm = comm;
    mpii_object_keep(&comm->object);
    request->persistent = persistent;
    request->active = !persistent;
    schedule->request = request;
    return request;
}

void mpii_schedules_progress(void)
{
    mpii_progress_more = progress_all;
}

void mpii_schedule_start(struct mpii_schedule *schedule)
{
    struct mpii_request *request = schedule->request;

    mpii_schedules_progress();
    mpii_schedule_rewind(schedule);
    request->active = true;
    atomic_store_explicit(&request->done, 0, memory_order_relaxed);
    if (mpii_schedule_advance(schedule)) {
        mpii_request_complete(request);
        return;
    }
    schedule->next = started;
    started = schedule;
}
