// SPDX-License-Identifier: BSD-2-Clause
// coll_data.c: collectives that move data, blocking and nonblocking, with plain and derived
// datatypes, in place, with any root and many counts. Any MPI can run it; rank 0 prints "ok".
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size, errors;
static MPI_Datatype every_other; // one int, extent of two

static void check(int is, int wanted, const char *what, int count, int at)
{
    if (is != wanted && errors++ < 5)
        printf("rank %d: %s, count %d: element %d is %d, not %d\n", rank, what, count, at, is,
               wanted);
}

// Element j of what rank `from` has for rank `to`.
static int value(int from, int to, int j)
{
    return from * 1000003 + to * 1009 + j;
}

static int *buffer(long ints)
{
    int *buf = malloc((size_t)(ints + 1) * 2 * sizeof *buf);

    for (long i = 0; i < 2 * (ints + 1); i++)
        buf[i] = -1;
    return buf;
}

static void wait_for(MPI_Request *request)
{
    MPI_Wait(request, MPI_STATUS_IGNORE);
}

static void test_bcast(int count, int root, MPI_Datatype type, int stride, int nonblocking)
{
    int *buf = buffer((long)count);
    MPI_Request request;

    for (int j = 0; rank == root && j < count; j++)
        buf[j * stride] = value(root, 0, j);
    if (nonblocking) {
        MPI_Ibcast(buf, count, type, root, MPI_COMM_WORLD, &request);
        wait_for(&request);
    } else {
        MPI_Bcast(buf, count, type, root, MPI_COMM_WORLD);
    }
    for (int j = 0; j < count; j++)
        check(buf[j * stride], value(root, 0, j), "bcast", count, j);
    free(buf);
}

static void test_gather(int count, int root, MPI_Datatype type, int stride, int nonblocking,
                        int in_place)
{
    int *one = buffer(count), *all = buffer((long)count * size);
    void *from = in_place && rank == root ? MPI_IN_PLACE : one;
    MPI_Request request;

    for (int j = 0; j < count; j++) {
        one[j * stride] = value(rank, root, j);
        if (from == MPI_IN_PLACE)
            all[rank * count + j] = value(rank, root, j);
    }
    if (nonblocking) {
        MPI_Igather(from, count, type, all, count, MPI_INT, root, MPI_COMM_WORLD, &request);
        wait_for(&request);
    } else {
        MPI_Gather(from, count, type, all, count, MPI_INT, root, MPI_COMM_WORLD);
    }
    for (int i = 0; rank == root && i < size; i++)
        for (int j = 0; j < count; j++)
            check(all[i * count + j], value(i, root, j), "gather", count, j);
    free(one);
    free(all);
}

static void test_scatter(int count, int root, MPI_Datatype type, int stride, int nonblocking,
                         int in_place)
{
    int *one = buffer(count), *all = buffer((long)count * size);
    void *to = in_place && rank == root ? MPI_IN_PLACE : one;
    MPI_Request request;

    for (int i = 0; rank == root && i < size; i++)
        for (int j = 0; j < count; j++)
            all[i * count + j] = value(root, i, j);
    if (nonblocking) {
        MPI_Iscatter(all, count, MPI_INT, to, count, type, root, MPI_COMM_WORLD, &request);
        wait_for(&request);
    } else {
        MPI_Scatter(all, count, MPI_INT, to, count, type, root, MPI_COMM_WORLD);
    }
    for (int j = 0; to != MPI_IN_PLACE && j < count; j++)
        check(one[j * stride], value(root, rank, j), "scatter", count, j);
    free(one);
    free(all);
}

static void test_allgather(int count, MPI_Datatype type, int stride, int nonblocking, int in_place)
{
    int *one = buffer(count), *all = buffer((long)count * size);
    void *from = in_place ? MPI_IN_PLACE : one;
    MPI_Request request;

    for (int j = 0; j < count; j++)
        one[j * stride] = all[rank * count + j] = value(rank, 0, j);
    if (nonblocking) {
        MPI_Iallgather(from, count, type, all, count, MPI_INT, MPI_COMM_WORLD, &request);
        wait_for(&request);
    } else {
        MPI_Allgather(from, count, type, all, count, MPI_INT, MPI_COMM_WORLD);
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < count; j++)
            check(all[i * count + j], value(i, 0, j), "allgather", count, j);
    free(one);
    free(all);
}

