// SPDX-License-Identifier: BSD-2-Clause
// coll_start.c: many nonblocking collectives at a time on several communicators, mixed with
// blocking ones and messages, and persistent ones, started in different orders. MPI 4 is needed;
// rank 0 prints "ok".
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

#define MANY 20

static int rank, size, errors;

static void check(int is, int wanted, const char *what)
{
    if (is != wanted && errors++ < 10)
        printf("rank %d: %s is %d, not %d\n", rank, what, is, wanted);
}

static void test_many(void)
{
    MPI_Comm comm[2];
    MPI_Request request[3 * MANY];
    int data[MANY], sums[MANY], prefix[MANY], one = 1;

    MPI_Comm_dup(MPI_COMM_WORLD, &comm[0]);
    MPI_Comm_dup(MPI_COMM_WORLD, &comm[1]);
    for (int i = 0; i < MANY; i++) {
        data[i] = rank == i % size ? 1000 + i : 0;
        MPI_Ibcast(&data[i], 1, MPI_INT, i % size, comm[i % 2], &request[3 * i]);
        MPI_Iallreduce(&rank, &sums[i], 1, MPI_INT, MPI_SUM, comm[(i + 1) % 2], &request[3 * i + 1]);
        MPI_Iscan(&one, &prefix[i], 1, MPI_INT, MPI_SUM, comm[i % 2], &request[3 * i + 2]);
        if (i % 5 == 0)
            MPI_Barrier(comm[i % 2]);
    }
    for (int done = 0, index = 0; done < 3 * MANY; done++)
        MPI_Waitany(3 * MANY, request, &index, MPI_STATUS_IGNORE);
    for (int i = 0; i < MANY; i++) {
        check(data[i], 1000 + i, "bcast");
        check(sums[i], size * (size - 1) / 2, "sum");
        check(prefix[i], rank + 1, "scan");
    }
    MPI_Comm_free(&comm[0]);
    MPI_Comm_free(&comm[1]);
}

// The communicator goes while its collective is under way.
static void test_freed(void)
{
    MPI_Comm comm;
    MPI_Request request;
    int sum = -1;

    MPI_Comm_dup(MPI_COMM_WORLD, &comm);
    MPI_Iallreduce(&rank, &sum, 1, MPI_INT, MPI_MAX, comm, &request);
    MPI_Comm_free(&comm);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    check(sum, size - 1, "maximum over a freed communicator");
}

static void test_testing(void)
{
    MPI_Request request[2];
    int flag = 0, sum;

    MPI_Ibarrier(MPI_COMM_WORLD, &request[0]);
    MPI_Ireduce(&rank, &sum, 1, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD, &request[1]);
    while (!flag)
        MPI_Testall(2, request, &flag, MPI_STATUSES_IGNORE);
    if (rank == 0)
        check(sum, size * (size - 1) / 2, "tested sum");
}

static void test_persistent(void)
{
#if MPI_VERSION >= 4
    int *from = malloc((size_t)size * sizeof *from), *to = malloc((size_t)size * sizeof *to), value,
        sum;
    MPI_Request request[3];

    MPI_Bcast_init(&value, 1, MPI_INT, size - 1, MPI_COMM_WORLD, MPI_INFO_NULL, &request[0]);
    MPI_Allreduce_init(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, MPI_INFO_NULL, &request[1]);
    MPI_Alltoall_init(from, 1, MPI_INT, to, 1, MPI_INT, MPI_COMM_WORLD, MPI_INFO_NULL, &request[2]);
    for (int round = 0; round < 10; round++) {
        value = rank == size - 1 ? round : -1;
        sum = -1;
        for (int i = 0; i < size; i++)
            from[i] = rank * 100 + i + round;
        if (round % 2) {
            MPI_Startall(3, request);
            MPI_Waitall(3, request, MPI_STATUSES_IGNORE);
        } else {
            for (int i = 0; i < 3; i++)
                MPI_Start(&request[(i + rank) % 3]);
            for (int i = 0; i < 3; i++)
                MPI_Wait(&request[i], MPI_STATUS_IGNORE);
        }
        check(value, round, "persistent bcast");
        check(sum, size * (size - 1) / 2, "persistent allreduce");
        for (int i = 0; i < size; i++)
            check(to[i], i * 100 + rank + round, "persistent alltoall");
    }
    for (int i = 0; i < 3; i++)
        MPI_Request_free(&request[i]);
    free(from);
    free(to);
#endif
}

int main(int argc, char **argv)
{
    int all;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int i = 0; i < 20; i++) {
        test_many();
        test_freed();
        test_testing();
        test_persistent();
    }
    MPI_Allreduce(&errors, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        printf(all ? "%d errors\n" : "ok\n", all);
    MPI_Finalize();
    return all != 0;
}
