// SPDX-License-Identifier: BSD-2-Clause
// barrier.c: how long a barrier takes, one after the other.
#include "harness.h"

static double run_nonblocking(long calls)
{
    double seconds = 0;

    for (long i = 0; i < calls; i++) {
        double start = MPI_Wtime();
        MPI_Request request;

        MPI_Ibarrier(MPI_COMM_WORLD, &request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        seconds += MPI_Wtime() - start;
    }
    return seconds;
}

static double run(size_t bytes, long calls)
{
    double seconds = 0;

    (void)bytes;
    if (bench_nonblocking)
        return run_nonblocking(calls);
    for (long i = 0; i < calls; i++) {
        double start = MPI_Wtime();

        MPI_Barrier(MPI_COMM_WORLD);
        seconds += MPI_Wtime() - start;
    }
    return seconds;
}

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Barrier",
        .figure = BENCH_LATENCY,
        .sizeless = true,
        .iterations = 10000,
        .nonblocking = true,
        .run = run,
    };

    return bench_main(argc, argv, &bench);
}
