// SPDX-License-Identifier: BSD-2-Clause
// output.h: from the ranks' rings to standard output, standard error and files.
#pragma once
#include "channel.h"
#include "plan.h"
#include "region.h"
#include "sink.h"
#include "stream.h"
#include "trace.h"

enum { SINK_STDOUT, SINK_STDERR, SINK_FILES };

struct output {
    struct sink *sink; // SINK_STDOUT, SINK_STDERR, then files
    uint32_t sink_count;
    struct stream (*stream)[JOB_TRACE]; // of a rank: out, error, trace: enum job_stream - 1
    uint32_t ranks;
    struct trace *trace; // --trace; NULL: off
};

// Opens files and labels as the options say, or says what is wrong and exits.
void output_open(struct output *output, const struct plan *plan);

// Is a sink so far behind that the ranks must wait for it?
bool output_full(const struct output *output);

// Takes what lies in the rings, until they are empty or a sink is full. Returns false if there may
// be more.
bool output_drain(struct output *output, struct region *region, uint64_t now);

// Lets partial lines go whose time has come; returns when the next one's will, UINT64_MAX for never.
uint64_t output_quiet(struct output *output, uint64_t now);

// Writes what the sinks take without waiting.
void output_write(struct output *output);

// The job is over: the last partial lines.
void output_end(struct output *output);
