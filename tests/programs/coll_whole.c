// SPDX-License-Identifier: BSD-2-Clause
// coll_whole.c: a user's operation is called with the whole vector. The standard allows less (MPI 4.1,
// 6.9.5), but there are programs whose operation takes the vector for one thing: HYPRE merges lists.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int want, parts;

static void add(void *in, void *inout, int *count, MPI_Datatype *type)
{
    (void)type;
    parts += *count != want;
    for (int i = 0; i < *count; i++)
        ((int *)inout)[i] += ((int *)in)[i];
}

static int rank, ranks, wrong;

static void judge(const char *what, const int *result, int terms)
{
    int total[2], mine[2] = {parts, 0};

    for (int i = 0; i < want && terms > 0; i++)
        mine[1] += result[i] != terms * i;
    MPI_Allreduce(mine, total, 2, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0 && total[0])
        printf("%s of %d: %d calls with a part\n", what, want, total[0]);
    if (rank == 0 && total[1])
        printf("%s of %d: %d elements are wrong\n", what, want, total[1]);
    wrong += total[0] + total[1];
    parts = 0;
}

static void reductions(MPI_Op op, int count)
{
    int *in = malloc((size_t)count * sizeof *in), *out = calloc((size_t)count, sizeof *out);
    MPI_Request request;

    if (!in || !out)
        MPI_Abort(MPI_COMM_WORLD, 1);
    want = count;
    for (int i = 0; i < count; i++)
        in[i] = i;
    MPI_Allreduce(in, out, count, MPI_INT, op, MPI_COMM_WORLD);
    judge("allreduce", out, ranks);
    MPI_Reduce(in, out, count, MPI_INT, op, ranks - 1, MPI_COMM_WORLD);
    judge("reduce", out, rank == ranks - 1 ? ranks : 0);
    MPI_Scan(in, out, count, MPI_INT, op, MPI_COMM_WORLD);
    judge("scan", out, rank + 1);
    MPI_Exscan(in, out, count, MPI_INT, op, MPI_COMM_WORLD);
    judge("exscan", out, rank);
    MPI_Iallreduce(in, out, count, MPI_INT, op, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    judge("iallreduce", out, ranks);
    MPI_Ireduce(in, out, count, MPI_INT, op, 0, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    judge("ireduce", out, rank == 0 ? ranks : 0);
    MPI_Iscan(in, out, count, MPI_INT, op, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    judge("iscan", out, rank + 1);
    MPI_Allreduce(MPI_IN_PLACE, in, count, MPI_INT, op, MPI_COMM_WORLD);
    judge("allreduce in place", in, ranks);
    free(in);
    free(out);
}

int main(int argc, char *argv[])
{
    static const int counts[] = {1, 2, 5, 16, 100, 1000, 5000, 20000, 400000};

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int commute = 0; commute < 2; commute++) {
        MPI_Op op;

        MPI_Op_create(add, commute, &op);
        for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++)
            reductions(op, counts[i]);
        MPI_Op_free(&op);
    }
    if (rank == 0 && !wrong)
        printf("ok\n");
    MPI_Finalize();
    return 0;
}
