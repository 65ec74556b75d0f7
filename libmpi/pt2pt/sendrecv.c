// SPDX-License-Identifier: BSD-2-Clause
// sendrecv.c: a send and a receive at the same time (MPI 4.1, 3.11).
//
// The receive is posted first. Hence two ranks that exchange messages never wait for each other, and what one
// of them sends goes straight into the other's buffer.
#include "libmpi/pt2pt/pair.h"
#include <stdlib.h>
#include <string.h>

#define SMALL_BYTES 1024 // copies up to here lie on the stack

static int exchange_plain(struct mpii_message_args *send, struct mpii_message_args *receive,
                          MPI_Status *status)
{
    struct mpii_request *request;
    MPI_Status own;
    int rc = mpii_check_pair(send, receive);

    if (rc != MPI_SUCCESS)
        return rc;
    request = mpii_receive_request(receive);
    if (!request)
        return mpii_error(receive->function, receive->comm_handle, MPI_ERR_NO_MEM,
                          "no memory for a request");
    mpii_request_start_receive(request);
    rc = mpii_send_blocking(send, MPII_STANDARD);
    if (status == MPI_STATUS_IGNORE)
        status = &own;
    mpii_request_wait(request);
    if (mpii_request_finish(request, status) != MPI_SUCCESS)
        rc = mpii_truncated(receive, status->MPI_SOURCE, status->MPI_TAG);
    return rc;
}

static int exchange(struct mpii_message_args *send, struct mpii_message_args *receive,
                    MPI_Status *status)
{
    uint64_t begin = mpii_trace_begin(false);
    int rc = exchange_plain(send, receive, status);

    if (mpii_trace_wanted(begin))
        mpii_message_trace(begin, send);
    return rc;
}

// What is sent is copied first: the receive may write to the buffer before it has gone.
static int exchange_replace(struct mpii_message_args *send, struct mpii_message_args *receive,
                            MPI_Status *status)
{
    char small[SMALL_BYTES];
    void *copy = small;
    size_t bytes;
    int rc = mpii_check_pair(send, receive);

    if (rc != MPI_SUCCESS)
        return rc;
    bytes = (size_t)(send->count * send->type->size);
    if (bytes > sizeof small)
        copy = malloc(bytes);
    if (!copy)
        return mpii_error(send->function, send->comm_handle, MPI_ERR_NO_MEM,
                          "no memory for a copy of %zu bytes", bytes);
    mpii_pair_copy(copy, send);
    rc = exchange(send, receive, status);
    if (copy != small)
        free(copy);
    return rc;
}

#pragma weak MPI_Sendrecv = PMPI_Sendrecv
int PMPI_Sendrecv(const void *sendbuf, int sendcount, MPI_Datatype sendtype, int dest, int sendtag,
                  void *recvbuf, int recvcount, MPI_Datatype recvtype, int source, int recvtag,
                  MPI_Comm comm, MPI_Status *status)
{
    return exchange(MPII_PAIR_SEND, MPII_PAIR_RECEIVE, status);
}

#pragma weak MPI_Sendrecv_c = PMPI_Sendrecv_c
int PMPI_Sendrecv_c(const void *sendbuf, MPI_Count sendcount, MPI_Datatype sendtype, int dest,
                    int sendtag, void *recvbuf, MPI_Count recvcount, MPI_Datatype recvtype,
                    int source, int recvtag, MPI_Comm comm, MPI_Status *status)
{
    return exchange(MPII_PAIR_SEND, MPII_PAIR_RECEIVE, status);
}

#pragma weak MPI_Sendrecv_replace = PMPI_Sendrecv_replace
int PMPI_Sendrecv_replace(void *buf, int count, MPI_Datatype datatype, int dest, int sendtag,
                          int source, int recvtag, MPI_Comm comm, MPI_Status *status)
{
    return exchange_replace(MPII_REPLACE_SEND, MPII_REPLACE_RECEIVE, status);
}

#pragma weak MPI_Sendrecv_replace_c = PMPI_Sendrecv_replace_c
int PMPI_Sendrecv_replace_c(void *buf, MPI_Count count, MPI_Datatype datatype, int dest,
                            int sendtag, int source, int recvtag, MPI_Comm comm, MPI_Status *status)
{
    return exchange_replace(MPII_REPLACE_SEND, MPII_REPLACE_RECEIVE, status);
}
