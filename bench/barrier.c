// SPDX-License-Identifier: BSD-2-Clause
// barrier.c: how long a barrier takes, one after the other.
#include "harness.h"

static void call(size_t bytes)
{
    (void)bytes;
    MPI_Barrier(MPI_COMM_WORLD);
}

static void start(size_t bytes, MPI_Request *request)
{
    (void)bytes;
    MPI_Ibarrier(MPI_COMM_WORLD, request);
}

static double run(size_t bytes, long calls)
{
    double seconds = 0;

    for (long i = 0; i < calls; i++)
        seconds += bench_time_call(call, start, bytes);
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
