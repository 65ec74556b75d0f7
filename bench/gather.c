// SPDX-License-Identifier: BSD-2-Clause
// gather.c: how long a gather to rank 0 takes, on average over the ranks.
//
// Sizes are those of one block.
#include "harness.h"

#define ROOT 0

static void call(size_t bytes)
{
    int count = (int)bytes;

    MPI_Gather(bench_send, count, MPI_CHAR, bench_recv, count, MPI_CHAR, ROOT, MPI_COMM_WORLD);
}

static void start(size_t bytes, MPI_Request *request)
{
    int count = (int)bytes;

    MPI_Igather(bench_send, count, MPI_CHAR, bench_recv, count, MPI_CHAR, ROOT, MPI_COMM_WORLD,
                request);
}

static double run(size_t bytes, long calls)
{
    return bench_time_collective(call, start, bytes, calls);
}

static void fill(size_t bytes)
{
    bench_pattern(bench_send, bytes, bench_rank);
    bench_pattern(bench_recv, bytes * (size_t)bench_rank_count, -1);
}

static bool check(size_t bytes)
{
    for (int r = 0; bench_rank == ROOT && r < bench_rank_count; r++)
        if (!bench_pattern_holds(bench_recv + bytes * (size_t)r, bytes, r))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Gather",
        .figure = BENCH_LATENCY,
        .min_bytes = 1,
        .max_bytes = 1 << 20,
        .iterations = 1000,
        .recv_blocks = true,
        .nonblocking = true,
        .run = run,
        .fill = fill,
        .check = check,
    };

    return bench_main(argc, argv, &bench);
}