static void test_alltoall(int count, MPI_Datatype type, int stride, int nonblocking, int in_place)
{
    int *from = buffer((long)count * size), *to = buffer((long)count * size);
    MPI_Request request;

    for (int i = 0; i < size; i++)
        for (int j = 0; j < count; j++) {
            from[(i * count + j) * stride] = value(rank, i, j);
            if (in_place)
                to[i * count + j] = value(rank, i, j);
        }
    if (nonblocking) {
        MPI_Ialltoall(in_place ? MPI_IN_PLACE : from, count, type, to, count, MPI_INT,
                      MPI_COMM_WORLD, &request);
        wait_for(&request);
    } else {
        MPI_Alltoall(in_place ? MPI_IN_PLACE : from, count, type, to, count, MPI_INT, MPI_COMM_WORLD);
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < count; j++)
            check(to[i * count + j], value(i, rank, j), "alltoall", count, j);
    free(from);
    free(to);
}

// Rank i has (i + unit) % 3 * count elements, one element apart from each other.
static void test_vectors(int count, int root, int nonblocking)
{
    int *counts = malloc(4 * size * sizeof *counts), *displs = counts + size, *zeros = displs + size;
    int total = 0, mine = rank % 3 * count;
    int *one, *all, *back;
    MPI_Request request[4];
    int n = 0;

    for (int i = 0; i < size; i++) {
        counts[i] = i % 3 * count;
        displs[i] = total + i;
        total += counts[i] + 1;
        zeros[i] = 0;
    }
    one = buffer(mine);
    all = buffer(total);
    back = buffer(mine);
    for (int j = 0; j < mine; j++)
        one[j] = value(rank, 0, j);
    if (nonblocking) {
        MPI_Igatherv(one, mine, MPI_INT, all, counts, displs, MPI_INT, root, MPI_COMM_WORLD,
                     &request[n++]);
        wait_for(&request[0]);
        MPI_Iscatterv(all, counts, displs, MPI_INT, back, mine, MPI_INT, root, MPI_COMM_WORLD,
                      &request[0]);
        wait_for(&request[0]);
    } else {
        MPI_Gatherv(one, mine, MPI_INT, all, counts, displs, MPI_INT, root, MPI_COMM_WORLD);
        MPI_Scatterv(all, counts, displs, MPI_INT, back, mine, MPI_INT, root, MPI_COMM_WORLD);
    }
    for (int i = 0; rank == root && i < size; i++)
        for (int j = 0; j < counts[i]; j++)
            check(all[displs[i] + j], value(i, 0, j), "gatherv", count, j);
    for (int j = 0; j < mine; j++)
        check(back[j], value(rank, 0, j), "scatterv", count, j);
    for (int j = 0; j < total; j++)
        all[j] = -1;
    if (nonblocking) {
        MPI_Iallgatherv(one, mine, MPI_INT, all, counts, displs, MPI_INT, MPI_COMM_WORLD,
                        &request[0]);
        wait_for(&request[0]);
    } else {
        MPI_Allgatherv(one, mine, MPI_INT, all, counts, displs, MPI_INT, MPI_COMM_WORLD);
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < counts[i]; j++)
            check(all[displs[i] + j], value(i, 0, j), "allgatherv", count, j);
    // Everyone sends all it has to everyone: the same result.
    for (int i = 0; i < size; i++)
        zeros[i] = 0;
    for (int j = 0; j < total; j++)
        all[j] = -1;
    for (int i = 0; i < size; i++)
        counts[3 * size + i] = mine;
    if (nonblocking) {
        MPI_Ialltoallv(one, counts + 3 * size, zeros, MPI_INT, all, counts, displs, MPI_INT,
                       MPI_COMM_WORLD, &request[0]);
        wait_for(&request[0]);
    } else {
        MPI_Alltoallv(one, counts + 3 * size, zeros, MPI_INT, all, counts, displs, MPI_INT,
                      MPI_COMM_WORLD);
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < counts[i]; j++)
            check(all[displs[i] + j], value(i, 0, j), "alltoallv", count, j);
    free(one);
    free(all);
    free(back);
    free(counts);
}

