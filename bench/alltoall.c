// SPDX-License-Identifier: BSD-2-Clause
// alltoall.c: how long an exchange of all with all takes, on average over the ranks.
//
// Sizes are those of one block.
#include "harness.h"

static int block_seed(int from, int to)
{
    return from * bench_rank_count + to;
}

static void call(size_t bytes)
{
    int count = (int)bytes;

    MPI_Alltoall(bench_send, count, MPI_CHAR, bench_recv, count, MPI_CHAR, MPI_COMM_WORLD);
}

static void start(size_t bytes, MPI_Request *request)
{
    int count = (int)bytes;

    MPI_Ialltoall(bench_send, count, MPI_CHAR, bench_recv, count, MPI_CHAR, MPI_COMM_WORLD, request);
}

static double run(size_t bytes, long calls)
{
    return bench_time_collective(call, start, bytes, calls);
}

static void fill(size_t bytes)
{
    for (int r = 0; r < bench_rank_count; r++)
        bench_pattern(bench_send + bytes * (size_t)r, bytes, block_seed(bench_rank, r));
    bench_pattern(bench_recv, bytes * (size_t)bench_rank_count, -1);
}

static bool check(size_t bytes)
{
    for (int r = 0; r < bench_rank_count; r++)
        if (!bench_pattern_holds(bench_recv + bytes * (size_t)r, bytes, block_seed(r, bench_rank)))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Alltoall",
        .figure = BENCH_LATENCY,
        .min_bytes = 1,
        .max_bytes = 1 << 20,
        .iterations = 1000,
        .send_blocks = true,
        .recv_blocks = true,
        .nonblocking = true,
        .run = run,
        .fill = fill,
        .check = check,
    };

    return bench_main(argc, argv, &bench);
}
