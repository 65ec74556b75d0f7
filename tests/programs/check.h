// SPDX-License-Identifier: BSD-2-Clause
// check.h: ends the job where a fact does not hold. For programs with a variable `rank`.
#pragma once
#include <mpi.h>
#include <stdio.h>

#define CHECK(fact) \
    do { \
        if (!(fact)) { \
            printf("rank %d: line %d: %s is false\n", rank, __LINE__, #fact); \
            MPI_Abort(MPI_COMM_WORLD, 1); \
        } \
    } while (0)
