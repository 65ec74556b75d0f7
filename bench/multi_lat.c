// SPDX-License-Identifier: BSD-2-Clause
// multi_lat.c: half a round trip, in several pairs at once: rank r with rank r + half.
#include "harness.h"

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Multi Latency",
        .ranks = BENCH_EVEN_RANKS,
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
