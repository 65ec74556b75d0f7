// SPDX-License-Identifier: BSD-2-Clause
// trace.h: records of MPI calls for mpiexec --trace (abi/trace.h).
//
// A call of interest asks mpii_trace_begin for the time and ends with mpii_trace_end. When nothing is
// recorded these are a load and a branch each, on the long ways through the library only: the short ways
// have no such calls and are closed while something is recorded (mpii_process.short_ways).
#pragma once
#include "libmpi/mpii.h"

#pragma GCC visibility push(hidden)

extern struct trace_buffer *mpii_trace; // NULL: nothing is recorded

// From MPI_Init.
void mpii_trace_init(void);

// The time now, or 0 if nothing is recorded.
static inline uint64_t mpii_trace_begin(void)
{
    return __builtin_expect(mpii_trace != NULL, 0) ? __builtin_ia32_rdtsc() : 0;
}

struct mpii_traced {
    const char *function; // __func__ of the PMPI_ function
    int peer, tag;        // TRACE_NO_PEER: none
    uint64_t bytes;
    uint32_t comm; // context id
};

void mpii_trace_add(uint64_t begin, const struct mpii_traced *what);

// A call that looked at requests, or whose arguments were wrong.
static inline void mpii_trace_end(uint64_t begin, const char *function)
{
    if (__builtin_expect(begin != 0, 0))
        mpii_trace_add(begin, &(struct mpii_traced){.function = function, .peer = TRACE_NO_PEER});
}

#pragma GCC visibility pop
