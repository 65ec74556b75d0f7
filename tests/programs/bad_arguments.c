// SPDX-License-Identifier: BSD-2-Clause
// bad_arguments.c: one row for each wrong argument of each function: the call, the class that the standard
// names for it, and the word for the argument that the message must have.
//
//   bad_arguments           all rows, errors come back: prints each row whose class is another, then `done N`
//   bad_arguments list      prints `NUMBER CLASS FUNCTION WORD` for each row
//   bad_arguments NUMBER    one row, errors are fatal: the job ends with the message
//
// Any number of ranks: no call communicates with another rank.
#include "bad_arguments.h"

#define W MPI_COMM_WORLD
#define IGNORE MPI_STATUS_IGNORE
#define NONE ((void *)0)

// What the rows need.
static int x[64], y[64], one[64], zero[64], minus[64], size, rank;
static MPI_Aint aint[64];
static MPI_Datatype ints, raw, freed_type, types[64];
static MPI_Comm freed_comm;
static MPI_Group group, freed_group, no_group = MPI_GROUP_NULL;
static MPI_Op freed_op;
static MPI_Info freed_info;
static MPI_Errhandler freed_errhandler;
static MPI_Request request, requests[2], null_request = MPI_REQUEST_NULL, freed_request, persistent,
                                         garbage = (MPI_Request)x;
static MPI_Message message, no_message = MPI_MESSAGE_NULL, proc_null_message = MPI_MESSAGE_NO_PROC;
static MPI_Status status;
static int flag, number, indices[2];
static char name[MPI_MAX_OBJECT_NAME + 200];
static MPI_Comm new_comm, no_comm = MPI_COMM_NULL;
static MPI_Group new_group;
static MPI_Datatype new_type, no_type = MPI_DATATYPE_NULL;
static MPI_Op new_op, no_op = MPI_OP_NULL, sum = MPI_SUM;
static MPI_Info info, no_info = MPI_INFO_NULL;
static MPI_Errhandler errhandler, no_errhandler = MPI_ERRHANDLER_NULL;
static int keyval = MPI_KEYVAL_INVALID;
static MPI_Count big_count;

#define COMM_ROWS(call_, ...) \
    ROW(MPI_ERR_COMM, "comm", call_(__VA_ARGS__ MPI_COMM_NULL)); \
    ROW(MPI_ERR_COMM, "comm", call_(__VA_ARGS__ freed_comm)); \
    ROW(MPI_ERR_COMM, "comm", call_(__VA_ARGS__(MPI_Comm) x))

// Arguments of a message.
#define SEND_ROWS(call_) \
    ROW(MPI_ERR_RANK, "dest", call_(x, 1, MPI_INT, size, 0, W)); \
    ROW(MPI_ERR_RANK, "dest", call_(x, 1, MPI_INT, MPI_ANY_SOURCE, 0, W)); \
    ROW(MPI_ERR_TAG, "tag", call_(x, 1, MPI_INT, 0, -5, W)); \
    ROW(MPI_ERR_TAG, "tag", call_(x, 1, MPI_INT, 0, MPI_ANY_TAG, W)); \
    ROW(MPI_ERR_COUNT, "count", call_(x, -1, MPI_INT, 0, 0, W)); \
    DATA_ROWS(call_)
#define RECEIVE_ROWS(call_) \
    ROW(MPI_ERR_RANK, "source", call_(x, 1, MPI_INT, size, 0, W)); \
    ROW(MPI_ERR_RANK, "source", call_(x, 1, MPI_INT, -77, 0, W)); \
    ROW(MPI_ERR_TAG, "tag", call_(x, 1, MPI_INT, 0, -5, W)); \
    ROW(MPI_ERR_COUNT, "count", call_(x, -1, MPI_INT, 0, 0, W)); \
    DATA_ROWS(call_)
#define DATA_ROWS(call_) \
    ROW(MPI_ERR_TYPE, "datatype", call_(x, 1, MPI_DATATYPE_NULL, 0, 0, W)); \
    ROW(MPI_ERR_TYPE, "datatype", call_(x, 1, raw, 0, 0, W)); \
    ROW(MPI_ERR_TYPE, "datatype", call_(x, 1, freed_type, 0, 0, W)); \
    ROW(MPI_ERR_BUFFER, "buf", call_(NONE, 1, MPI_INT, 0, 0, W))

static void sends(void)
{
    SEND_ROWS(MPI_Send);
    COMM_ROWS(MPI_Send, x, 1, MPI_INT, 0, 0, );
    SEND_ROWS(MPI_Ssend);
    COMM_ROWS(MPI_Ssend, x, 1, MPI_INT, 0, 0, );
    SEND_ROWS(MPI_Rsend);
    COMM_ROWS(MPI_Rsend, x, 1, MPI_INT, 0, 0, );
    SEND_ROWS(MPI_Bsend);
    COMM_ROWS(MPI_Bsend, x, 1, MPI_INT, 0, 0, );
    SEND_ROWS(Isend);
    SEND_ROWS(Issend);
    SEND_ROWS(Irsend);
    SEND_ROWS(Ibsend);
    SEND_ROWS(Send_init);
    SEND_ROWS(Ssend_init);
    SEND_ROWS(Rsend_init);
    SEND_ROWS(Bsend_init);
    SEND_ROWS(MPI_Send_c);
    SEND_ROWS(Isend_c);
    ROW(MPI_ERR_COMM, "comm", MPI_Isend(x, 1, MPI_INT, 0, 0, MPI_COMM_NULL, &request));
    ROW(MPI_ERR_COMM, "comm", MPI_Send_init(x, 1, MPI_INT, 0, 0, freed_comm, &request));
    ROW(MPI_ERR_ARG, "request", MPI_Isend(x, 1, MPI_INT, 0, 0, W, NULL));
    ROW(MPI_ERR_ARG, "request", MPI_Issend(x, 1, MPI_INT, 0, 0, W, NULL));
    ROW(MPI_ERR_ARG, "request", MPI_Send_init(x, 1, MPI_INT, 0, 0, W, NULL));
    ROW(MPI_ERR_BUFFER, "buffer", MPI_Bsend(x, 1, MPI_INT, 0, 0, W)); // none is attached
    ROW(MPI_ERR_BUFFER, "buffer", MPI_Ibsend(x, 1, MPI_INT, 0, 0, W, &request));
}

