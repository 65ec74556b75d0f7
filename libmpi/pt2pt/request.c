// SPDX-License-Identifier: BSD-2-Clause
// request.c: requests are recycled, never given back to malloc: another core may still look at the
// `waiter` of one that has just finished (match.c).
#include "libmpi/request.h"
#include "libmpi/object/number.h"
#include <stdlib.h>
#include <string.h>

#define CHUNK 64

void (*mpii_buffers_drain)(bool wait);
struct mpii_request mpii_sent = {
    .head = {.magic = MPII_MAGIC | MPII_REQUEST},
    .kind = MPII_SEND,
    .active = true,
    .done = 1,
};
struct mpii_request *mpii_recycled;    // linked by link
static struct mpii_request *abandoned; // active, but nobody waits for them; linked by link

void mpii_requests_reap(void)
{
    struct mpii_request *list = abandoned;

    abandoned = NULL;
    while (list) {
        struct mpii_request *request = list;

        list = request->link;
        if (mpii_request_poll(request)) {
            mpii_request_delete(request);
        } else {
            request->link = abandoned;
            abandoned = request;
        }
    }
}

static bool refill(void)
{
    struct mpii_request *chunk = aligned_alloc(alignof(struct mpii_request), CHUNK * sizeof *chunk);

    if (!chunk)
        return false;
    memset(chunk, 0, CHUNK * sizeof *chunk);
    for (int i = 0; i < CHUNK; i++) {
        chunk[i].link = mpii_recycled;
        mpii_recycled = &chunk[i];
    }
    return true;
}

bool mpii_requests_refill(void)
{
    mpii_requests_reap();
    return mpii_recycled || refill();
}

struct mpii_request *mpii_request_new(enum mpii_request_kind kind)
{
    struct mpii_request *request = mpii_request_take();

    if (!request)
        return NULL;
    memset(request, 0, sizeof *request);
    request->head.magic = MPII_MAGIC | MPII_REQUEST;
    request->kind = (uint8_t)kind;
    request->active = true;
    return request;
}

void mpii_request_delete(struct mpii_request *request)
{
    if (request == &mpii_sent)
        return;
    if (request->class && request->class->release)
        request->class->release(request);
    mpii_request_recycle(request);
}

static void status_fill(const struct mpii_request *request, MPI_Status *status)
{
    if (status == MPI_STATUS_IGNORE)
        return;
    if (request->kind == MPII_RECEIVE && !request->cancelled)
        mpii_status_set(status, request->matched_source, request->matched_tag, request->bytes);
    else if (request->kind == MPII_DONE)
        mpii_status_set_empty(status, MPI_PROC_NULL);
    else
        mpii_status_set_empty(status, MPI_ANY_SOURCE);
    mpii_status_cancelled_set(status, request->cancelled);
}

bool mpii_request_poll(struct mpii_request *request)
{
    if (!mpii_request_done(request) && request->class && request->class->progress &&
        request->class->progress(request))
        mpii_request_complete(request);
    return mpii_request_done(request);
}

int mpii_request_status(struct mpii_request *request, MPI_Status *status)
{
    if (request->class && request->class->finish)
        return request->class->finish(request, status);
    status_fill(request, status);
    return request->error;
}

int mpii_request_finish(struct mpii_request *request, MPI_Status *status)
{
    int error = mpii_request_status(request, status);

    request->error = error; // unless its release changes that: it is recycled, but still there
    if (request->persistent)
        request->active = false;
    else
        mpii_request_delete(request);
    return request->error;
}

void mpii_request_abandon(struct mpii_request *request)
{
    request->freed = true;
    request->persistent = false;
    request->link = abandoned;
    abandoned = request;
    mpii_requests_reap();
}

// Must this one end before MPI_Finalize does? What a receive still gets nobody could see, nor does anybody
// wait for a generalized request.
static bool drain_one(struct mpii_request *request)
{
    if (request->kind == MPII_GENERALIZED)
        return false;
    if (request->kind == MPII_RECEIVE && mpii_receive_cancel(request))
        mpii_request_complete(request);
    return true;
}

void mpii_requests_drain(void)
{
    if (mpii_buffers_drain)
        mpii_buffers_drain(true);
    while (abandoned) { // ends when all that was sent has been received
        struct mpii_request *request = abandoned;

        if (!drain_one(request)) {
            abandoned = request->link;
            continue;
        }
        mpii_request_wait(request);
        mpii_requests_reap();
    }
}
