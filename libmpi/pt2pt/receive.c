// SPDX-License-Identifier: BSD-2-Clause
// receive.c: blocking and nonblocking receives (MPI 4.1, 3.2.4, 3.7.2).
#include "libmpi/pt2pt/check.h"
#include "libmpi/pt2pt/direct.h"

static void describe(struct mpii_request *request, const struct mpii_message_args *args)
{
    mpii_receive_describe(request, args->comm, args->peer, args->tag, (void *)(uintptr_t)args->buf,
                          args->count, args->type);
}

struct mpii_request *mpii_receive_request(const struct mpii_message_args *args)
{
    struct mpii_request *request =
        mpii_request_plain(args->peer == MPI_PROC_NULL ? MPII_DONE : MPII_RECEIVE);

    if (!request)
        return NULL;
    describe(request, args);
    mpii_object_keep(&args->comm->object);
    mpii_object_keep(&args->type->object);
    return request;
}

void mpii_request_start_receive(struct mpii_request *request)
{
    // What MPI_Start undoes: the last message's length.
    request->bytes = request->count * request->type->size;
    if (request->kind == MPII_DONE)
        mpii_request_complete(request);
    else
        mpii_receive_start(request);
}

int mpii_truncated(const struct mpii_message_args *args, int source, int tag)
{
    const long long capacity = args->count * args->type->size;

    return mpii_error(
        args->function, args->comm_handle, MPI_ERR_TRUNCATE,
        "the message from rank %d with tag %d is longer than the buffer of %lld bytes", source, tag,
        capacity);
}

static int receive(struct mpii_message_args *args, MPI_Status *status)
{
    struct mpii_request request;
    int rc = mpii_check_receive(args);

    if (rc != MPI_SUCCESS)
        return rc;
    if (args->peer == MPI_PROC_NULL) {
        if (status != MPI_STATUS_IGNORE)
            mpii_status_set_empty(status, MPI_PROC_NULL);
        return MPI_SUCCESS;
    }
    if (mpii_receive_direct(args, status, &rc))
        return rc;
    request = (struct mpii_request){.kind = MPII_RECEIVE, .active = true};
    describe(&request, args);
    mpii_receive_start(&request); // on the stack: only this core ever completes a receive
    mpii_request_wait(&request);
    if (status != MPI_STATUS_IGNORE)
        mpii_status_set(status, request.matched_source, request.matched_tag, request.bytes);
    return request.error == MPI_SUCCESS
               ? MPI_SUCCESS
               : mpii_truncated(args, request.matched_source, request.matched_tag);
}

static int begin_receive(struct mpii_message_args *args, MPI_Request *handle)
{
    struct mpii_request *request;
    int rc = mpii_check_receive(args);

    if (rc != MPI_SUCCESS)
        return rc;
    if (!handle)
        return mpii_check_pointer(args->function, args->comm_handle, handle, "request");
    request = mpii_receive_request(args);
    if (!request)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM,
                          "no memory for a request");
    mpii_request_start_receive(request);
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

// `counted`: from libmpi/trace.h.
static int receive_blocking(bool counted, struct mpii_message_args *args, MPI_Status *status)
{
    uint64_t begin = mpii_trace_begin(counted);
    int rc = receive(args, status);

    if (mpii_trace_wanted(begin))
        mpii_message_trace(begin, args);
    return rc;
}

static int receive_nonblocking(bool counted, struct mpii_message_args *args, MPI_Request *handle)
{
    uint64_t begin = mpii_trace_begin(counted);
    int rc = begin_receive(args, handle);

    if (mpii_trace_wanted(begin))
        mpii_message_trace(begin, args);
    return rc;
}

#define ARGS \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = buf, .count = count, .datatype = datatype, .peer = source, \
        .tag = tag, .comm_handle = comm \
    }

#pragma weak MPI_Recv = PMPI_Recv
int PMPI_Recv(void *buf, int count, MPI_Datatype datatype, int source, int tag, MPI_Comm comm,
              MPI_Status *status)
{
    if (mpii_receive_now(buf, count, datatype, source, tag, comm, status))
        return MPI_SUCCESS;
    return receive_blocking(true, ARGS, status);
}

#pragma weak MPI_Recv_c = PMPI_Recv_c
int PMPI_Recv_c(void *buf, MPI_Count count, MPI_Datatype datatype, int source, int tag,
                MPI_Comm comm, MPI_Status *status)
{
    return receive_blocking(false, ARGS, status);
}

#pragma weak MPI_Irecv = PMPI_Irecv
int PMPI_Irecv(void *buf, int count, MPI_Datatype datatype, int source, int tag, MPI_Comm comm,
               MPI_Request *request)
{
    if (request && mpii_receive_ordinary(buf, count, datatype, source, tag, comm, request))
        return MPI_SUCCESS;
    return receive_nonblocking(true, ARGS, request);
}

#pragma weak MPI_Irecv_c = PMPI_Irecv_c
int PMPI_Irecv_c(void *buf, MPI_Count count, MPI_Datatype datatype, int source, int tag,
                 MPI_Comm comm, MPI_Request *request)
{
    return receive_nonblocking(false, ARGS, request);
}