static int Recv_short(void)
{
    MPI_Request sent;
    int rc;

    MPI_Isend(x, 2, MPI_INT, 0, 7, MPI_COMM_SELF, &sent);
    rc = MPI_Recv(y, 1, MPI_INT, 0, 7, MPI_COMM_SELF, IGNORE);
    MPI_Wait(&sent, IGNORE);
    return rc;
}

static int Wait_short(void)
{
    MPI_Request received;
    int rc;

    MPI_Irecv(y, 1, MPI_INT, 0, 8, MPI_COMM_SELF, &received);
    MPI_Send(x, 2, MPI_INT, 0, 8, MPI_COMM_SELF);
    rc = MPI_Wait(&received, IGNORE);
    return rc;
}

static int Waitall_short(void)
{
    MPI_Request received[2];

    MPI_Irecv(y, 1, MPI_INT, 0, 9, MPI_COMM_SELF, &received[0]);
    MPI_Irecv(y, 1, MPI_INT, 0, 8, MPI_COMM_SELF, &received[1]);
    MPI_Send(x, 2, MPI_INT, 0, 8, MPI_COMM_SELF);
    MPI_Send(x, 1, MPI_INT, 0, 9, MPI_COMM_SELF);
    return MPI_Waitall(2, received, MPI_STATUSES_IGNORE);
}

static void receives(void)
{
    RECEIVE_ROWS(Recv);
    RECEIVE_ROWS(Irecv);
    RECEIVE_ROWS(Recv_init);
    RECEIVE_ROWS(Recv_c);
    ROW(MPI_ERR_COMM, "comm", MPI_Recv(x, 1, MPI_INT, 0, 0, MPI_COMM_NULL, IGNORE));
    ROW(MPI_ERR_COMM, "comm", MPI_Recv(x, 1, MPI_INT, 0, 0, freed_comm, IGNORE));
    ROW(MPI_ERR_COMM, "comm", MPI_Irecv(x, 1, MPI_INT, 0, 0, MPI_COMM_NULL, &request));
    ROW(MPI_ERR_ARG, "request", MPI_Irecv(x, 1, MPI_INT, 0, 0, W, NULL));
    ROW(MPI_ERR_ARG, "request", MPI_Recv_init(x, 1, MPI_INT, 0, 0, W, NULL));
    ROW(MPI_ERR_TRUNCATE, "rank 0 with tag 7 .*4 bytes", Recv_short());
    ROW(MPI_ERR_TRUNCATE, "rank 0 with tag 8 .*4 bytes", Wait_short());
    ROW(MPI_ERR_IN_STATUS, "request 1 .*rank 0 with tag 8 .*MPI_ERR_TRUNCATE", Waitall_short());
    ROW(MPI_ERR_RANK, "dest", MPI_Sendrecv(x, 1, MPI_INT, size, 0, y, 1, MPI_INT, 0, 0, W, IGNORE));
    ROW(MPI_ERR_RANK, "source", MPI_Sendrecv(x, 1, MPI_INT, 0, 0, y, 1, MPI_INT, size, 0, W, IGNORE));
    ROW(MPI_ERR_TAG, "tag", MPI_Sendrecv(x, 1, MPI_INT, 0, -5, y, 1, MPI_INT, 0, 0, W, IGNORE));
    ROW(MPI_ERR_TAG, "tag", MPI_Sendrecv(x, 1, MPI_INT, 0, 0, y, 1, MPI_INT, 0, -5, W, IGNORE));
    ROW(MPI_ERR_COUNT, "count", MPI_Sendrecv(x, -1, MPI_INT, 0, 0, y, 1, MPI_INT, 0, 0, W, IGNORE));
    ROW(MPI_ERR_COUNT, "count", MPI_Sendrecv(x, 1, MPI_INT, 0, 0, y, -1, MPI_INT, 0, 0, W, IGNORE));
    ROW(MPI_ERR_TYPE, "type", MPI_Sendrecv(x, 1, raw, 0, 0, y, 1, MPI_INT, 0, 0, W, IGNORE));
    ROW(MPI_ERR_TYPE, "type", MPI_Sendrecv(x, 1, MPI_INT, 0, 0, y, 1, raw, 0, 0, W, IGNORE));
    ROW(MPI_ERR_BUFFER, "buf", MPI_Sendrecv(NULL, 1, MPI_INT, 0, 0, y, 1, MPI_INT, 0, 0, W, IGNORE));
    ROW(MPI_ERR_BUFFER, "buf", MPI_Sendrecv(x, 1, MPI_INT, 0, 0, NULL, 1, MPI_INT, 0, 0, W, IGNORE));
    ROW(MPI_ERR_COMM, "comm",
        MPI_Sendrecv(x, 1, MPI_INT, 0, 0, y, 1, MPI_INT, 0, 0, MPI_COMM_NULL, IGNORE));
    ROW(MPI_ERR_RANK, "dest", MPI_Sendrecv_replace(x, 1, MPI_INT, size, 0, 0, 0, W, IGNORE));
    ROW(MPI_ERR_RANK, "source", MPI_Sendrecv_replace(x, 1, MPI_INT, 0, 0, size, 0, W, IGNORE));
    ROW(MPI_ERR_COUNT, "count", MPI_Sendrecv_replace(x, -1, MPI_INT, 0, 0, 0, 0, W, IGNORE));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Sendrecv_replace(x, 1, raw, 0, 0, 0, 0, W, IGNORE));
    ROW(MPI_ERR_BUFFER, "buf", MPI_Sendrecv_replace(NULL, 1, MPI_INT, 0, 0, 0, 0, W, IGNORE));
    ROW(MPI_ERR_RANK, "dest",
        MPI_Isendrecv(x, 1, MPI_INT, size, 0, y, 1, MPI_INT, 0, 0, W, &request));
    ROW(MPI_ERR_ARG, "request", MPI_Isendrecv(x, 1, MPI_INT, 0, 0, y, 1, MPI_INT, 0, 0, W, NULL));
    ROW(MPI_ERR_RANK, "source", MPI_Isendrecv_replace(x, 1, MPI_INT, 0, 0, size, 0, W, &request));
}

