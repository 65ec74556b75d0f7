// SPDX-License-Identifier: BSD-2-Clause
// trace.h: records of MPI calls for mpiexec --trace (abi/trace.h).
//
// A call of interest asks mpii_trace_begin for the time and ends with mpii_trace_end. When nothing is
// recorded these are a load and a branch each, on the long ways through the library only: the short ways
// contain nothing but the count that opens and closes them (mpii_process.short_calls).
//
// That count is also what makes gaps. While calls are recorded it is not above 0, so all take the long ways.
// When they have become too expensive (pace.h) it is set to a number of calls: the short ways are open again
// for that many, and those on long ways count down as well and record nothing. The first call behind
// that number either ends the gap with a record that tells how many calls it left out, or makes it longer.
// Threads of a rank share all of this; the calls of several at the same time are counted and recorded as any.
#pragma once
#include "libmpi/mpii.h"

#pragma GCC visibility push(hidden)

#define MPII_TRACE_GAP 1u // instead of the time when a call began: it is not recorded

extern struct trace_buffer *mpii_trace; // NULL: nothing is recorded

// From MPI_Init.
void mpii_trace_init(void);

// Of a call that took the long way and is counted: its time, or MPII_TRACE_GAP.
uint64_t mpii_trace_time(void);

// The time now, or 0 if nothing is recorded. `counted`: mpii_short_way has been asked, which counts the call.
static inline uint64_t mpii_trace_begin(bool counted)
{
    if (__builtin_expect(mpii_trace == NULL, 1))
        return 0;
    if (!counted)
        mpii_process.short_calls--;
    return mpii_trace_time();
}

// Is a call to be recorded that began so? In a gap one that had to wait long: the wait has ended the gap.
static inline bool mpii_trace_wanted(uint64_t begin)
{
    return __builtin_expect(begin != 0, 0) && (begin != MPII_TRACE_GAP || mpii_trace->woken != 0);
}

struct mpii_traced {
    const char *function; // __func__ of the PMPI_ function
    int peer, tag;        // TRACE_NO_PEER: none
    uint64_t bytes;
    uint32_t comm; // context id
};

// Only if mpii_trace_wanted.
void mpii_trace_add(uint64_t begin, const struct mpii_traced *what);

// A call that looked at requests, or whose arguments were wrong.
static inline void mpii_trace_end(uint64_t begin, const char *function)
{
    if (mpii_trace_wanted(begin))
        mpii_trace_add(begin, &(struct mpii_traced){.function = function, .peer = TRACE_NO_PEER});
}

// MPI ends: so does the gap.
void mpii_trace_close(void);

#pragma GCC visibility pop
