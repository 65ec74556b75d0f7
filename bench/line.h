// SPDX-License-Identifier: BSD-2-Clause
// line.h: what a cache line takes from core to core, measured within the run of a benchmark. The cores of
// a virtual machine wander between near and far, from one process to the next.
#pragma once
#include <stdbool.h>

// All ranks, which must be on one host: maps the file `path` shared, made anew by rank 0. False, on all
// of them, if that cannot be; one of them has said why on standard error.
bool line_open(const char *path);

// All ranks: nanoseconds one way between rank 0 and the last rank, a median; on rank 0 only.
double line_ns(void);
