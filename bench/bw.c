// SPDX-License-Identifier: BSD-2-Clause
// bw.c: bandwidth from one rank to the other, a window of messages in flight.
#include "harness.h"

int main(int argc, char **argv)
{
    static const struct bench bench = {
        .title = "Bandwidth",
        .ranks = BENCH_TWO_RANKS,
        .figure = BENCH_BANDWIDTH,
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
