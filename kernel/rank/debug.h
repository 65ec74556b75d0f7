// SPDX-License-Identifier: BSD-2-Clause
// debug.h: mpiexec --gdb: nothing of the program runs before the debugger is there.
#pragma once
#include "kernel/rank/rank.h"

// On the rank's main thread, before its first instruction; returns when the debugger lets the job go.
// With --gdb only.
void debug_wait(const struct rank *rank);
