// SPDX-License-Identifier: BSD-2-Clause
// bibw.c: bandwidth between two ranks, a window of messages in flight in both directions.
#include "harness.h"

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Bi-Directional Bandwidth",
        .ranks = BENCH_TWO_RANKS,
        .figure = BENCH_BANDWIDTH,
        .min_bytes = 1,
        .max_bytes = 4 << 20,
        .iterations = 1000,
        .messages_per_slot = 2,
        .run = bench_time_both_ways,
        .fill = bench_fill_message,
        .check = bench_message_arrived,
    };

    return bench_main(argc, argv, &bench);
}
