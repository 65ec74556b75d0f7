// SPDX-License-Identifier: BSD-2-Clause
// services.h: the function table through which libmpi reaches the kernel.
//
// The kernel hands each rank the address of its own struct services in the auxiliary vector, entry
// AT_TORITO. A program without libmpi never looks at it. Calls are ordinary function calls: they may
// switch threads, keep only what the System V ABI says a call keeps, and run on the caller's stack.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define AT_TORITO 0x54524f // "TRO": an auxiliary vector type no kernel uses
#define SERVICES_VERSION 1u

struct services {
    uint32_t version; // SERVICES_VERSION
    uint32_t rank;    // 0 .. ranks - 1
    uint32_t ranks;
    uint32_t core; // the core this rank lives on
    uint32_t cores;
    uint32_t section;    // which part of `mpiexec A : B` this rank belongs to; MPI_APPNUM
    const char *machine; // "linux" or "pc"

    // Nanoseconds of a clock that never goes backwards and is the same on all cores.
    uint64_t (*now_ns)(void);

    // Lets other threads of this core run; returns at once when there are none.
    void (*yield)(void);

    // Ends the job with `status` (0..255 as a process exit status); `message`, if not NULL, is
    // printed once with the rank in front. Does not return.
    __attribute__((noreturn)) void (*abort)(int status, const char *message);

    // From MPI_Init and MPI_Finalize: lets the launcher tell a rank that left without finalizing.
    void (*mpi_state)(int initialized, int finalized);
};
