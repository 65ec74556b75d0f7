// SPDX-License-Identifier: BSD-2-Clause
// coll_mismatch.c: collectives that do not match, and others that look as if they did not.
//
// The first argument names what rank size - 1 does differently; for "none" nobody does, and it prints "ok".
// Errors come back: the rank that sees one prints its class and ends the job.
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size;
static bool odd; // the rank that does it wrong
static MPI_Comm comm = MPI_COMM_WORLD;
static int in[64], out[64], counts[64], displs[64];

static const char *class_name(int class)
{
    switch (class) {
    case MPI_ERR_OTHER:
        return "MPI_ERR_OTHER";
    case MPI_ERR_ROOT:
        return "MPI_ERR_ROOT";
    case MPI_ERR_OP:
        return "MPI_ERR_OP";
    case MPI_ERR_COUNT:
        return "MPI_ERR_COUNT";
    case MPI_ERR_TYPE:
        return "MPI_ERR_TYPE";
    default:
        return "another class";
    }
}

static void handler(MPI_Comm *which, int *code, ...)
{
    (void)which;
    printf("%s\n", class_name(*code));
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, 3);
}

static void function(void)
{
    if (odd)
        MPI_Bcast(in, 1, MPI_INT, 0, comm);
    else
        MPI_Reduce(in, out, 1, MPI_INT, MPI_SUM, 0, comm);
}

static void blocking(void)
{
    MPI_Request request;

    if (odd)
        MPI_Barrier(comm);
    else
        MPI_Ibarrier(comm, &request), MPI_Wait(&request, MPI_STATUS_IGNORE);
}

static void root(void)
{
    MPI_Bcast(in, 1, MPI_INT, odd, comm);
}

static void operation(void)
{
    MPI_Allreduce(in, out, 1, MPI_INT, odd ? MPI_MAX : MPI_SUM, comm);
}

static void count(void)
{
    MPI_Bcast(in, odd ? 2 : 3, MPI_INT, 0, comm);
}

static void type(void)
{
    MPI_Allreduce(in, out, 2, odd ? MPI_FLOAT : MPI_INT, MPI_SUM, comm);
}

// As many bytes, and the second type comes first.
static void type_order(void)
{
    MPI_Datatype pair;
    MPI_Datatype types[2] = {odd ? MPI_FLOAT : MPI_INT, odd ? MPI_INT : MPI_FLOAT};
    const int one[2] = {1, 1};
    const MPI_Aint at[2] = {0, 4};

    MPI_Type_create_struct(2, one, at, types, &pair);
    MPI_Type_commit(&pair);
    MPI_Bcast(in, 3, pair, 0, comm);
    MPI_Type_free(&pair);
}

static void gather(void)
{
    MPI_Gather(in, odd ? 2 : 1, MPI_INT, out, 1, MPI_INT, 0, comm);
}

static void gatherv(void)
{
    for (int i = 0; i < size; i++) {
        counts[i] = i % 3 + (odd && i == rank);
        displs[i] = 3 * i;
    }
    MPI_Gatherv(in, counts[rank], MPI_INT, out, counts, displs, MPI_INT, 0, comm);
}

static void scatter(void)
{
    MPI_Scatter(in, 2, MPI_INT, out, odd ? 1 : 2, MPI_INT, 0, comm);
}

static void allgather(void)
{
    MPI_Allgather(in, odd ? 4 : 1, odd ? MPI_BYTE : MPI_INT, out, 1, MPI_INT, comm);
}

static void alltoallv(void)
{
    for (int i = 0; i < size; i++) {
        counts[i] = 1 + (odd && i == 0);
        displs[i] = 2 * i;
    }
    MPI_Alltoallv(in, counts, displs, MPI_INT, out, counts, displs, MPI_INT, comm);
}

