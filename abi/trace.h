// SPDX-License-Identifier: BSD-2-Clause
// trace.h: what mpiexec --trace records: calls of MPI and times in which a rank did not run.
//
// The kernel gives each rank a buffer (services.h); libmpi adds a record at the end of each call, the
// scheduler one whenever the rank's main thread comes back to its core. All of them run on the rank's core
// and one at a time, so the buffer needs no atomics. It is emptied into the rank's ring of the job
// (JOB_RECORDS) when libmpi finds it nearly full, when the rank ends, and when the job does.
//
// Where calls are so frequent that recording all of them would slow the program down, libmpi leaves gaps
// (libmpi/trace.h). In a gap it counts the calls, and the scheduler records only what is worth it: a wait of
// at least `long_wait` for which the core had nothing else to do, so that reading the clock costs nothing.
// Such a wait ends the gap.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TRACE_FULL 819u // records that the library lets come together: 32 KiB, one record of a ring
#define TRACE_RECORDS \
    1024u // of which the others are for the scheduler, which cannot empty the buffer

#define TRACE_NO_PEER INT32_MIN

// `call` of records that are no calls, which lie behind the first bytes of an image:
#define TRACE_SWITCHED 0u // a time in which the thread did not run
#define TRACE_GAP \
    1u // a time of which only the number of calls is known, `bytes`; 0: of the recorder itself
#define TRACE_LOST 2u // `bytes` records of TRACE_SWITCHED found no room

struct trace_record {
    uint64_t begin, end; // time stamp counter
    uint64_t bytes;      // of the message or buffer
    uint32_t call; // where the call's name lies in the image, from its first byte; or TRACE_SWITCHED
    int32_t peer; // rank in the communicator: the other side or the root; TRACE_NO_PEER if there is none
    int32_t tag;
    uint32_t comm; // the communicator's context id
};

struct trace_buffer {
    uint32_t count;
    uint32_t lost; // records of the scheduler that found no room
    bool every;    // mpiexec --trace-all: there are no gaps
    // The gap, from libmpi; begin 0: there is none.
    uint64_t gap_begin;
    uint64_t gap_calls; // what the gap has let go if none of `calls_left` was used
    int64_t *calls_left; // in the library's own data: calls that may still go unrecorded; less than 0: 0
    uint64_t long_wait; // ticks
    uint64_t woken; // from the scheduler: when the wait began that has ended the gap; 0: none has
    struct trace_record record[TRACE_RECORDS];
};

// Calls of the gap that have not been recorded.
static inline uint64_t trace_gap_calls(const struct trace_buffer *trace)
{
    return trace->gap_calls - (*trace->calls_left > 0 ? (uint64_t)*trace->calls_left : 0);
}

// Ends the gap at `end` with its record. Whoever runs the rank.
static inline void trace_gap_close(struct trace_buffer *trace, uint64_t end)
{
    uint64_t calls = trace_gap_calls(trace);

    if (calls != 0 && trace->count < TRACE_RECORDS)
        trace->record[trace->count++] = (struct trace_record){.begin = trace->gap_begin,
                                                              .end = end,
                                                              .bytes = calls,
                                                              .call = TRACE_GAP,
                                                              .peer = TRACE_NO_PEER};
    trace->gap_begin = trace->woken = 0;
}
