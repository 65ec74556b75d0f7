// SPDX-License-Identifier: BSD-2-Clause
// barrier.c: how long a barrier takes, one after the other.
#include "harness.h"

static double run(size_t bytes, long calls)
{
    double seconds = 0;

    (void)bytes;
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
        .run = run,
    };

    return bench_main(argc, argv, &bench);
}