static void persistent(void)
{
    MPI_Request request;

    MPI_Bcast_init(in, odd ? 2 : 1, MPI_INT, 0, comm, MPI_INFO_NULL, &request);
    MPI_Start(&request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    MPI_Request_free(&request);
}

// Started, not waited for: the others are ahead, and must not wait.
static void ahead(void)
{
    MPI_Request request[200];

    for (int i = 0; i < 200; i++)
        MPI_Iallreduce(in, out, 1, MPI_INT, odd && i == 199 ? MPI_MIN : MPI_SUM, comm, &request[i]);
    MPI_Waitall(200, request, MPI_STATUSES_IGNORE);
}

static void named(void)
{
    MPI_Comm half;

    MPI_Comm_split(MPI_COMM_WORLD, rank < size / 2, rank, &half);
    MPI_Comm_set_name(half, "half");
    comm = half;
    root();
}

// --- all of it matches ---

static void types_alike(void)
{
    MPI_Datatype three;

    MPI_Type_contiguous(3, MPI_INT32_T, &three);
    MPI_Type_commit(&three);
    MPI_Bcast(in, odd ? 2 : 6, odd ? three : MPI_INT, 0, comm);
    MPI_Gather(in, odd ? 1 : 3, odd ? three : MPI_INT, out, 3, MPI_INT, 0, comm);
    MPI_Type_free(&three);
}

static void in_place(void)
{
    bool is_root = rank == 1 % size;

    MPI_Gather(is_root ? MPI_IN_PLACE : in, 1, MPI_INT, out, 1, MPI_INT, 1 % size, comm);
    MPI_Scatter(in, 1, MPI_INT, is_root ? MPI_IN_PLACE : out, 1, MPI_INT, 1 % size, comm);
    MPI_Reduce(is_root ? MPI_IN_PLACE : in, out, 1, MPI_INT, MPI_SUM, 1 % size, comm);
    MPI_Allgather(odd ? MPI_IN_PLACE : in, 1, MPI_INT, out, 1, MPI_INT, comm);
    MPI_Alltoall(odd ? MPI_IN_PLACE : in, 1, MPI_INT, out, 1, MPI_INT, comm);
}

static void lists(void)
{
    int equal[64];

    for (int i = 0; i < size; i++) { // rank r gives r + i elements to rank i
        counts[i] = (rank + i) % 3;
        displs[i] = 2 * i;
        equal[i] = i % 3;
    }
    MPI_Alltoallv(in, counts, displs, MPI_INT, out, counts, displs, MPI_INT, comm);
    MPI_Allgatherv(in, rank % 3, MPI_INT, out, equal, displs, MPI_INT, comm);
    MPI_Reduce_scatter(in, out, equal, MPI_INT, MPI_SUM, comm);
}

static void between_groups(void)
{
    MPI_Comm half, both;
    bool low = rank < size / 2;

    MPI_Comm_split(MPI_COMM_WORLD, low, rank, &half);
    MPI_Intercomm_create(half, 0, MPI_COMM_WORLD, low ? size / 2 : 0, 5, &both);
    MPI_Barrier(both);
    MPI_Bcast(in, 2, MPI_INT, !low ? 0 : rank == 0 ? MPI_ROOT : MPI_PROC_NULL, both);
    MPI_Comm_free(&both);
    MPI_Comm_free(&half);
}

static void sum(void *a, void *b, int *n, MPI_Datatype *unused)
{
    (void)unused;
    for (int i = 0; i < *n; i++)
        ((int *)b)[i] += ((int *)a)[i];
}

// Communicators with the same context, one after the other, with a rank that lags behind.
static void many_communicators(void)
{
    MPI_Comm other;
    MPI_Op op;

    MPI_Op_create(sum, 1, &op);
    for (int i = 0; i < 100; i++) {
        MPI_Comm_dup(MPI_COMM_WORLD, &other);
        for (int n = 0; n < i % 5; n++)
            MPI_Bcast(in, i % 3, MPI_INT, i % size, other);
        MPI_Allreduce(in, out, 1, MPI_INT, op, other);
        MPI_Comm_free(&other);
    }
    MPI_Op_free(&op);
}

static void none(void)
{
    types_alike();
    in_place();
    lists();
    if (size > 1)
        between_groups();
    many_communicators();
    for (int i = 0; i < 1000; i++)
        MPI_Bcast(in, i % 7, MPI_INT, i % size, comm);
    MPI_Barrier(comm);
    printf("ok\n");
}

static const struct {
    const char *name;
    void (*go)(void);
} way[] = {{"function", function},
           {"blocking", blocking},
           {"root", root},
           {"operation", operation},
           {"count", count},
           {"type", type},
           {"type_order", type_order},
           {"gather", gather},
           {"gatherv", gatherv},
           {"scatter", scatter},
           {"allgather", allgather},
           {"alltoallv", alltoallv},
           {"persistent", persistent},
           {"ahead", ahead},
           {"named", named},
           {"none", none}};

int main(int argc, char *argv[])
{
    MPI_Errhandler errhandler;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    odd = rank == size - 1;
    if (argc == 3 && strcmp(argv[2], "returns") == 0) {
        MPI_Comm_create_errhandler(handler, &errhandler);
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, errhandler);
    }
    for (size_t i = 0; argc >= 2 && i < sizeof way / sizeof way[0]; i++)
        if (strcmp(argv[1], way[i].name) == 0)
            way[i].go();
    MPI_Finalize();
    return 0;
}
