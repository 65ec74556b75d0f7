// SPDX-License-Identifier: BSD-2-Clause
// fake_library.h: the rest of libmpi for tests of one folder of it: errors are recorded and
// returned.
#pragma once
#include "libmpi/mpii.h"

struct fake_library {
    int class;         // of the last error; 0: none since this was cleared
    char message[512]; // "MPI_X: what was wrong"
    int objects;       // alive
};

extern struct fake_library fake_library;
