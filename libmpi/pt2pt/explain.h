// SPDX-License-Identifier: BSD-2-Clause
// explain.h: what a waiting thread waits for, in words.
#pragma once
#include "libmpi/pt2pt/wire.h"

#pragma GCC visibility push(hidden)

// What the rank's MPI_Probe asks for while mpii_endpoint.prober is set.
struct mpii_probed {
    const struct mpii_comm *comm;
    int source, tag;
};
extern struct mpii_probed mpii_probed;

// For services.h's explain.
void mpii_explain(void *thread, char *to, size_t bytes);

#pragma GCC visibility pop