static void probes(void)
{
    ROW(MPI_ERR_RANK, "source", MPI_Probe(size, 0, W, IGNORE));
    ROW(MPI_ERR_TAG, "tag", MPI_Probe(0, -5, W, IGNORE));
    ROW(MPI_ERR_COMM, "comm", MPI_Probe(0, 0, MPI_COMM_NULL, IGNORE));
    ROW(MPI_ERR_RANK, "source", MPI_Iprobe(size, 0, W, &flag, IGNORE));
    ROW(MPI_ERR_TAG, "tag", MPI_Iprobe(0, -5, W, &flag, IGNORE));
    ROW(MPI_ERR_COMM, "comm", MPI_Iprobe(0, 0, freed_comm, &flag, IGNORE));
    ROW(MPI_ERR_ARG, "flag", MPI_Iprobe(0, 0, W, NULL, IGNORE));
    ROW(MPI_ERR_RANK, "source", MPI_Mprobe(size, 0, W, &message, IGNORE));
    ROW(MPI_ERR_TAG, "tag", MPI_Mprobe(0, -5, W, &message, IGNORE));
    ROW(MPI_ERR_COMM, "comm", MPI_Mprobe(0, 0, MPI_COMM_NULL, &message, IGNORE));
    ROW(MPI_ERR_ARG, "message", MPI_Mprobe(0, 0, W, NULL, IGNORE));
    ROW(MPI_ERR_RANK, "source", MPI_Improbe(size, 0, W, &flag, &message, IGNORE));
    ROW(MPI_ERR_ARG, "flag", MPI_Improbe(0, 0, W, NULL, &message, IGNORE));
    ROW(MPI_ERR_ARG, "message", MPI_Improbe(0, 0, W, &flag, NULL, IGNORE));
    ROW(MPI_ERR_REQUEST, "message", MPI_Mrecv(x, 1, MPI_INT, &no_message, IGNORE));
    ROW(MPI_ERR_ARG, "message", MPI_Mrecv(x, 1, MPI_INT, NULL, IGNORE));
    ROW(MPI_ERR_REQUEST, "message", MPI_Imrecv(x, 1, MPI_INT, &no_message, &request));
    ROW(MPI_ERR_COUNT, "count", MPI_Mrecv(x, -1, MPI_INT, &proc_null_message, IGNORE));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Mrecv(x, 1, raw, &proc_null_message, IGNORE));
    ROW(MPI_ERR_ARG, "request", MPI_Imrecv(x, 1, MPI_INT, &proc_null_message, NULL));
}

