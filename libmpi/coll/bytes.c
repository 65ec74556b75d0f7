// SPDX-License-Identifier: BSD-2-Clause
// bytes.c: blocking messages of plain bytes, for the library's own needs. They have the class of what
// went wrong as their result and invoke no error handler.
#include "libmpi/request.h"

static void describe(struct mpii_request *request, struct mpii_comm *comm, uint32_t context,
                     void *buf, size_t bytes, int tag)
{
    request->context = context;
    request->tag = tag;
    request->comm = comm;
    request->buf = buf;
    request->count = request->bytes = (MPI_Count)bytes;
    request->type = mpii_type(MPI_BYTE);
}

int mpii_send_bytes(struct mpii_comm *comm, uint32_t context, const void *buf, size_t bytes,
                    int peer, int tag)
{
    // Requests in other cores' sight must not lie on the stack: pt2pt/request.c.
    struct mpii_request *request = mpii_request_new(MPII_SEND);

    if (!request)
        return MPI_ERR_NO_MEM;
    describe(request, comm, context, (void *)(uintptr_t)buf, bytes, tag);
    request->peer = peer;
    mpii_send_start(request);
    mpii_request_wait(request);
    request->comm = NULL; // neither was kept
    request->type = NULL;
    mpii_request_delete(request);
    return MPI_SUCCESS;
}

int mpii_receive_bytes(struct mpii_comm *comm, uint32_t context, void *buf, size_t bytes,
                       int source, int tag)
{
    struct mpii_request request = {.kind = MPII_RECEIVE, .active = true};

    describe(&request, comm, context, buf, bytes, tag);
    request.source = source;
    mpii_receive_start(&request);
    mpii_request_wait(&request);
    return request.error;
}
