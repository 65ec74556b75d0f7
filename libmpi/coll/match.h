// SPDX-License-Identifier: BSD-2-Clause
// match.h: do all ranks of a communicator call the same collectives (MPI 4.1, 6.1)? With
// `mpiexec --check-collectives` each call is compared with those of the others.
//
// Each rank keeps a list of its calls on each communicator: the function, the root, the operation, and how
// many of which basic types it gives and expects. All ranks lie in one address space. A rank that calls
// puts the call on its list, then looks at those of the others, and compares with who has got as far;
// the others will compare with it when they do. So of any two ranks the later one finds a difference,
// before it moves data, and nobody waits for anybody: the check changes no program's order of events. A call
// that all have compared is taken off.
//
// The lock of a rank guards all its lists. It is held for moments, in which no thread is switched. Two ranks
// cannot miss each other: both put first, and of two holders of one lock the later sees what the earlier did.
#pragma once
#include "libmpi/coll/coll.h"

#pragma GCC visibility push(hidden)

// From MPI_Init: is it asked for? Then a list for MPI_COMM_WORLD and MPI_COMM_SELF, too.
void mpii_match_init(void);

// For a new communicator, made by all its ranks. False: no memory.
bool mpii_match_open(struct mpii_comm *comm);

// Of a call that has been checked; for communicators with a list. Returns the class of an error whose
// handler was invoked.
int mpii_match_slow(const struct mpii_collective *collective, const struct mpii_coll_call *call);
static inline int mpii_match(const struct mpii_collective *collective,
                             const struct mpii_coll_call *call)
{
    return __builtin_expect(call->comm->match != NULL, 0) ? mpii_match_slow(collective, call)
                                                          : MPI_SUCCESS;
}

#pragma GCC visibility pop