static void completions(void)
{
    ROW(MPI_ERR_REQUEST, "request", MPI_Wait(NULL, IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Wait(&garbage, IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Wait(&freed_request, IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Test(NULL, &flag, IGNORE));
    ROW(MPI_ERR_ARG, "flag", MPI_Test(&null_request, NULL, IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Test(&garbage, &flag, IGNORE));
    ROW(MPI_ERR_COUNT, "count", MPI_Waitall(-1, requests, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Waitall(1, NULL, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Waitall(1, &garbage, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_COUNT, "count", MPI_Testall(-1, requests, &flag, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_ARG, "flag", MPI_Testall(1, &null_request, NULL, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Testall(1, &garbage, &flag, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_COUNT, "count", MPI_Waitany(-1, requests, &number, IGNORE));
    ROW(MPI_ERR_ARG, "index", MPI_Waitany(1, &null_request, NULL, IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Waitany(1, &garbage, &number, IGNORE));
    ROW(MPI_ERR_ARG, "index", MPI_Testany(1, &null_request, NULL, &flag, IGNORE));
    ROW(MPI_ERR_ARG, "flag", MPI_Testany(1, &null_request, &number, NULL, IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Testany(1, &garbage, &number, &flag, IGNORE));
    ROW(MPI_ERR_COUNT, "count", MPI_Waitsome(-1, requests, &number, indices, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_ARG, "outcount", MPI_Waitsome(1, &null_request, NULL, indices, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_ARG, "indices", MPI_Waitsome(1, &null_request, &number, NULL, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Testsome(1, &garbage, &number, indices, MPI_STATUSES_IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Request_free(&null_request));
    ROW(MPI_ERR_ARG, "request", MPI_Request_free(NULL));
    ROW(MPI_ERR_REQUEST, "request", MPI_Request_free(&garbage));
    ROW(MPI_ERR_REQUEST, "request", MPI_Cancel(&null_request));
    ROW(MPI_ERR_REQUEST, "request", MPI_Cancel(&garbage));
    ROW(MPI_ERR_REQUEST, "request", MPI_Start(&null_request));
    ROW(MPI_ERR_REQUEST, "request", MPI_Start(&garbage));
    ROW(MPI_ERR_ARG, "request", MPI_Start(NULL));
    ROW(MPI_ERR_COUNT, "count", MPI_Startall(-1, requests));
    ROW(MPI_ERR_REQUEST, "request", MPI_Startall(1, &garbage));
    ROW(MPI_ERR_ARG, "flag", MPI_Request_get_status(null_request, NULL, IGNORE));
    ROW(MPI_ERR_REQUEST, "request", MPI_Request_get_status(garbage, &flag, IGNORE));
    ROW(MPI_ERR_ARG, "flag", MPI_Test_cancelled(&status, NULL));
    ROW(MPI_ERR_ARG, "count", MPI_Get_count(&status, MPI_INT, NULL));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Get_count(&status, MPI_DATATYPE_NULL, &number));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Get_elements(&status, freed_type, &number));
    ROW(MPI_ERR_REQUEST, "request", MPI_Pready(0, garbage));
    ROW(MPI_ERR_REQUEST, "request", MPI_Pready(0, persistent));
    ROW(MPI_ERR_REQUEST, "request", MPI_Parrived(persistent, 0, &flag));
    ROW(MPI_ERR_REQUEST, "request", MPI_Grequest_complete(persistent));
    ROW(MPI_ERR_ARG, "partitions",
        MPI_Psend_init(x, -1, 1, MPI_INT, 0, 0, W, MPI_INFO_NULL, &request));
    ROW(MPI_ERR_COUNT, "count", MPI_Psend_init(x, 1, -1, MPI_INT, 0, 0, W, MPI_INFO_NULL, &request));
    ROW(MPI_ERR_RANK, "dest", MPI_Psend_init(x, 1, 1, MPI_INT, size, 0, W, MPI_INFO_NULL, &request));
    ROW(MPI_ERR_RANK, "dest", MPI_Precv_init(x, 1, 1, MPI_INT, size, 0, W, MPI_INFO_NULL, &request));
    ROW(MPI_ERR_INFO, "info", MPI_Psend_init(x, 1, 1, MPI_INT, 0, 0, W, freed_info, &request));
    ROW(MPI_ERR_ARG, "size", MPI_Buffer_attach(x, -1));
}

#define BCAST_ROWS(call_) \
    ROW(MPI_ERR_ROOT, "root", call_(x, 1, MPI_INT, size, W)); \
    ROW(MPI_ERR_ROOT, "root", call_(x, 1, MPI_INT, -1, W)); \
    ROW(MPI_ERR_COUNT, "count", call_(x, -1, MPI_INT, 0, W)); \
    ROW(MPI_ERR_TYPE, "datatype|broadcast", call_(x, 1, MPI_DATATYPE_NULL, 0, W)); \
    ROW(MPI_ERR_TYPE, "datatype|broadcast", call_(x, 1, raw, 0, W)); \
    ROW(MPI_ERR_BUFFER, "buffer", call_(NONE, 1, MPI_INT, 0, W)); \
    COMM_ROWS(call_, x, 1, MPI_INT, 0, )
#define MOVE_ROWS(call_) \
    ROW(MPI_ERR_COUNT, "count.*send|send.*count", call_(x, -1, MPI_INT, y, 1, MPI_INT, W)); \
    ROW(MPI_ERR_COUNT, "count.*rec|rec.*count", call_(x, 1, MPI_INT, y, -1, MPI_INT, W)); \
    ROW(MPI_ERR_TYPE, "send", call_(x, 1, raw, y, 1, MPI_INT, W)); \
    ROW(MPI_ERR_TYPE, "rec", call_(x, 1, MPI_INT, y, 1, raw, W)); \
    ROW(MPI_ERR_TYPE, "send", call_(x, 1, freed_type, y, 1, MPI_INT, W)); \
    ROW(MPI_ERR_BUFFER, "send", call_(NONE, 1, MPI_INT, y, 1, MPI_INT, W)); \
    ROW(MPI_ERR_BUFFER, "rec", call_(x, 1, MPI_INT, NONE, 1, MPI_INT, W)); \
    ROW(MPI_ERR_BUFFER, "same|IN_PLACE", call_(x, 1, MPI_INT, x, 1, MPI_INT, W)); \
    COMM_ROWS(call_, x, 1, MPI_INT, y, 1, MPI_INT, )
#define REDUCE_ROWS(call_) \
    ROW(MPI_ERR_COUNT, "count", call_(x, y, -1, MPI_INT, MPI_SUM, W)); \
    ROW(MPI_ERR_TYPE, "datatype", call_(x, y, 1, MPI_DATATYPE_NULL, MPI_SUM, W)); \
    ROW(MPI_ERR_TYPE, "datatype", call_(x, y, 1, raw, MPI_SUM, W)); \
    ROW(MPI_ERR_OP, "op", call_(x, y, 1, MPI_INT, MPI_OP_NULL, W)); \
    ROW(MPI_ERR_OP, "op", call_(x, y, 1, MPI_INT, freed_op, W)); \
    ROW(MPI_ERR_OP, "op|MPI_SUM", call_(x, y, 1, MPI_CHAR, MPI_SUM, W)); \
    ROW(MPI_ERR_OP, "op|MPI_BAND", call_(x, y, 1, MPI_DOUBLE, MPI_BAND, W)); \
    ROW(MPI_ERR_OP, "op|MPI_SUM", call_(x, y, 1, ints, MPI_SUM, W)); \
    ROW(MPI_ERR_BUFFER, "send", call_(NONE, y, 1, MPI_INT, MPI_SUM, W)); \
    ROW(MPI_ERR_BUFFER, "rec", call_(x, NONE, 1, MPI_INT, MPI_SUM, W)); \
    ROW(MPI_ERR_BUFFER, "same|IN_PLACE", call_(x, x, 1, MPI_INT, MPI_SUM, W)); \
    COMM_ROWS(call_, x, y, 1, MPI_INT, MPI_SUM, )

static void collectives_moving(void)
{
    COMM_ROWS(MPI_Barrier, );
    COMM_ROWS(Ibarrier, );
    COMM_ROWS(Barrier_init, );
    BCAST_ROWS(MPI_Bcast);
    BCAST_ROWS(Ibcast);
    BCAST_ROWS(Bcast_init);
    MOVE_ROWS(Gather);
    MOVE_ROWS(Igather);
    MOVE_ROWS(Gather_init);
    MOVE_ROWS(Scatter);
    MOVE_ROWS(Iscatter);
    MOVE_ROWS(Scatter_init);
    MOVE_ROWS(MPI_Allgather);
    MOVE_ROWS(Iallgather);
    MOVE_ROWS(Allgather_init);
    MOVE_ROWS(MPI_Alltoall);
    MOVE_ROWS(Ialltoall);
    MOVE_ROWS(Alltoall_init);
    ROW(MPI_ERR_ROOT, "root", MPI_Gather(x, 1, MPI_INT, y, 1, MPI_INT, size, W));
    ROW(MPI_ERR_ROOT, "root", MPI_Gather(x, 1, MPI_INT, y, 1, MPI_INT, -1, W));
    ROW(MPI_ERR_ROOT, "root", MPI_Igather(x, 1, MPI_INT, y, 1, MPI_INT, size, W, &request));
    ROW(MPI_ERR_ROOT, "root", MPI_Scatter(x, 1, MPI_INT, y, 1, MPI_INT, size, W));
    ROW(MPI_ERR_ROOT, "root", MPI_Iscatter(x, 1, MPI_INT, y, 1, MPI_INT, -1, W, &request));
    ROW(MPI_ERR_ARG, "request", MPI_Ibarrier(W, NULL));
    ROW(MPI_ERR_ARG, "request", MPI_Ibcast(x, 1, MPI_INT, 0, W, NULL));
    ROW(MPI_ERR_INFO, "info", MPI_Barrier_init(W, freed_info, &request));
}

static void collectives_of_lists(void)
{
    ROW(MPI_ERR_ROOT, "root", MPI_Gatherv(x, 1, MPI_INT, y, one, zero, MPI_INT, size, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Gatherv(x, -1, MPI_INT, y, one, zero, MPI_INT, rank, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Gatherv(x, 1, MPI_INT, y, minus, zero, MPI_INT, rank, W));
    ROW(MPI_ERR_ARG, "counts", MPI_Gatherv(x, 1, MPI_INT, y, NULL, zero, MPI_INT, rank, W));
    ROW(MPI_ERR_ARG, "displ", MPI_Gatherv(x, 1, MPI_INT, y, one, NULL, MPI_INT, rank, W));
    ROW(MPI_ERR_TYPE, "rec", MPI_Gatherv(x, 1, MPI_INT, y, one, zero, raw, rank, W));
    ROW(MPI_ERR_BUFFER, "rec", MPI_Gatherv(x, 1, MPI_INT, NULL, one, zero, MPI_INT, rank, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Scatterv(x, minus, zero, MPI_INT, y, 1, MPI_INT, rank, W));
    ROW(MPI_ERR_ARG, "counts", MPI_Scatterv(x, NULL, zero, MPI_INT, y, 1, MPI_INT, rank, W));
    ROW(MPI_ERR_TYPE, "send", MPI_Scatterv(x, one, zero, raw, y, 1, MPI_INT, rank, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Allgatherv(x, 1, MPI_INT, y, minus, zero, MPI_INT, W));
    ROW(MPI_ERR_ARG, "counts", MPI_Allgatherv(x, 1, MPI_INT, y, NULL, zero, MPI_INT, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Alltoallv(x, minus, zero, MPI_INT, y, one, zero, MPI_INT, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Alltoallv(x, one, zero, MPI_INT, y, minus, zero, MPI_INT, W));
    ROW(MPI_ERR_ARG, "displ", MPI_Alltoallv(x, one, NULL, MPI_INT, y, one, zero, MPI_INT, W));
    ROW(MPI_ERR_TYPE, "rec", MPI_Alltoallv(x, one, zero, MPI_INT, y, one, zero, raw, W));
    ROW(MPI_ERR_ARG, "datatypes", MPI_Alltoallw(x, one, zero, NULL, y, one, zero, types, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Alltoallw(x, minus, zero, types, y, one, zero, types, W));
    ROW(MPI_ERR_COUNT, "count",
        MPI_Ialltoallv(x, minus, zero, MPI_INT, y, one, zero, MPI_INT, W, &request));
    ROW(MPI_ERR_ARG, "counts",
        MPI_Igatherv(x, 1, MPI_INT, y, NULL, zero, MPI_INT, rank, W, &request));
    ROW(MPI_ERR_COUNT, "count", MPI_Reduce_scatter(x, y, minus, MPI_INT, MPI_SUM, W));
    ROW(MPI_ERR_ARG, "counts", MPI_Reduce_scatter(x, y, NULL, MPI_INT, MPI_SUM, W));
    ROW(MPI_ERR_OP, "op", MPI_Reduce_scatter(x, y, one, MPI_INT, MPI_OP_NULL, W));
}

static void collectives_reducing(void)
{
    ROW(MPI_ERR_ROOT, "root", MPI_Reduce(x, y, 1, MPI_INT, MPI_SUM, size, W));
    ROW(MPI_ERR_ROOT, "root", MPI_Ireduce(x, y, 1, MPI_INT, MPI_SUM, -1, W, &request));
    REDUCE_ROWS(Reduce);
    REDUCE_ROWS(Ireduce);
    REDUCE_ROWS(Reduce_init);
    REDUCE_ROWS(MPI_Allreduce);
    REDUCE_ROWS(Iallreduce);
    REDUCE_ROWS(Allreduce_init);
    REDUCE_ROWS(MPI_Scan);
    REDUCE_ROWS(Iscan);
    REDUCE_ROWS(MPI_Reduce_scatter_block);
    REDUCE_ROWS(Ireduce_scatter_block);
    REDUCE_ROWS(MPI_Allreduce_c);
    ROW(MPI_ERR_OP, "op", MPI_Exscan(x, y, 1, MPI_INT, MPI_OP_NULL, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Exscan(x, y, -1, MPI_INT, MPI_SUM, W));
    ROW(MPI_ERR_OP, "op", MPI_Reduce_local(x, y, 1, MPI_INT, freed_op));
    ROW(MPI_ERR_COUNT, "count", MPI_Reduce_local(x, y, -1, MPI_INT, MPI_SUM));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Reduce_local(x, y, 1, MPI_DATATYPE_NULL, MPI_SUM));
    ROW(MPI_ERR_BUFFER, "buf", MPI_Reduce_local(NULL, y, 1, MPI_INT, MPI_SUM));
    ROW(MPI_ERR_OP, "op", MPI_Op_free(&no_op));
    ROW(MPI_ERR_OP, "op|MPI_SUM", MPI_Op_free(&sum));
    ROW(MPI_ERR_ARG, "op", MPI_Op_free(NULL));
    ROW(MPI_ERR_OP, "op", MPI_Op_commutative(MPI_OP_NULL, &flag));
    ROW(MPI_ERR_ARG, "commute", MPI_Op_commutative(MPI_SUM, NULL));
    ROW(MPI_ERR_ARG, "fn|function", MPI_Op_create(NULL, 1, &new_op));
}

static void datatypes(void)
{
    ROW(MPI_ERR_COUNT, "count", MPI_Type_contiguous(-1, MPI_INT, &new_type));
    ROW(MPI_ERR_TYPE, "oldtype|datatype", MPI_Type_contiguous(1, MPI_DATATYPE_NULL, &new_type));
    ROW(MPI_ERR_TYPE, "oldtype|datatype", MPI_Type_contiguous(1, freed_type, &new_type));
    ROW(MPI_ERR_ARG, "newtype", MPI_Type_contiguous(1, MPI_INT, NULL));
    ROW(MPI_ERR_COUNT, "count", MPI_Type_vector(-1, 1, 1, MPI_INT, &new_type));
    ROW(MPI_ERR_ARG, "blocklength", MPI_Type_vector(1, -1, 1, MPI_INT, &new_type));
    ROW(MPI_ERR_TYPE, "oldtype", MPI_Type_vector(1, 1, 1, MPI_DATATYPE_NULL, &new_type));
    ROW(MPI_ERR_COUNT, "count", MPI_Type_create_hvector(-1, 1, 4, MPI_INT, &new_type));
    ROW(MPI_ERR_COUNT, "count", MPI_Type_indexed(-1, one, zero, MPI_INT, &new_type));
    ROW(MPI_ERR_ARG, "blocklength", MPI_Type_indexed(1, minus, zero, MPI_INT, &new_type));
    ROW(MPI_ERR_ARG, "blocklength", MPI_Type_indexed(1, NULL, zero, MPI_INT, &new_type));
    ROW(MPI_ERR_ARG, "displacements", MPI_Type_indexed(1, one, NULL, MPI_INT, &new_type));
    ROW(MPI_ERR_TYPE, "oldtype", MPI_Type_create_hindexed(1, one, aint, freed_type, &new_type));
    ROW(MPI_ERR_ARG, "blocklength", MPI_Type_create_indexed_block(1, -1, zero, MPI_INT, &new_type));
    ROW(MPI_ERR_COUNT, "count", MPI_Type_create_struct(-1, one, aint, types, &new_type));
    ROW(MPI_ERR_ARG, "types", MPI_Type_create_struct(1, one, aint, NULL, &new_type));
    ROW(MPI_ERR_TYPE, "types", MPI_Type_create_struct(1, one, aint, &no_type, &new_type));
    ROW(MPI_ERR_TYPE, "oldtype", MPI_Type_create_resized(MPI_DATATYPE_NULL, 0, 4, &new_type));
    ROW(MPI_ERR_TYPE, "type", MPI_Type_dup(freed_type, &new_type));
    ROW(MPI_ERR_ARG, "ndims",
        MPI_Type_create_subarray(-1, one, one, zero, MPI_ORDER_C, MPI_INT, &new_type));
    ROW(MPI_ERR_ARG, "order", MPI_Type_create_subarray(1, one, one, zero, 99, MPI_INT, &new_type));
    ROW(MPI_ERR_ARG, "subsize",
        MPI_Type_create_subarray(1, one, minus, zero, MPI_ORDER_C, MPI_INT, &new_type));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_commit(&no_type));
    ROW(MPI_ERR_ARG, "datatype", MPI_Type_commit(NULL));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_free(&no_type));
    ROW(MPI_ERR_TYPE, "datatype|MPI_INT", MPI_Type_free(&types[0]));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_size(MPI_DATATYPE_NULL, &number));
    ROW(MPI_ERR_ARG, "size", MPI_Type_size(MPI_INT, NULL));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_size_x(freed_type, &big_count));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_get_extent(freed_type, &aint[0], &aint[1]));
    ROW(MPI_ERR_ARG, "lb", MPI_Type_get_extent(MPI_INT, NULL, &aint[1]));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_get_true_extent(freed_type, &aint[0], &aint[1]));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_get_envelope(freed_type, x, y, one + 60, zero + 60));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_set_name(freed_type, "name"));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Type_get_name(freed_type, name, &number));
    ROW(MPI_ERR_ARG, "size", MPI_Type_match_size(MPI_TYPECLASS_REAL, 5, &new_type));
    ROW(MPI_ERR_COUNT, "count", MPI_Pack(x, -1, MPI_INT, y, 64, &number, W));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Pack(x, 1, raw, y, 64, &number, W));
    ROW(MPI_ERR_COMM, "comm", MPI_Pack(x, 1, MPI_INT, y, 64, &number, MPI_COMM_NULL));
    ROW(MPI_ERR_TRUNCATE, "outsize|room", MPI_Pack(x, 2, MPI_INT, y, 4, zero + 63, W));
    ROW(MPI_ERR_ARG, "position", MPI_Pack(x, 1, MPI_INT, y, 64, NULL, W));
    ROW(MPI_ERR_TYPE, "datatype", MPI_Unpack(x, 64, &number, y, 1, raw, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Unpack(x, 64, &number, y, -1, MPI_INT, W));
    ROW(MPI_ERR_COUNT, "count", MPI_Pack_size(-1, MPI_INT, W, &number));
    ROW(MPI_ERR_COMM, "comm", MPI_Pack_size(1, MPI_INT, MPI_COMM_NULL, &number));
    ROW(MPI_ERR_ARG, "address", MPI_Get_address(x, NULL));
}

static void communicators(void)
{
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_rank(MPI_COMM_NULL, &number));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_rank(freed_comm, &number));
    ROW(MPI_ERR_ARG, "rank", MPI_Comm_rank(W, NULL));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_size(freed_comm, &number));
    ROW(MPI_ERR_ARG, "size", MPI_Comm_size(W, NULL));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_compare(W, MPI_COMM_NULL, &number));
    ROW(MPI_ERR_ARG, "result", MPI_Comm_compare(W, W, NULL));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_dup(MPI_COMM_NULL, &new_comm));
    ROW(MPI_ERR_ARG, "newcomm", MPI_Comm_dup(W, NULL));
    ROW(MPI_ERR_INFO, "info", MPI_Comm_dup_with_info(W, freed_info, &new_comm));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_idup(freed_comm, &new_comm, &request));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_create(MPI_COMM_NULL, group, &new_comm));
    ROW(MPI_ERR_GROUP, "group", MPI_Comm_create(W, MPI_GROUP_NULL, &new_comm));
    ROW(MPI_ERR_GROUP, "group", MPI_Comm_create_group(W, freed_group, 0, &new_comm));
    ROW(MPI_ERR_TAG, "tag", MPI_Comm_create_group(W, group, -5, &new_comm));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_split(MPI_COMM_NULL, 0, 0, &new_comm));
    ROW(MPI_ERR_ARG, "color", MPI_Comm_split(W, -77, 0, &new_comm));
    ROW(MPI_ERR_ARG, "newcomm", MPI_Comm_split(W, 0, 0, NULL));
    ROW(MPI_ERR_ARG, "split_type", MPI_Comm_split_type(W, 12345, 0, MPI_INFO_NULL, &new_comm));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_free(&no_comm));
    ROW(MPI_ERR_ARG, "comm", MPI_Comm_free(NULL));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_group(MPI_COMM_NULL, &new_group));
    ROW(MPI_ERR_ARG, "group", MPI_Comm_group(W, NULL));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_test_inter(MPI_COMM_NULL, &flag));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_remote_size(W, &number));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_remote_group(W, &new_group));
    ROW(MPI_ERR_COMM, "comm", MPI_Intercomm_create(MPI_COMM_NULL, 0, W, 0, 0, &new_comm));
    ROW(MPI_ERR_RANK, "local_leader", MPI_Intercomm_create(W, size, W, 0, 0, &new_comm));
    ROW(MPI_ERR_COMM, "intercomm|comm", MPI_Intercomm_merge(W, 0, &new_comm));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_set_name(MPI_COMM_NULL, "name"));
    ROW(MPI_ERR_ARG, "name", MPI_Comm_set_name(W, NULL));
    ROW(MPI_ERR_ARG, "name", MPI_Comm_get_name(W, NULL, &number));
    ROW(MPI_ERR_ARG, "len", MPI_Comm_get_name(W, name, NULL));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_get_info(MPI_COMM_NULL, &info));
    ROW(MPI_ERR_INFO, "info", MPI_Comm_set_info(W, freed_info));
    ROW(MPI_ERR_KEYVAL, "keyval", MPI_Comm_get_attr(W, MPI_KEYVAL_INVALID, y, &flag));
    ROW(MPI_ERR_KEYVAL, "keyval", MPI_Comm_set_attr(W, MPI_KEYVAL_INVALID, NULL));
    ROW(MPI_ERR_KEYVAL, "keyval", MPI_Comm_delete_attr(W, MPI_KEYVAL_INVALID));
    ROW(MPI_ERR_KEYVAL, "keyval", MPI_Comm_free_keyval(&keyval));
    ROW(MPI_ERR_KEYVAL, "keyval", MPI_Type_get_attr(MPI_INT, MPI_KEYVAL_INVALID, y, &flag));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_get_attr(MPI_COMM_NULL, MPI_TAG_UB, y, &flag));
    ROW(MPI_ERR_COMM, "comm", MPI_Comm_set_errhandler(MPI_COMM_NULL, MPI_ERRORS_RETURN));
    ROW(MPI_ERR_ERRHANDLER, "errhandler", MPI_Comm_set_errhandler(W, MPI_ERRHANDLER_NULL));
    ROW(MPI_ERR_ERRHANDLER, "errhandler", MPI_Comm_set_errhandler(W, freed_errhandler));
    ROW(MPI_ERR_ARG, "errhandler", MPI_Comm_get_errhandler(W, NULL));
    ROW(MPI_ERR_ERRHANDLER, "errhandler", MPI_Errhandler_free(&no_errhandler));
    ROW(MPI_ERR_ARG, "code", MPI_Error_class(123456, &number));
    ROW(MPI_ERR_ARG, "code", MPI_Error_string(123456, name, &number));
    ROW(MPI_ERR_ARG, "string", MPI_Error_string(MPI_ERR_TAG, NULL, &number));
}

