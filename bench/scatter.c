// SPDX-License-Identifier: BSD-2-Clause
// scatter.c: how long a scatter from rank 0 takes, on average over the ranks.
//
// Sizes are those of one block.
#include "harness.h"

#define ROOT 0

static void call(size_t bytes)
{
    int count = (int)bytes;

    MPI_Scatter(bench_send, count, MPI_CHAR, bench_recv, count, MPI_CHAR, ROOT, MPI_COMM_WORLD);
}

static void start(size_t bytes, MPI_Request *request)
{
    int count = (int)bytes;

    MPI_Iscatter(bench_send, count, MPI_CHAR, bench_recv, count, MPI_CHAR, ROOT, MPI_COMM_WORLD,
                 request);
}

static double run(size_t bytes, long calls)
{
    return bench_time_collective(call, start, bytes, calls);
}

static void fill(size_t bytes)
{
    for (int r = 0; r < bench_rank_count; r++)
        bench_pattern(bench_send + bytes * (size_t)r, bytes, bench_rank == ROOT ? r : -1);
    bench_pattern(bench_recv, bytes, -1);
}

static bool check(size_t bytes)
{
    return bench_pattern_holds(bench_recv, bytes, bench_rank);
}

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Scatter",
        .figure = BENCH_LATENCY,
        .min_bytes = 1,
        .max_bytes = 1 << 20,
        .iterations = 1000,
        .send_blocks = true,
        .nonblocking = true,
        .run = run,
        .fill = fill,
        .check = check,
    };

    return bench_main(argc, argv, &bench);
}
