// SPDX-License-Identifier: BSD-2-Clause
// init.c: how long MPI_Init takes, on average over the ranks.
//
// MPI_Wtime may be called only after it, hence the clock of the system.
#define _POSIX_C_SOURCE 199309L
#include <mpi.h>
#include <stdio.h>
#include <time.h>

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

int main(int argc, char **argv)
{
    double start_us = now_us(), us, sum_us = 0, least_us = 0, most_us = 0;
    int rank, ranks;

    MPI_Init(&argc, &argv);
    us = now_us() - start_us;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Reduce(&us, &sum_us, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Reduce(&us, &least_us, 1, MPI_DOUBLE, MPI_MIN, 0, MPI_COMM_WORLD);
    MPI_Reduce(&us, &most_us, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        printf("# Torito MPI Init Test\n");
        printf("#%18s %17s %17s\n", "Avg Latency(us)", "Min Latency(us)", "Max Latency(us)");
        printf("%19.2f %17.2f %17.2f\n", sum_us / ranks, least_us, most_us);
    }
    MPI_Finalize();
    return 0;
}