static void groups_and_info(void)
{
    int range[1][3] = {{0, size, 1}}, stride[1][3] = {{0, 0, 0}}, twice[2] = {0, 0}, out[1] = {size};

    ROW(MPI_ERR_GROUP, "group", MPI_Group_size(MPI_GROUP_NULL, &number));
    ROW(MPI_ERR_GROUP, "group", MPI_Group_rank(freed_group, &number));
    ROW(MPI_ERR_ARG, "rank", MPI_Group_rank(group, NULL));
    ROW(MPI_ERR_GROUP, "group", MPI_Group_compare(group, MPI_GROUP_NULL, &number));
    ROW(MPI_ERR_GROUP, "group", MPI_Group_union(group, freed_group, &new_group));
    ROW(MPI_ERR_GROUP, "group", MPI_Group_intersection(freed_group, group, &new_group));
    ROW(MPI_ERR_GROUP, "group", MPI_Group_difference(MPI_GROUP_NULL, group, &new_group));
    ROW(MPI_ERR_ARG, "newgroup", MPI_Group_union(group, group, NULL));
    ROW(MPI_ERR_RANK, "rank", MPI_Group_incl(group, 1, out, &new_group));
    ROW(MPI_ERR_RANK, "rank", MPI_Group_incl(group, 2, twice, &new_group));
    ROW(MPI_ERR_RANK, "rank", MPI_Group_excl(group, 1, out, &new_group));
    ROW(MPI_ERR_ARG, "n", MPI_Group_incl(group, -1, out, &new_group));
    ROW(MPI_ERR_ARG, "rank", MPI_Group_incl(group, 1, NULL, &new_group));
    ROW(MPI_ERR_RANK, "rank", MPI_Group_range_incl(group, 1, range, &new_group));
    ROW(MPI_ERR_ARG, "stride", MPI_Group_range_incl(group, 1, stride, &new_group));
    ROW(MPI_ERR_RANK, "rank", MPI_Group_translate_ranks(group, 1, out, group, y));
    ROW(MPI_ERR_GROUP, "group", MPI_Group_free(&no_group));
    ROW(MPI_ERR_ARG, "group", MPI_Group_free(NULL));
    ROW(MPI_ERR_INFO, "info", MPI_Info_set(MPI_INFO_NULL, "key", "value"));
    ROW(MPI_ERR_INFO, "info", MPI_Info_set(freed_info, "key", "value"));
    ROW(MPI_ERR_INFO_KEY, "key", MPI_Info_set(info, "", "value"));
    ROW(MPI_ERR_INFO_KEY, "key", MPI_Info_set(info, NULL, "value"));
    ROW(MPI_ERR_INFO_VALUE, "value", MPI_Info_set(info, "key", NULL));
    ROW(MPI_ERR_INFO_NOKEY, "key", MPI_Info_delete(info, "nothing"));
    ROW(MPI_ERR_INFO, "info", MPI_Info_get_nkeys(freed_info, &number));
    ROW(MPI_ERR_ARG, "nkeys", MPI_Info_get_nkeys(info, NULL));
    ROW(MPI_ERR_ARG, "n", MPI_Info_get_nthkey(info, 7, name));
    ROW(MPI_ERR_INFO, "info", MPI_Info_dup(freed_info, &no_info));
    ROW(MPI_ERR_INFO, "info", MPI_Info_free(&no_info));
    ROW(MPI_ERR_ARG, "info", MPI_Info_create(NULL));
}

