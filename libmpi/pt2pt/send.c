// SPDX-License-Identifier: BSD-2-Clause
// send.c: blocking and nonblocking sends in all modes but buffered (MPI 4.1, 3.2.1, 3.4, 3.7.2).
//
// Ready mode needs nothing of the receive being there already: it is a standard send.
#include "libmpi/pt2pt/direct.h"

static void describe(struct mpii_request *request, const struct mpii_message_args *args,
                     enum mpii_send_mode mode)
{
    request->mode = (uint8_t)mode;
    request->context = args->comm->context;
    request->tag = args->tag;
    request->comm = args->comm;
    request->buf = (void *)(uintptr_t)args->buf;
    request->count = args->count;
    request->type = args->type;
    request->bytes = args->count * args->type->size;
    request->peer = args->peer;
}

static int no_memory(const struct mpii_message_args *args)
{
    return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM, "no memory for a request");
}

struct mpii_request *mpii_send_request(const struct mpii_message_args *args, enum mpii_send_mode mode)
{
    struct mpii_request *request =
        mpii_request_plain(args->peer == MPI_PROC_NULL ? MPII_DONE : MPII_SEND);

    if (!request)
        return NULL;
    describe(request, args, mode);
    mpii_object_keep(&args->comm->object);
    mpii_object_keep(&args->type->object);
    return request;
}

void mpii_request_start_send(struct mpii_request *request)
{
    if (request->kind == MPII_DONE)
        mpii_request_complete(request);
    else
        mpii_send_start(request);
}

int mpii_send_blocking(struct mpii_message_args *args, enum mpii_send_mode mode)
{
    struct mpii_request *request;
    int rc = mpii_check_send(args);

    if (rc != MPI_SUCCESS || args->peer == MPI_PROC_NULL)
        return rc;
    if (mode != MPII_SYNCHRONOUS && mpii_send_direct(args))
        return MPI_SUCCESS;
    // A request in other cores' sight must not lie on the stack: request.c.
    request = mpii_request_plain(MPII_SEND);
    if (!request)
        return no_memory(args);
    describe(request, args, mode);
    request->prompt = true;
    mpii_send_start(request);
    mpii_request_wait(request);
    request->comm = NULL; // not kept: the call outlives nothing
    request->type = NULL;
    mpii_request_delete(request);
    return MPI_SUCCESS;
}

// `counted`: from libmpi/trace.h.
static int send_traced(bool counted, struct mpii_message_args *args, enum mpii_send_mode mode)
{
    uint64_t begin = mpii_trace_begin(counted);
    int rc = mpii_send_blocking(args, mode);

    if (mpii_trace_wanted(begin))
        mpii_message_trace(begin, args);
    return rc;
}

static int begin_send(struct mpii_message_args *args, enum mpii_send_mode mode, MPI_Request *handle)
{
    struct mpii_request *request;
    int rc = mpii_check_send(args);

    if (rc != MPI_SUCCESS)
        return rc;
    if (!handle)
        return mpii_check_pointer(args->function, args->comm_handle, handle, "request");
    request = mpii_send_request(args, mode);
    if (!request)
        return no_memory(args);
    mpii_request_start_send(request);
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

static int send_nonblocking(bool counted, struct mpii_message_args *args, enum mpii_send_mode mode,
                            MPI_Request *handle)
{
    uint64_t begin = mpii_trace_begin(counted);
    int rc = begin_send(args, mode, handle);

    if (mpii_trace_wanted(begin))
        mpii_message_trace(begin, args);
    return rc;
}

// Both forms of a call, with int and with MPI_Count counts, differ in that type alone.
#define ARGS \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = buf, .count = count, .datatype = datatype, .peer = dest, \
        .tag = tag, .comm_handle = comm \
    }

#pragma weak MPI_Send = PMPI_Send
int PMPI_Send(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm)
{
    if (mpii_send_ordinary(buf, count, datatype, dest, tag, comm, MPII_EAGER_BYTES_MAX, true))
        return MPI_SUCCESS;
    return send_traced(true, ARGS, MPII_STANDARD);
}

#pragma weak MPI_Send_c = PMPI_Send_c
int PMPI_Send_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                MPI_Comm comm)
{
    return send_traced(false, ARGS, MPII_STANDARD);
}

#pragma weak MPI_Ssend = PMPI_Ssend
int PMPI_Ssend(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm)
{
    return send_traced(false, ARGS, MPII_SYNCHRONOUS);
}

#pragma weak MPI_Ssend_c = PMPI_Ssend_c
int PMPI_Ssend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                 MPI_Comm comm)
{
    return send_traced(false, ARGS, MPII_SYNCHRONOUS);
}

#pragma weak MPI_Rsend = PMPI_Rsend
int PMPI_Rsend(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm)
{
    return send_traced(false, ARGS, MPII_READY);
}

#pragma weak MPI_Rsend_c = PMPI_Rsend_c
int PMPI_Rsend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                 MPI_Comm comm)
{
    return send_traced(false, ARGS, MPII_READY);
}

#pragma weak MPI_Isend = PMPI_Isend
int PMPI_Isend(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm,
               MPI_Request *request)
{
    if (request &&
        mpii_send_ordinary(buf, count, datatype, dest, tag, comm, MPII_COPY_BYTES_MAX, false)) {
        *request = (MPI_Request)&mpii_sent;
        return MPI_SUCCESS;
    }
    return send_nonblocking(true, ARGS, MPII_STANDARD, request);
}

#pragma weak MPI_Isend_c = PMPI_Isend_c
int PMPI_Isend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                 MPI_Comm comm, MPI_Request *request)
{
    return send_nonblocking(false, ARGS, MPII_STANDARD, request);
}

#pragma weak MPI_Issend = PMPI_Issend
int PMPI_Issend(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm,
                MPI_Request *request)
{
    return send_nonblocking(false, ARGS, MPII_SYNCHRONOUS, request);
}

#pragma weak MPI_Issend_c = PMPI_Issend_c
int PMPI_Issend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                  MPI_Comm comm, MPI_Request *request)
{
    return send_nonblocking(false, ARGS, MPII_SYNCHRONOUS, request);
}

#pragma weak MPI_Irsend = PMPI_Irsend
int PMPI_Irsend(const void *buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm,
                MPI_Request *request)
{
    return send_nonblocking(false, ARGS, MPII_READY, request);
}

#pragma weak MPI_Irsend_c = PMPI_Irsend_c
int PMPI_Irsend_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                  MPI_Comm comm, MPI_Request *request)
{
    return send_nonblocking(false, ARGS, MPII_READY, request);
}
