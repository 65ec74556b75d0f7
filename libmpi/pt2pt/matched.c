// SPDX-License-Identifier: BSD-2-Clause
// matched.c: matched probes, and receiving what they found (MPI 4.1, 3.8.2 and 3.8.3).
//
// An MPI_Message is an object that holds the message itself, which is on no queue any more: nobody else can
// receive it. MPI_MESSAGE_NO_PROC is the constant, for a message from MPI_PROC_NULL.
#include "libmpi/pt2pt/check.h"

struct matched {
    struct mpii_object object;
    struct mpii_message *message;
    struct mpii_comm *comm; // kept
};

static struct matched *matched_of(MPI_Message handle)
{
    return mpii_object_ok(handle, MPII_MESSAGE) ? (struct matched *)handle : NULL;
}

// Room for a match is made before one is looked for: what was taken cannot be put back.
static int matched_new(const char *function, MPI_Comm handle, struct mpii_comm *comm,
                       struct matched **matched)
{
    *matched = mpii_object_new(MPII_MESSAGE, sizeof **matched);
    if (!*matched)
        return mpii_error(function, handle, MPI_ERR_NO_MEM, "no memory for a message handle");
    (*matched)->comm = comm;
    return MPI_SUCCESS;
}

static MPI_Message matched_set(struct matched *matched, const struct mpii_message *message,
                               MPI_Status *status)
{
    mpii_message_status(message, status);
    if (!message) {
        mpii_object_delete(matched);
        return MPI_MESSAGE_NO_PROC;
    }
    matched->message = (struct mpii_message *)(uintptr_t)message;
    mpii_object_keep(&matched->comm->object);
    return (MPI_Message)matched;
}

#pragma weak MPI_Improbe = PMPI_Improbe
int PMPI_Improbe(int source, int tag, MPI_Comm comm, int *flag, MPI_Message *message,
                 MPI_Status *status)
{
    const struct mpii_message *found = NULL;
    struct matched *matched;
    struct mpii_comm *of;
    int rc = mpii_check_probe(__func__, source, tag, comm, &of);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, flag, "flag");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, message, "message");
    if (rc == MPI_SUCCESS)
        rc = matched_new(__func__, comm, of, &matched);
    if (rc != MPI_SUCCESS)
        return rc;
    *flag = mpii_message_seek(of, source, tag, true, &found);
    if (*flag)
        *message = matched_set(matched, found, status);
    else
        mpii_object_delete(matched);
    return MPI_SUCCESS;
}

#pragma weak MPI_Mprobe = PMPI_Mprobe
int PMPI_Mprobe(int source, int tag, MPI_Comm comm, MPI_Message *message, MPI_Status *status)
{
    struct matched *matched;
    struct mpii_comm *of;
    int rc = mpii_check_probe(__func__, source, tag, comm, &of);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, message, "message");
    if (rc == MPI_SUCCESS)
        rc = matched_new(__func__, comm, of, &matched);
    if (rc == MPI_SUCCESS)
        *message = matched_set(matched, mpii_message_await(of, source, tag, true), status);
    return rc;
}

// Checks the arguments of a matched receive and makes its request; the handle is used up then.
static int matched_request(struct mpii_message_args *args, MPI_Message *handle,
                           struct mpii_request **request)
{
    struct matched *matched;
    int rc = mpii_check_running(args->function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(args->function, handle, "message");
    if (rc != MPI_SUCCESS)
        return rc;
    matched = matched_of(*handle);
    if (!matched && *handle != MPI_MESSAGE_NO_PROC)
        return mpii_error(args->function, MPI_COMM_NULL, MPI_ERR_REQUEST,
                          *handle == MPI_MESSAGE_NULL
                              ? "message is MPI_MESSAGE_NULL"
                              : "message is not a message, or was received");
    args->peer = matched ? MPI_ANY_SOURCE : MPI_PROC_NULL;
    args->tag = MPI_ANY_TAG;
    args->comm_handle = matched ? matched->comm->handle : MPI_COMM_SELF;
    rc = mpii_check_receive(args);
    if (rc != MPI_SUCCESS)
        return rc;
    *request = mpii_receive_request(args);
    if (!*request)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM,
                          "no memory for a request");
    *handle = MPI_MESSAGE_NULL;
    if (!matched) {
        mpii_request_complete(*request);
        return MPI_SUCCESS;
    }
    mpii_message_receive(matched->message, *request);
    mpii_comm_drop(matched->comm);
    mpii_object_delete(matched);
    return MPI_SUCCESS;
}

static int matched_receive(struct mpii_message_args *args, MPI_Message *message, MPI_Status *status)
{
    struct mpii_request *request = NULL;
    MPI_Status own;
    int rc = matched_request(args, message, &request);

    if (rc != MPI_SUCCESS)
        return rc;
    if (status == MPI_STATUS_IGNORE)
        status = &own;
    rc = mpii_request_finish(request, status); // done already: the message had come
    return rc == MPI_SUCCESS ? rc : mpii_truncated(args, status->MPI_SOURCE, status->MPI_TAG);
}

static int matched_start(struct mpii_message_args *args, MPI_Message *message, MPI_Request *handle)
{
    struct mpii_request *request = NULL;
    int rc = mpii_check_result(args->function, handle, "request");

    if (rc == MPI_SUCCESS)
        rc = matched_request(args, message, &request);
    if (rc == MPI_SUCCESS)
        *handle = (MPI_Request)request;
    return rc;
}

#define ARGS \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = buf, .count = count, .datatype = datatype \
    }

#pragma weak MPI_Mrecv = PMPI_Mrecv
int PMPI_Mrecv(void *buf, int count, MPI_Datatype datatype, MPI_Message *message, MPI_Status *status)
{
    return matched_receive(ARGS, message, status);
}

#pragma weak MPI_Mrecv_c = PMPI_Mrecv_c
int PMPI_Mrecv_c(void *buf, MPI_Count count, MPI_Datatype datatype, MPI_Message *message,
                 MPI_Status *status)
{
    return matched_receive(ARGS, message, status);
}

#pragma weak MPI_Imrecv = PMPI_Imrecv
int PMPI_Imrecv(void *buf, int count, MPI_Datatype datatype, MPI_Message *message,
                MPI_Request *request)
{
    return matched_start(ARGS, message, request);
}

#pragma weak MPI_Imrecv_c = PMPI_Imrecv_c
int PMPI_Imrecv_c(void *buf, MPI_Count count, MPI_Datatype datatype, MPI_Message *message,
                  MPI_Request *request)
{
    return matched_start(ARGS, message, request);
}
