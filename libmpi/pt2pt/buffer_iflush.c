// SPDX-License-Identifier: BSD-2-Clause
// buffer_iflush.c: MPI_Buffer_iflush and MPI_Comm_iflush_buffer (MPI 4.1, 3.6): requests that are
// done when the messages that were in the buffer at the call have gone.
#include "libmpi/pt2pt/buffer.h"
#include <stdlib.h>

struct flush {
    struct mpii_buffer *buffer;
    uint64_t number; // of the last message that counts
};

static bool flush_progress(struct mpii_request *request)
{
    const struct flush *flush = request->extra;

    return mpii_buffer_reclaim(flush->buffer, flush->number) == NULL;
}

static struct mpii_request *flush_blocker(struct mpii_request *request)
{
    const struct flush *flush = request->extra;
    const struct mpii_segment *segment = mpii_buffer_reclaim(flush->buffer, flush->number);

    return segment ? segment->request : NULL;
}

static void flush_release(struct mpii_request *request)
{
    struct flush *flush = request->extra;

    mpii_buffer_drop(flush->buffer);
    free(flush);
}

static const struct mpii_request_class flush_class = {
    .progress = flush_progress, .blocker = flush_blocker, .release = flush_release};

static int iflush(const char *function, MPI_Comm comm, struct mpii_buffer *buffer, MPI_Request *handle)
{
    struct mpii_request *request = mpii_request_new(MPII_FLUSH);
    struct flush *flush = NULL;

    if (request && buffer)
        flush = malloc(sizeof *flush);
    if (!request || (buffer && !flush)) {
        if (request)
            mpii_request_delete(request);
        return mpii_error(function, comm, MPI_ERR_NO_MEM, "no memory for a request");
    }
    if (buffer) {
        *flush = (struct flush){buffer, buffer->last};
        buffer->uses++;
        request->class = &flush_class;
        request->extra = flush;
    } else {
        mpii_request_complete(request);
    }
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

#pragma weak MPI_Buffer_iflush = PMPI_Buffer_iflush
int PMPI_Buffer_iflush(MPI_Request *request)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, request, "request");
    return rc == MPI_SUCCESS ? iflush(__func__, MPI_COMM_NULL, mpii_buffer_process, request) : rc;
}

#pragma weak MPI_Comm_iflush_buffer = PMPI_Comm_iflush_buffer
int PMPI_Comm_iflush_buffer(MPI_Comm comm, MPI_Request *request)
{
    int rc = mpii_check_comm(__func__, comm);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, request, "request");
    return rc == MPI_SUCCESS ? iflush(__func__, comm, mpii_comm(comm)->buffer, request) : rc;
}
