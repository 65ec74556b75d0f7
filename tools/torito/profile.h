// SPDX-License-Identifier: BSD-2-Clause
// profile.h: `torito profile`: where the time of each rank went, by a timeline of mpiexec --trace.
#pragma once

// argv[1] is the file. Returns the exit status: 0, 1 if it cannot be read, 2 for a wrong command line.
int profile_command(int argc, char *argv[]);
