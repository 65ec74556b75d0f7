// SPDX-License-Identifier: BSD-2-Clause
// bsend.c: sends in buffered mode (MPI 4.1, 3.4, 3.7.2 and 3.9). They are complete as soon as the
// message has been copied to the attached buffer.
#include "libmpi/pt2pt/buffer.h"

static int no_memory(const struct mpii_message_args *args)
{
    return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM, "no memory for a request");
}

static int bsend(struct mpii_message_args *args)
{
    int rc = mpii_check_send(args);

    return rc == MPI_SUCCESS ? mpii_buffer_send(args) : rc;
}

static int ibsend(struct mpii_message_args *args, MPI_Request *handle)
{
    struct mpii_request *request;
    int rc = mpii_check_send(args);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(args->function, args->comm_handle, handle, "request");
    if (rc != MPI_SUCCESS)
        return rc;
    request = mpii_send_request(args, MPII_BUFFERED);
    if (!request)
        return no_memory(args);
    rc = mpii_buffer_send(args);
    if (rc != MPI_SUCCESS) {
        mpii_request_delete(request);
        return rc;
    }
    mpii_request_complete(request);
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

// MPI_Start. The message goes by a request of the buffer's, hence this one is done.
static int persistent_start(struct mpii_request *request)
{
    const struct mpii_message_args args = {.function = "MPI_Start",
                                           .buf = request->buf,
                                           .count = request->count,
                                           .peer = request->peer,
                                           .tag = request->tag,
                                           .comm_handle = request->comm->handle,
                                           .comm = request->comm,
                                           .type = request->type};

    request->error = mpii_buffer_send(&args);
    mpii_request_complete(request);
    return request->error;
}

static const struct mpii_request_class persistent_class = {.start = persistent_start};

static int bsend_init(struct mpii_message_args *args, MPI_Request *handle)
{
    struct mpii_request *request;
    int rc = mpii_check_send(args);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(args->function, args->comm_handle, handle, "request");
    if (rc != MPI_SUCCESS)
        return rc;
    request = mpii_send_request(args, MPII_BUFFERED);
    if (!request)
        return no_memory(args);
    request->persistent = true;
    request->active = false;
    request->class = &persistent_class;
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

#define ARGS \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = buf, .count = count, .datatype = datatype, .peer = dest, \
        .tag = tag, .comm_handle = comm \
    }

#pragma weak MPI_Bsend = PMPI_Bsend
int PMPI_Bsend(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm)
{
    return bsend(ARGS);
}

#pragma weak MPI_Ibsend = PMPI_Ibsend
int PMPI_Ibsend(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm,
                MPI_Request *request)
{
    return ibsend(ARGS, request);
}

#pragma weak MPI_Bsend_init = PMPI_Bsend_init
int PMPI_Bsend_init(const void *buf, int count, MPI_Datatype datatype, int dest, int tag,
                    MPI_Comm comm, MPI_Request *request)
{
    return bsend_init(ARGS, request);
}

#pragma weak MPI_Bsend_c = PMPI_Bsend_c
int PMPI_Bsend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                 MPI_Comm comm)
{
    return bsend(ARGS);
}

#pragma weak MPI_Ibsend_c = PMPI_Ibsend_c
int PMPI_Ibsend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                  MPI_Comm comm, MPI_Request *request)
{
    return ibsend(ARGS, request);
}

#pragma weak MPI_Bsend_init_c = PMPI_Bsend_init_c
int PMPI_Bsend_init_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                      MPI_Comm comm, MPI_Request *request)
{
    return bsend_init(ARGS, request);
}
