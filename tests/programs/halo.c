// SPDX-License-Identifier: BSD-2-Clause
// halo.c: some steps of a computation on a ring: neighbours exchange borders while the inside is
// computed, rank 0 has more to do than the others, and all agree on the residual. For --trace.
#include <mpi.h>
#include <stdio.h>

#define STEPS 6
#define BORDER 512
#define TAG 7

static double inside(int rounds)
{
    volatile double sum = 0;

    for (int i = 1; i <= rounds; i++)
        sum += 1.0 / i;
    return sum;
}

int main(int argc, char **argv)
{
    double out[BORDER] = {0}, in[BORDER], mine, all = 0;
    int rank, size;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int step = 0; step < STEPS; step++) {
        MPI_Request request[2];

        MPI_Irecv(in, BORDER, MPI_DOUBLE, (rank + size - 1) % size, TAG, MPI_COMM_WORLD, &request[0]);
        MPI_Isend(out, BORDER, MPI_DOUBLE, (rank + 1) % size, TAG, MPI_COMM_WORLD, &request[1]);
        mine = inside(rank == 0 ? 60000 : 20000);
        MPI_Waitall(2, request, MPI_STATUSES_IGNORE);
        MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    }
    if (rank == 0)
        printf("ok %d\n", all > 0);
    MPI_Finalize();
    return 0;
}
