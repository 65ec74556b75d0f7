// SPDX-License-Identifier: BSD-2-Clause
// request.c: requests are recycled, never given back to malloc: another core may still look at the
// `waiter` of one that has just finished (match.c).
#include "libmpi/request.h"
#include <stdlib.h>
#include <string.h>

#define CHUNK 64

static struct mpii_request *recycled; // linked by next

static bool refill(void)
{
    struct mpii_request *chunk = calloc(CHUNK, sizeof *chunk);

    for (int i = 0; chunk && i < CHUNK; i++) {
        chunk[i].next = recycled;
        recycled = &chunk[i];
    }
    return chunk != NULL;
}

struct mpii_request *mpii_request_new(enum mpii_request_kind kind)
{
    struct mpii_request *request = recycled;

    if (!request) {
        if (!refill())
            return NULL;
        request = recycled;
    }
    recycled = request->next;
    memset(request, 0, sizeof *request);
    request->object.magic = MPII_MAGIC | MPII_REQUEST;
    request->object.uses = 1;
    request->kind = (uint8_t)kind;
    request->active = true;
    return request;
}

void mpii_request_delete(struct mpii_request *request)
{
    if (request->class && request->class->release)
        request->class->release(request);
    if (request->comm)
        mpii_comm_drop(request->comm);
    if (request->type)
        mpii_type_drop(request->type);
    request->object.magic = 0;
    request->next = recycled;
    recycled = request;
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

int mpii_request_finish(struct mpii_request *request, MPI_Status *status)
{
    int error = request->error;

    if (request->class && request->class->finish)
        error = request->class->finish(request, status);
    else
        status_fill(request, status);
    if (request->persistent)
        request->active = false;
    else
        mpii_request_delete(request);
    return error;
}
