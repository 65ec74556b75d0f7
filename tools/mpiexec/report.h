// SPDX-License-Identifier: BSD-2-Clause
// report.h: tells the user how a job ended: the cause first, then where it happened.
#pragma once
#include "run.h"

// Says it on standard error and returns the status for mpiexec to exit with.
int report_ending(const struct ending *ending, const struct plan *plan);

// --timings: from the launcher's start to the end, step by step.
void report_timings(const struct ending *ending, const struct plan *plan, const struct job *job,
                    const struct child *child);
