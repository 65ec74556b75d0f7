// SPDX-License-Identifier: BSD-2-Clause
// fake_kernel.h: a kernel for tests of libmpi: rank 2 of 5, on core 1 of 3. It records what it is told.
#pragma once
#include "abi/services.h"
#include <setjmp.h>
#include <stdbool.h>

struct fake_kernel {
    bool absent; // the auxiliary vector has no AT_TORITO
    struct services services;
    int initialized, finalized; // the last mpi_state
    bool catches;               // the next abort goes to `caught` instead of ending the test
    jmp_buf caught;
    int status; // of the last abort
    char message[512];
};

extern struct fake_kernel fake_kernel;

// Runs `call`, which must end the job. Leaves status and message in fake_kernel; false if it returned.
#define ENDS_JOB(call) \
    (fake_kernel.catches = true, setjmp(fake_kernel.caught) == 0 ? ((void)(call), false) : true)
