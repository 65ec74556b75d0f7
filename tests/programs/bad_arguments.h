// SPDX-License-Identifier: BSD-2-Clause
// bad_arguments.h: what a row of bad_arguments.c is.
#pragma once
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rows, wanted = -1, wrong;
static bool list, all;

#define NAME(class_) [class_] = #class_
static const char *const class_names[] = {
    NAME(MPI_SUCCESS),        NAME(MPI_ERR_BUFFER),    NAME(MPI_ERR_COUNT),
    NAME(MPI_ERR_TYPE),       NAME(MPI_ERR_TAG),       NAME(MPI_ERR_COMM),
    NAME(MPI_ERR_RANK),       NAME(MPI_ERR_REQUEST),   NAME(MPI_ERR_ROOT),
    NAME(MPI_ERR_GROUP),      NAME(MPI_ERR_OP),        NAME(MPI_ERR_TOPOLOGY),
    NAME(MPI_ERR_DIMS),       NAME(MPI_ERR_ARG),       NAME(MPI_ERR_TRUNCATE),
    NAME(MPI_ERR_OTHER),      NAME(MPI_ERR_INFO),      NAME(MPI_ERR_INFO_KEY),
    NAME(MPI_ERR_INFO_VALUE), NAME(MPI_ERR_KEYVAL),    NAME(MPI_ERR_INFO_NOKEY),
    NAME(MPI_ERR_IN_STATUS),  NAME(MPI_ERR_PENDING),   NAME(MPI_ERR_INTERN),
    NAME(MPI_ERR_NO_MEM),     NAME(MPI_ERR_ERRHANDLER)};

static const char *class_name(int class)
{
    bool known = class >= 0 && (size_t) class < sizeof class_names / sizeof class_names[0];

    return known && class_names[class] ? class_names[class] : "another class";
}

// Is it this row's turn?
static bool turn(int class, const char *word, const char *call)
{
    int row = rows++;

    if (list)
        printf("%d %s %s%.*s %s\n", row, class_name(class), call[3] == '_' ? "" : "MPI_",
               (int)strcspn(call, "("), call, word);
    if (row == wanted) {
        printf("calling %s\n", call);
        fflush(stdout);
    }
    return all || row == wanted;
}

static void judge(int class, int code, const char *call)
{
    int got = -1;

    MPI_Error_class(code, &got);
    if (got == class)
        return;
    wrong++;
    printf("row %d: %s: %s, not %s\n", rows - 1, call, class_name(got), class_name(class));
}

#define ROW(class_, word_, call_) \
    do { \
        if (turn(class_, word_, #call_)) \
            judge(class_, call_, #call_); \
    } while (0)

// Calls with the arguments of others, and more behind or between them.
#define Isend(b, n, t, p, g, c) MPI_Isend(b, n, t, p, g, c, &request)
#define Issend(b, n, t, p, g, c) MPI_Issend(b, n, t, p, g, c, &request)
#define Irsend(b, n, t, p, g, c) MPI_Irsend(b, n, t, p, g, c, &request)
#define Ibsend(b, n, t, p, g, c) MPI_Ibsend(b, n, t, p, g, c, &request)
#define Send_init(b, n, t, p, g, c) MPI_Send_init(b, n, t, p, g, c, &request)
#define Ssend_init(b, n, t, p, g, c) MPI_Ssend_init(b, n, t, p, g, c, &request)
#define Rsend_init(b, n, t, p, g, c) MPI_Rsend_init(b, n, t, p, g, c, &request)
#define Bsend_init(b, n, t, p, g, c) MPI_Bsend_init(b, n, t, p, g, c, &request)
#define Isend_c(b, n, t, p, g, c) MPI_Isend_c(b, n, t, p, g, c, &request)
#define Irecv(b, n, t, p, g, c) MPI_Irecv(b, n, t, p, g, c, &request)
#define Recv_init(b, n, t, p, g, c) MPI_Recv_init(b, n, t, p, g, c, &request)
#define Recv(b, n, t, p, g, c) MPI_Recv(b, n, t, p, g, c, IGNORE)
#define Recv_c(b, n, t, p, g, c) MPI_Recv_c(b, n, t, p, g, c, IGNORE)
#define Ibarrier(c) MPI_Ibarrier(c, &request)
#define Barrier_init(c) MPI_Barrier_init(c, MPI_INFO_NULL, &request)
#define Ibcast(b, n, t, r, c) MPI_Ibcast(b, n, t, r, c, &request)
#define Bcast_init(b, n, t, r, c) MPI_Bcast_init(b, n, t, r, c, MPI_INFO_NULL, &request)
#define Gather(s, sn, st, r, rn, rt, c) MPI_Gather(s, sn, st, r, rn, rt, rank, c)
#define Igather(s, sn, st, r, rn, rt, c) MPI_Igather(s, sn, st, r, rn, rt, rank, c, &request)
#define Gather_init(s, sn, st, r, rn, rt, c) \
    MPI_Gather_init(s, sn, st, r, rn, rt, rank, c, MPI_INFO_NULL, &request)
#define Scatter(s, sn, st, r, rn, rt, c) MPI_Scatter(s, sn, st, r, rn, rt, rank, c)
#define Iscatter(s, sn, st, r, rn, rt, c) MPI_Iscatter(s, sn, st, r, rn, rt, rank, c, &request)
#define Scatter_init(s, sn, st, r, rn, rt, c) \
    MPI_Scatter_init(s, sn, st, r, rn, rt, rank, c, MPI_INFO_NULL, &request)
#define Iallgather(s, sn, st, r, rn, rt, c) MPI_Iallgather(s, sn, st, r, rn, rt, c, &request)
#define Allgather_init(s, sn, st, r, rn, rt, c) \
    MPI_Allgather_init(s, sn, st, r, rn, rt, c, MPI_INFO_NULL, &request)
#define Ialltoall(s, sn, st, r, rn, rt, c) MPI_Ialltoall(s, sn, st, r, rn, rt, c, &request)
#define Alltoall_init(s, sn, st, r, rn, rt, c) \
    MPI_Alltoall_init(s, sn, st, r, rn, rt, c, MPI_INFO_NULL, &request)
#define Reduce(s, r, n, t, o, c) MPI_Reduce(s, r, n, t, o, rank, c)
#define Ireduce(s, r, n, t, o, c) MPI_Ireduce(s, r, n, t, o, rank, c, &request)
#define Reduce_init(s, r, n, t, o, c) \
    MPI_Reduce_init(s, r, n, t, o, rank, c, MPI_INFO_NULL, &request)
#define Iallreduce(s, r, n, t, o, c) MPI_Iallreduce(s, r, n, t, o, c, &request)
#define Iscan(s, r, n, t, o, c) MPI_Iscan(s, r, n, t, o, c, &request)
#define Ireduce_scatter_block(s, r, n, t, o, c) \
    MPI_Ireduce_scatter_block(s, r, n, t, o, c, &request)
#define Allreduce_init(s, r, n, t, o, c) \
    MPI_Allreduce_init(s, r, n, t, o, c, MPI_INFO_NULL, &request)