static void nothing(void *in, void *inout, int *count, MPI_Datatype *type)
{
    (void)in, (void)inout, (void)count, (void)type;
}

static void handler(MPI_Comm *comm, int *code, ...)
{
    (void)comm, (void)code;
}

static void prepare(void)
{
    MPI_Comm comm;
    MPI_Datatype type;
    MPI_Group some;
    MPI_Op op;
    MPI_Info hints;
    MPI_Request one_request;

    for (int i = 0; i < 64; i++) {
        one[i] = 1;
        minus[i] = -1;
        types[i] = MPI_INT;
    }
    MPI_Comm_rank(W, &rank);
    MPI_Comm_size(W, &size);
    MPI_Comm_group(W, &group);
    MPI_Info_create(&info);
    MPI_Type_contiguous(2, MPI_INT, &raw);
    MPI_Type_contiguous(2, MPI_INT, &ints);
    MPI_Type_commit(&ints);
    MPI_Send_init(x, 1, MPI_INT, 0, 0, MPI_COMM_SELF, &persistent);
    // Handles of what is gone.
    MPI_Comm_dup(MPI_COMM_SELF, &comm);
    freed_comm = comm;
    MPI_Comm_free(&comm);
    MPI_Type_contiguous(3, MPI_INT, &type);
    MPI_Type_commit(&type);
    freed_type = type;
    MPI_Type_free(&type);
    MPI_Group_incl(group, 1, &rank, &some);
    freed_group = some;
    MPI_Group_free(&some);
    MPI_Op_create(nothing, 1, &op);
    freed_op = op;
    MPI_Op_free(&op);
    MPI_Info_create(&hints);
    freed_info = hints;
    MPI_Info_free(&hints);
    MPI_Comm_create_errhandler(handler, &errhandler);
    freed_errhandler = errhandler;
    MPI_Errhandler_free(&errhandler);
    MPI_Recv_init(x, 1, MPI_INT, 0, 0, W, &one_request);
    freed_request = one_request;
    MPI_Request_free(&one_request);
}

int main(int argc, char *argv[])
{
    MPI_Init(&argc, &argv);
    prepare();
    list = argc > 1 && strcmp(argv[1], "list") == 0;
    all = argc == 1;
    wanted = argc > 1 && !list ? atoi(argv[1]) : -1;
    if (all) {
        MPI_Comm_set_errhandler(W, MPI_ERRORS_RETURN);
        MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    }
    sends();
    receives();
    probes();
    completions();
    collectives_moving();
    collectives_of_lists();
    collectives_reducing();
    datatypes();
    communicators();
    groups_and_info();
    if (all && !wrong)
        printf("done %d\n", rows);
    MPI_Finalize();
    return wrong ? 1 : 0;
}
