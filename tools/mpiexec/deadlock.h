// SPDX-License-Identifier: BSD-2-Clause
// deadlock.h: the table of who waits for what, of a job that is stuck or was ended from outside.
#pragma once
#include "run.h"

// Says it on standard error, unless no rank is in a call of MPI: then it would say nothing new. Ranks that
// wait in the same way at the same place share a line.
void waits_say(const struct ending *ending, const struct plan *plan);
