// SPDX-License-Identifier: BSD-2-Clause
// start.h: the first instructions of a rank.
#pragma once

// Entry of a rank's main thread: lays out arguments, environment and auxiliary vector on the main
// stack and enters the payload. `arg` is its struct rank. Does not return.
void start_rank(void *arg);
