// SPDX-License-Identifier: BSD-2-Clause
// gdb.h: mpiexec --gdb RANK: a gdb in the foreground, at main of that rank.
#pragma once
#include "start.h"

// Finds what --gdb needs, or says what is missing and exits; for a VM it makes the socket that QEMU's
// stub listens at. Before the start. Does nothing without --gdb.
void gdb_prepare(struct plan *plan);

// Starts gdb, which attaches to the machine that `child` is and takes over the terminal.
void gdb_start(struct child *child, const struct plan *plan);
