// SPDX-License-Identifier: BSD-2-Clause
// harness.h: what the benchmarks share: options, sizes, warm-ups, timing, checking, tables.
//
// A benchmark is one small file that fills in a struct bench; harness.c and line.c are compiled beside it:
//
//     mpicc -O2 -o latency bench/latency.c bench/harness.c bench/line.c
//
// Plain MPI-3 and C11, so that any MPI compiles it. The tables have the headings of the OSU
// Micro-Benchmarks, which many scripts parse.
#pragma once
#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

#define BENCH_WINDOW_MAX 4096 // messages in flight at most

enum bench_ranks {
    BENCH_ANY_RANKS,
    BENCH_TWO_RANKS,
    BENCH_EVEN_RANKS,
};

enum bench_figure {
    BENCH_LATENCY,   // microseconds for one call
    BENCH_BANDWIDTH, // MB/s
    BENCH_RATE,      // MB/s and messages per second
};

struct bench {
    const char *title; // as in "MPI <title> Test"
    enum bench_ranks ranks;
    enum bench_figure figure;
    bool sizeless;    // no message, no sizes: one line only
    bool nonblocking; // there is a nonblocking form: -n
    // Defaults: -m and -i change them.
    size_t min_bytes, max_bytes;
    long iterations;
    // A buffer of `bytes` for each rank, instead of one?
    bool send_blocks, recv_blocks;
    unsigned messages_per_slot; // for bandwidth: messages per call and place in the window
    // Makes that many calls and returns the seconds they took here, or -1 if this rank's clock does
    // not count. Called on all ranks at about the same time.
    double (*run)(size_t bytes, long calls);
    // For -c: prepares the buffers; after one call says whether they hold what they must.
    void (*fill)(size_t bytes);
    bool (*check)(size_t bytes);
};

// Set before the first `run`.
extern char *bench_send, *bench_recv; // page-aligned, touched
extern int bench_rank, bench_rank_count;
extern int bench_window;       // messages in flight in the bandwidth tests
extern bool bench_nonblocking; // -n

// The whole of main: starts MPI, reads the options, prints the table, ends MPI; the exit status.
int bench_main(int argc, char **argv, const struct bench *bench);

// Seconds of `call`; with -n of `start` and MPI_Wait instead.
double bench_time_call(void (*call)(size_t bytes),
                       void (*start)(size_t bytes, MPI_Request *request), size_t bytes);

// A `run` for collectives: each call is timed alone, and the ranks meet between two calls, as in OSU.
double bench_time_collective(void (*call)(size_t bytes),
                             void (*start)(size_t bytes, MPI_Request *request), size_t bytes,
                             long calls);

// The same for pairs of ranks, r with r + half, all pairs at once. Round trips count half their
// time; a window's way is from the first half of the ranks to the second, or both.
double bench_time_round_trips(size_t bytes, long calls);
double bench_time_window(size_t bytes, long calls);
double bench_time_both_ways(size_t bytes, long calls);
void bench_fill_message(size_t bytes);
bool bench_message_arrived(size_t bytes);
bool bench_message_arrived_below(size_t bytes); // looks at the second half of the ranks only

// Writes a pattern that depends on `seed` and the place; says whether it is there.
void bench_pattern(char *at, size_t bytes, int seed);
bool bench_pattern_holds(const char *at, size_t bytes, int seed);

// The same for a reduction's floats: every rank contributes; the sum over all ranks is exact.
void bench_floats(char *at, size_t bytes);
bool bench_floats_hold(const char *at, size_t bytes);
