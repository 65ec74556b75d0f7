// SPDX-License-Identifier: BSD-2-Clause
// trace.h: what mpiexec --trace records: calls of MPI and times in which a rank did not run.
//
// The kernel gives each rank a buffer (services.h); libmpi adds a record at the end of each call, the
// scheduler one whenever the rank's main thread comes back to its core. All of them run on the rank's core
// and one at a time, so the buffer needs no atomics. It is emptied into the rank's ring of the job
// (JOB_RECORDS) when libmpi finds it nearly full, when the rank ends, and when the job does.
#pragma once
#include <stdint.h>

#define TRACE_RECORDS 16384u
#define TRACE_RESERVE 64u // of these, for the scheduler, which cannot empty the buffer

#define TRACE_NO_PEER INT32_MIN
#define TRACE_SWITCHED 0u // `call` of a time in which the thread did not run

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
    struct trace_record record[TRACE_RECORDS];
};
