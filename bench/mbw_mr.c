// SPDX-License-Identifier: BSD-2-Clause
// mbw_mr.c: bandwidth and message rate of several pairs at once: rank r to rank r + half.
#include "harness.h"

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Multiple Bandwidth / Message Rate",
        .ranks = BENCH_EVEN_RANKS,
        .figure = BENCH_RATE,
        .min_bytes = 1,
        .max_bytes = 4 << 20,
        .iterations = 1000,
        .messages_per_slot = 1,
        .run = bench_time_window,
        .fill = bench_fill_message,
        .check = bench_message_arrived_below,
    };

    return bench_main(argc, argv, &bench);
}
