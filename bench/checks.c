// SPDX-License-Identifier: BSD-2-Clause
// checks.c: the 8-byte latency of MPI_Send and MPI_Recv between two ranks, in nanoseconds with a decimal,
// which tables in microseconds do not show: the least of many short series. For checks.sh.
#include <mpi.h>
#include <stdio.h>

enum { SERIES = 20, MESSAGES = 50000 };

static void one_way(char *data, int from, int to, int rank)
{
    if (rank == from)
        MPI_Send(data, 8, MPI_CHAR, to, 1, MPI_COMM_WORLD);
    else
        MPI_Recv(data, 8, MPI_CHAR, from, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

int main(int argc, char *argv[])
{
    char data[8] = "";
    double least = 1e9;
    int rank, ranks;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (ranks != 2) {
        fprintf(stderr, "checks: two ranks, please\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    for (int series = 0; series < SERIES; series++) {
        double start = MPI_Wtime(), ns;

        for (int i = 0; i < MESSAGES; i++) {
            one_way(data, 0, 1, rank);
            one_way(data, 1, 0, rank);
        }
        ns = (MPI_Wtime() - start) / MESSAGES / 2 * 1e9;
        least = ns < least ? ns : least;
    }
    if (rank == 0)
        printf("%.1f\n", least);
    MPI_Finalize();
    return 0;
}
