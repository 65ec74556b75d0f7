// SPDX-License-Identifier: BSD-2-Clause
// sessions.c: MPI without MPI_Init, with it, and again after MPI_Finalize; communicators of groups, and
// MPI_Comm_disconnect. With any number of ranks; rank 0 prints "ok".
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size, errors;

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(int holds, const char *text, int line)
{
    if (!holds && errors++ < 10)
        printf("rank %d: sessions.c:%d: %s\n", rank, line, text);
}

static void check_psets(MPI_Session session)
{
    char name[MPI_MAX_PSET_NAME_LEN], value[16];
    int count, length, flag, seen = 0;
    MPI_Info info;

    CHECK(MPI_Session_get_num_psets(session, MPI_INFO_NULL, &count) == MPI_SUCCESS && count >= 2);
    for (int i = 0; i < count; i++) {
        length = 0;
        CHECK(MPI_Session_get_nth_pset(session, MPI_INFO_NULL, i, &length, NULL) == MPI_SUCCESS);
        CHECK(length > 1 && length <= (int)sizeof name);
        CHECK(MPI_Session_get_nth_pset(session, MPI_INFO_NULL, i, &length, name) == MPI_SUCCESS);
        CHECK((int)strlen(name) + 1 == length);
        seen += strcmp(name, "mpi://WORLD") == 0 || strcmp(name, "mpi://SELF") == 0;
    }
    CHECK(seen == 2);
    CHECK(MPI_Session_get_pset_info(session, "mpi://SELF", &info) == MPI_SUCCESS);
    CHECK(MPI_Info_get(info, "mpi_size", 15, value, &flag) == MPI_SUCCESS && flag && atoi(value) == 1);
    MPI_Info_free(&info);
    CHECK(MPI_Session_get_pset_info(session, "mpi://nowhere", &info) == MPI_ERR_ARG);
    CHECK(MPI_Session_get_nth_pset(session, MPI_INFO_NULL, count, &length, name) == MPI_ERR_ARG);
}

// A message round the ring and a sum.
static void check_comm(MPI_Comm comm)
{
    int me, n, in = -1, sum;

    MPI_Comm_rank(comm, &me);
    MPI_Comm_size(comm, &n);
    MPI_Sendrecv(&me, 1, MPI_INT, (me + 1) % n, 5, &in, 1, MPI_INT, (me + n - 1) % n, 5, comm,
                 MPI_STATUS_IGNORE);
    CHECK(in == (me + n - 1) % n);
    MPI_Allreduce(&me, &sum, 1, MPI_INT, MPI_SUM, comm);
    CHECK(sum == n * (n - 1) / 2);
}

static void check_world(MPI_Session session)
{
    MPI_Group group;
    MPI_Comm comm;

    CHECK(MPI_Group_from_session_pset(session, "mpi://world", &group) == MPI_SUCCESS);
    CHECK(MPI_Comm_create_from_group(group, "world", MPI_INFO_NULL, MPI_ERRORS_RETURN, &comm) ==
          MPI_SUCCESS);
    MPI_Group_free(&group);
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    check_comm(comm);
    CHECK(MPI_Send(&rank, 1, MPI_INT, size, 0, comm) == MPI_ERR_RANK); // the handler given with it
    CHECK(MPI_Comm_free(&comm) == MPI_SUCCESS);
}

// The even ranks and the odd ones.
static void check_inter(MPI_Session session)
{
    int range[3] = {rank % 2, size - 1, 2}, other[3] = {1 - rank % 2, size - 1, 2}, n, sum = 0;
    MPI_Group world, ours, theirs;
    MPI_Comm inter;

    if (size < 2)
        return;
    MPI_Group_from_session_pset(session, "mpi://WORLD", &world);
    MPI_Group_range_incl(world, 1, &range, &ours);
    MPI_Group_range_incl(world, 1, &other, &theirs);
    CHECK(MPI_Intercomm_create_from_groups(ours, 0, theirs, 0, "even and odd", MPI_INFO_NULL,
                                           MPI_ERRORS_RETURN, &inter) == MPI_SUCCESS);
    MPI_Comm_remote_size(inter, &n);
    CHECK(n == (size + rank % 2) / 2);
    MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, inter);
    CHECK(sum == n * (n - 1) + n * other[0]);
    MPI_Group_free(&world);
    MPI_Group_free(&ours);
    MPI_Group_free(&theirs);
    MPI_Comm_free(&inter);
}

static void check_session(const char *level)
{
    char value[MPI_MAX_INFO_VAL];
    MPI_Session session;
    MPI_Info info;
    int flag;

    MPI_Info_create(&info);
    MPI_Info_set(info, "thread_level", level);
    CHECK(MPI_Session_init(info, MPI_ERRORS_RETURN, &session) == MPI_SUCCESS);
    MPI_Info_free(&info);
    CHECK(MPI_Session_get_info(session, &info) == MPI_SUCCESS);
    MPI_Info_get(info, "thread_level", MPI_MAX_INFO_VAL - 1, value, &flag);
    CHECK(flag && strcmp(value, level) == 0);
    MPI_Info_free(&info);
    check_psets(session);
    check_world(session);
    check_inter(session);
    CHECK(MPI_Session_finalize(&session) == MPI_SUCCESS && session == MPI_SESSION_NULL);
}

// A message of a request that was freed is on its way: it comes, though the communicator is gone.
static void check_disconnect(void)
{
    static int out[100000], in[100000];
    MPI_Request send, receive;
    MPI_Comm comm, parent;

    CHECK(MPI_Comm_get_parent(&parent) == MPI_SUCCESS && parent == MPI_COMM_NULL);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    out[99999] = rank;
    MPI_Irecv(in, 100000, MPI_INT, (rank + 1) % size, 3, comm, &receive);
    MPI_Isend(out, 100000, MPI_INT, (rank + size - 1) % size, 3, comm, &send);
    MPI_Request_free(&send);
    MPI_Wait(&receive, MPI_STATUS_IGNORE);
    CHECK(in[99999] == (rank + 1) % size);
    CHECK(MPI_Comm_disconnect(&comm) == MPI_SUCCESS && comm == MPI_COMM_NULL);
    out[99999] = -1; // the message has gone
    MPI_Barrier(MPI_COMM_WORLD);
    CHECK(in[99999] == (rank + 1) % size);
}

int main(int argc, char **argv)
{
    int flag, all;
    MPI_Session outer;
    MPI_Group group;
    MPI_Comm comm;

    MPI_Initialized(&flag);
    CHECK(!flag);
    check_session("MPI_THREAD_SINGLE");
    check_session("MPI_THREAD_MULTIPLE"); // the library starts again
    MPI_Initialized(&flag);
    CHECK(!flag);

    MPI_Init(&argc, &argv);
    check_session("MPI_THREAD_FUNNELED");
    check_comm(MPI_COMM_WORLD);
    check_disconnect();
    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &outer);
    MPI_Finalize();
    MPI_Finalized(&flag);
    CHECK(flag);

    MPI_Group_from_session_pset(outer, "mpi://WORLD", &group);
    MPI_Comm_create_from_group(group, "last", MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &comm);
    MPI_Group_free(&group);
    check_comm(comm);
    MPI_Allreduce(&errors, &all, 1, MPI_INT, MPI_SUM, comm);
    if (rank == 0)
        printf(all ? "%d errors\n" : "ok\n", all);
    MPI_Comm_free(&comm);
    MPI_Session_finalize(&outer);
    return all != 0;
}
