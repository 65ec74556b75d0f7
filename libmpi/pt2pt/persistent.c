// SPDX-License-Identifier: BSD-2-Clause
// persistent.c: persistent sends and receives (MPI 4.1, 3.9). MPI_Start is in start.c.
#include "libmpi/pt2pt/check.h"

static int init(const struct mpii_message_args *args, struct mpii_request *request,
                MPI_Request *handle)
{
    if (!request)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM,
                          "no memory for a request");
    request->persistent = true;
    request->active = false;
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

static int send_init(struct mpii_message_args *args, enum mpii_send_mode mode, MPI_Request *handle)
{
    int rc = mpii_check_send(args);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(args->function, args->comm_handle, handle, "request");
    return rc == MPI_SUCCESS ? init(args, mpii_send_request(args, mode), handle) : rc;
}

static int receive_init(struct mpii_message_args *args, MPI_Request *handle)
{
    int rc = mpii_check_receive(args);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(args->function, args->comm_handle, handle, "request");
    return rc == MPI_SUCCESS ? init(args, mpii_receive_request(args), handle) : rc;
}

#define ARGS(peer_rank) \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = buf, .count = count, .datatype = datatype, \
        .peer = (peer_rank), .tag = tag, .comm_handle = comm \
    }

#pragma weak MPI_Send_init = PMPI_Send_init
int PMPI_Send_init(const void *buf, int count, MPI_Datatype datatype, int dest, int tag,
                   MPI_Comm comm, MPI_Request *request)
{
    return send_init(ARGS(dest), MPII_STANDARD, request);
}

#pragma weak MPI_Send_init_c = PMPI_Send_init_c
int PMPI_Send_init_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                     MPI_Comm comm, MPI_Request *request)
{
    return send_init(ARGS(dest), MPII_STANDARD, request);
}

#pragma weak MPI_Ssend_init = PMPI_Ssend_init
int PMPI_Ssend_init(const void *buf, int count, MPI_Datatype datatype, int dest, int tag,
                    MPI_Comm comm, MPI_Request *request)
{
    return send_init(ARGS(dest), MPII_SYNCHRONOUS, request);
}

#pragma weak MPI_Ssend_init_c = PMPI_Ssend_init_c
int PMPI_Ssend_init_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                      MPI_Comm comm, MPI_Request *request)
{
    return send_init(ARGS(dest), MPII_SYNCHRONOUS, request);
}

#pragma weak MPI_Rsend_init = PMPI_Rsend_init
int PMPI_Rsend_init(const void *buf, int count, MPI_Datatype datatype, int dest, int tag,
                    MPI_Comm comm, MPI_Request *request)
{
    return send_init(ARGS(dest), MPII_READY, request);
}

#pragma weak MPI_Rsend_init_c = PMPI_Rsend_init_c
int PMPI_Rsend_init_c(const void *buf, MPI_Count count, MPI_Datatype datatype, int dest, int tag,
                      MPI_Comm comm, MPI_Request *request)
{
    return send_init(ARGS(dest), MPII_READY, request);
}

#pragma weak MPI_Recv_init = PMPI_Recv_init
int PMPI_Recv_init(void *buf, int count, MPI_Datatype datatype, int source, int tag, MPI_Comm comm,
                   MPI_Request *request)
{
    return receive_init(ARGS(source), request);
}

#pragma weak MPI_Recv_init_c = PMPI_Recv_init_c
int PMPI_Recv_init_c(void *buf, MPI_Count count, MPI_Datatype datatype, int source, int tag,
                     MPI_Comm comm, MPI_Request *request)
{
    return receive_init(ARGS(source), request);
}
