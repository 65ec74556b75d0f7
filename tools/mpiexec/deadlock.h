// SPDX-License-Identifier: BSD-2-Clause
// deadlock.h: the table of who waits for what.
#pragma once
#include "run.h"

// Says it on standard error. Ranks that wait in the same way at the same place share a line.
void deadlock_say(const struct ending *ending, const struct plan *plan);
