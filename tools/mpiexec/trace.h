// SPDX-License-Identifier: BSD-2-Clause
// trace.h: mpiexec --trace FILE, --trace-all FILE: from the ranks' records to a timeline.
//
// While the job runs the records go to a temporary file that has no name; when it has ended they
// become FILE, in the JSON form of the Trace Event Format that Perfetto and chrome://tracing open: a
// "thread" for each rank, and for each call a line of its own with times in microseconds since the first
// record. A gap in the record is a line as well, "not recorded", which tells how many calls it left out.
// torito profile reads these lines.
#pragma once
#include "plan.h"

struct trace;

// Opens both files, or says what is wrong and exits.
struct trace *trace_open(const struct plan *plan);

// What a rank sent: some struct trace_record. `trace` may be NULL: a rank that was not asked.
void trace_add(struct trace *trace, uint32_t rank, const char *bytes, size_t count);

// Writes FILE. False after saying what went wrong.
bool trace_write(struct trace *trace, const struct plan *plan);
