// SPDX-License-Identifier: BSD-2-Clause
// explain.h: what a waiting thread waits for, in words.
#pragma once
#include "libmpi/pt2pt/wire.h"

#pragma GCC visibility push(hidden)

// For services.h's explain.
void mpii_explain(void *thread, bool runs, char *to, size_t bytes);

#pragma GCC visibility pop
