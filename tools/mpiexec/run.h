// SPDX-License-Identifier: BSD-2-Clause
// run.h: watches over a running job until it ends, one way or another.
#pragma once
#include "input.h"
#include "output.h"
#include "start.h"

enum ending_kind {
    ENDING_JOB,     // the kernel said so: see `end`
    ENDING_DIED,    // the machine is gone without a word: see `wait_status` and `console`
    ENDING_TIMEOUT, // --timeout
    ENDING_SIGNAL,  // we were sent `signal`
    ENDING_SINK,    // `sink` takes no more output
};

#define CONSOLE_BYTES 8192

struct ending {
    enum ending_kind kind;
    int signal;
    int wait_status;
    const struct sink *sink;
    struct job_end end;     // checked: every number in range, the text printable
    struct job_wait *waits; // checked likewise: who waits for what; NULL: not known
    uint32_t wait_count;    // of waits
    uint32_t waits_lost;    // that found no room
    bool booted;            // the kernel had got as far as the program
    uint64_t booted_ns;     // when that was noticed; with --timings within a millisecond
    uint64_t ended_ns;
    char console[CONSOLE_BYTES]; // what came last from there, printable
};

// Blocks the signals that run_job handles. Before anything is started.
void run_signals(void);

// Returns when the job has ended, the child is gone and all output is written.
void run_job(struct ending *ending, const struct plan *plan, struct region *region,
             struct child *child, struct output *output);
