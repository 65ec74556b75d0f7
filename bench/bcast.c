// SPDX-License-Identifier: BSD-2-Clause
// bcast.c: how long a broadcast from rank 0 takes, on average over the ranks.
#include "harness.h"

#define ROOT 0

static void call(size_t bytes)
{
    MPI_Bcast(bench_recv, (int)bytes, MPI_CHAR, ROOT, MPI_COMM_WORLD);
}

static void start(size_t bytes, MPI_Request *request)
{
    MPI_Ibcast(bench_recv, (int)bytes, MPI_CHAR, ROOT, MPI_COMM_WORLD, request);
}

static double run(size_t bytes, long calls)
{
    return bench_time_collective(call, start, bytes, calls);
}

static void fill(size_t bytes)
{
    bench_pattern(bench_recv, bytes, bench_rank == ROOT ? ROOT : -1);
}

static bool check(size_t bytes)
{
    return bench_pattern_holds(bench_recv, bytes, ROOT);
}

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Broadcast",
        .figure = BENCH_LATENCY,
        .min_bytes = 1,
        .max_bytes = 1 << 20,
        .iterations = 1000,
        .nonblocking = true,
        .run = run,
        .fill = fill,
        .check = check,
    };

    return bench_main(argc, argv, &bench);
}
