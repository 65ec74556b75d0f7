// SPDX-License-Identifier: BSD-2-Clause
// isendrecv.c: MPI_Isendrecv and MPI_Isendrecv_replace (MPI 4.1, 3.11).
//
// The user's request stands for two of the engine. It is done when both are; its status is the receive's.
#include "libmpi/pt2pt/pair.h"
#include <stdlib.h>

struct pair {
    struct mpii_request *send, *receive;
    void *copy; // of what is sent, or NULL
};

static bool pair_progress(struct mpii_request *request)
{
    const struct pair *pair = request->extra;

    return mpii_request_done(pair->send) && mpii_request_done(pair->receive);
}

static struct mpii_request *pair_blocker(struct mpii_request *request)
{
    const struct pair *pair = request->extra;

    return mpii_request_done(pair->receive) ? pair->send : pair->receive;
}

static int pair_finish(struct mpii_request *request, MPI_Status *status)
{
    const struct pair *pair = request->extra;

    return mpii_request_status(pair->receive, status);
}

static void pair_release(struct mpii_request *request)
{
    struct pair *pair = request->extra;

    mpii_request_delete(pair->send);
    mpii_request_delete(pair->receive);
    free(pair->copy);
    free(pair);
}

static const struct mpii_request_class pair_class = {.progress = pair_progress,
                                                     .blocker = pair_blocker,
                                                     .finish = pair_finish,
                                                     .release = pair_release};

static int no_memory(const struct mpii_message_args *args)
{
    return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM, "no memory for a request");
}

// A request with both its parts, nothing started. NULL: no memory.
static struct mpii_request *pair_new(const struct mpii_message_args *send,
                                     const struct mpii_message_args *receive)
{
    struct pair *pair = calloc(1, sizeof *pair);
    struct mpii_request *request;

    if (!pair)
        return NULL;
    request = mpii_request_new(MPII_PAIR);
    pair->receive = mpii_receive_request(receive);
    pair->send = mpii_send_request(send, MPII_STANDARD);
    if (request && pair->receive && pair->send) {
        mpii_object_keep(&receive->comm->object);
        request->comm = receive->comm;
        request->class = &pair_class;
        request->extra = pair;
        return request;
    }
    if (pair->receive)
        mpii_request_delete(pair->receive);
    if (pair->send)
        mpii_request_delete(pair->send);
    if (request)
        mpii_request_delete(request);
    free(pair);
    return NULL;
}

// `copy`: malloc'ed, now the request's, or NULL.
static int pair_start(const struct mpii_message_args *send, const struct mpii_message_args *receive,
                      void *copy, MPI_Request *handle)
{
    struct mpii_request *request = pair_new(send, receive);
    struct pair *pair;

    if (!request) {
        free(copy);
        return no_memory(send);
    }
    pair = request->extra;
    pair->copy = copy;
    mpii_request_start_receive(pair->receive);
    mpii_request_start_send(pair->send);
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

static int check(struct mpii_message_args *send, struct mpii_message_args *receive,
                 const MPI_Request *handle)
{
    int rc = mpii_check_pair(send, receive);

    return rc == MPI_SUCCESS
               ? mpii_check_pointer(send->function, send->comm_handle, handle, "request")
               : rc;
}

static int exchange(struct mpii_message_args *send, struct mpii_message_args *receive,
                    MPI_Request *handle)
{
    int rc = check(send, receive, handle);

    return rc == MPI_SUCCESS ? pair_start(send, receive, NULL, handle) : rc;
}

static int exchange_replace(struct mpii_message_args *send, struct mpii_message_args *receive,
                            MPI_Request *handle)
{
    int rc = check(send, receive, handle);
    void *copy;

    if (rc != MPI_SUCCESS)
        return rc;
    copy = malloc((size_t)(send->count * send->type->size) + 1); // never NULL for 0 bytes
    if (!copy)
        return no_memory(send);
    mpii_pair_copy(copy, send);
    return pair_start(send, receive, copy, handle);
}

#pragma weak MPI_Isendrecv = PMPI_Isendrecv
int PMPI_Isendrecv(const void *sendbuf, int sendcount, MPI_Datatype sendtype, int dest, int sendtag,
                   void *recvbuf, int recvcount, MPI_Datatype recvtype, int source, int recvtag,
                   MPI_Comm comm, MPI_Request *request)
{
    return exchange(MPII_PAIR_SEND, MPII_PAIR_RECEIVE, request);
}

#pragma weak MPI_Isendrecv_c = PMPI_Isendrecv_c
int PMPI_Isendrecv_c(const void *sendbuf, MPI_Count sendcount, MPI_Datatype sendtype, int dest,
                     int sendtag, void *recvbuf, MPI_Count recvcount, MPI_Datatype recvtype,
                     int source, int recvtag, MPI_Comm comm, MPI_Request *request)
{
    return exchange(MPII_PAIR_SEND, MPII_PAIR_RECEIVE, request);
}

#pragma weak MPI_Isendrecv_replace = PMPI_Isendrecv_replace
int PMPI_Isendrecv_replace(void *buf, int count, MPI_Datatype datatype, int dest, int sendtag,
                           int source, int recvtag, MPI_Comm comm, MPI_Request *request)
{
    return exchange_replace(MPII_REPLACE_SEND, MPII_REPLACE_RECEIVE, request);
}

#pragma weak MPI_Isendrecv_replace_c = PMPI_Isendrecv_replace_c
int PMPI_Isendrecv_replace_c(void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int sendtag,
                             int source, int recvtag, MPI_Comm comm, MPI_Request *request)
{
    return exchange_replace(MPII_REPLACE_SEND, MPII_REPLACE_RECEIVE, request);
}
