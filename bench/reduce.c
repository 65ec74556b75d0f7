// SPDX-License-Identifier: BSD-2-Clause
// reduce.c: how long a sum of floats to rank 0 takes, on average over the ranks.
#include "harness.h"

#define ROOT 0

static void call(size_t bytes)
{
    int count = (int)(bytes / sizeof(float));

    MPI_Reduce(bench_send, bench_recv, count, MPI_FLOAT, MPI_SUM, ROOT, MPI_COMM_WORLD);
}

static void start(size_t bytes, MPI_Request *request)
{
    int count = (int)(bytes / sizeof(float));

    MPI_Ireduce(bench_send, bench_recv, count, MPI_FLOAT, MPI_SUM, ROOT, MPI_COMM_WORLD, request);
}

static double run(size_t bytes, long calls)
{
    return bench_time_collective(call, start, bytes, calls);
}

static void fill(size_t bytes)
{
    bench_floats(bench_send, bytes);
    bench_pattern(bench_recv, bytes, -1);
}

static bool check(size_t bytes)
{
    return bench_rank != ROOT || bench_floats_hold(bench_recv, bytes);
}

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Reduce",
        .figure = BENCH_LATENCY,
        .min_bytes = sizeof(float),
        .max_bytes = 1 << 20,
        .iterations = 1000,
        .nonblocking = true,
        .run = run,
        .fill = fill,
        .check = check,
    };

    return bench_main(argc, argv, &bench);
}