// A datatype for each partner.
static void test_alltoallw(int count, int nonblocking)
{
    int *from = buffer((long)count * size), *to = buffer((long)count * size);
    int *counts = malloc(3 * size * sizeof *counts), *sdispls = counts + size,
        *rdispls = sdispls + size;
    MPI_Datatype *stypes = malloc(2 * size * sizeof(MPI_Datatype)), *rtypes = stypes + size;
    MPI_Request request;

    for (int i = 0; i < size; i++) {
        counts[i] = count;
        sdispls[i] = (int)(i * count * sizeof(int));
        rdispls[i] = (int)(i * count * 2 * sizeof(int));
        stypes[i] = MPI_INT;
        rtypes[i] = i % 2 ? every_other : MPI_INT;
        for (int j = 0; j < count; j++)
            from[i * count + j] = value(rank, i, j);
    }
    if (nonblocking) {
        MPI_Ialltoallw(from, counts, sdispls, stypes, to, counts, rdispls, rtypes, MPI_COMM_WORLD,
                       &request);
        wait_for(&request);
    } else {
        MPI_Alltoallw(from, counts, sdispls, stypes, to, counts, rdispls, rtypes, MPI_COMM_WORLD);
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < count; j++)
            check(to[2 * i * count + j * (i % 2 ? 2 : 1)], value(i, rank, j), "alltoallw", count, j);
    free(from);
    free(to);
    free(counts);
    free(stypes);
}

static void test_all(int count, int root, int nonblocking)
{
    for (int in_place = 0; in_place < 2; in_place++)
        for (int stride = 1; stride <= 2; stride++) {
            MPI_Datatype type = stride == 1 ? MPI_INT : every_other;

            test_bcast(count, root, type, stride, nonblocking);
            test_gather(count, root, type, stride, nonblocking, in_place);
            test_scatter(count, root, type, stride, nonblocking, in_place);
            test_allgather(count, type, stride, nonblocking, in_place);
            test_alltoall(count, type, stride, nonblocking, in_place);
        }
    test_vectors(count, root, nonblocking);
    test_alltoallw(count, nonblocking);
    MPI_Barrier(MPI_COMM_WORLD);
}

// Several at a time, finished in another order than they were started; and persistent ones, twice.
static void test_overlap(void)
{
    int a = rank == 0 ? 17 : 0, b = rank == size - 1 ? 18 : 0, *c = buffer(size);
    MPI_Request request[3];

    MPI_Ibcast(&a, 1, MPI_INT, 0, MPI_COMM_WORLD, &request[0]);
    MPI_Ibarrier(MPI_COMM_WORLD, &request[1]);
    MPI_Ibcast(&b, 1, MPI_INT, size - 1, MPI_COMM_WORLD, &request[2]);
    for (int i = 2; i >= 0; i--)
        MPI_Wait(&request[i], MPI_STATUS_IGNORE);
    check(a, 17, "overlap", 1, 0);
    check(b, 18, "overlap", 1, 1);
    // A blocking receive must let the barrier go on.
    MPI_Ibarrier(MPI_COMM_WORLD, &request[0]);
    if (rank == 0 && size > 1)
        MPI_Recv(&a, 1, MPI_INT, size - 1, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Wait(&request[0], MPI_STATUS_IGNORE);
    if (rank == size - 1 && size > 1)
        MPI_Send(&a, 1, MPI_INT, 0, 5, MPI_COMM_WORLD);
    free(c);
}

int main(int argc, char **argv)
{
    static const int counts[] = {0, 1, 3, 14, 100, 1023, 5000, 40000};
    int all;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Type_create_resized(MPI_INT, 0, 2 * sizeof(int), &every_other);
    MPI_Type_commit(&every_other);
    for (int i = 0; i < (int)(sizeof counts / sizeof *counts); i++)
        for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
            test_all(counts[i], 0, nonblocking);
            test_all(counts[i], size - 1, nonblocking);
            test_all(counts[i], size / 2, nonblocking);
        }
    for (int i = 0; i < 100; i++) {
        test_bcast(3, i % size, MPI_INT, 1, 0);
        test_gather(3, (i + 1) % size, MPI_INT, 1, 0, 0);
        test_overlap();
    }
    MPI_Type_free(&every_other);
    MPI_Allreduce(&errors, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        printf(all ? "%d errors\n" : "ok\n", all);
    MPI_Finalize();
    return all != 0;
}
