// SPDX-License-Identifier: BSD-2-Clause
// latency.c: half a round trip between two ranks (MPI_Send, MPI_Recv).
#include "harness.h"

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Latency",
        .ranks = BENCH_TWO_RANKS,
        .figure = BENCH_LATENCY,
        .min_bytes = 1,
        .max_bytes = 4 << 20,
        .iterations = 10000,
        .run = bench_time_round_trips,
        .fill = bench_fill_message,
        .check = bench_message_arrived,
    };

    return bench_main(argc, argv, &bench);
}
