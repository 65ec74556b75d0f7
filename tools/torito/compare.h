// SPDX-License-Identifier: BSD-2-Clause
// compare.h: `torito compare`: Torito, MPICH and Open MPI side by side.
#pragma once

// Builds the benchmarks with each MPI that is there, runs them in turn and writes the report.
// Returns the exit status.
int compare_command(int argc, char *argv[]);
