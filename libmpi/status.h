// SPDX-License-Identifier: BSD-2-Clause
// status.h: what an MPI_Status says besides source, tag and error (MPI 4.1, 3.2.5).
//
// MPI_internal[0] and [1] hold the bytes of the message, in packed form; how many elements that is
// depends on the datatype the user asks with. MPI_internal[2] holds the cancelled flag; [3] and [4]
// are free.
#pragma once
#include "mpi.h"
#include <stdbool.h>
#include <string.h>

static inline MPI_Count mpii_status_bytes_get(const MPI_Status *status)
{
    MPI_Count bytes;

    memcpy(&bytes, status->MPI_internal, sizeof bytes); // ints: aligned to 4 only
    return bytes;
}

static inline void mpii_status_bytes_set(MPI_Status *status, MPI_Count bytes)
{
    memcpy(status->MPI_internal, &bytes, sizeof bytes);
}

static inline bool mpii_status_cancelled_get(const MPI_Status *status)
{
    return status->MPI_internal[2] != 0;
}

static inline void mpii_status_cancelled_set(MPI_Status *status, bool cancelled)
{
    status->MPI_internal[2] = cancelled;
}

// All of a status but MPI_ERROR, which only the calls for several requests set (3.7.5).
static inline void mpii_status_set(MPI_Status *status, int source, int tag, MPI_Count bytes)
{
    status->MPI_SOURCE = source;
    status->MPI_TAG = tag;
    mpii_status_bytes_set(status, bytes);
    mpii_status_cancelled_set(status, false);
}

// The status of no communication: that of an inactive request or of MPI_PROC_NULL (3.7.3, 3.10).
static inline void mpii_status_set_empty(MPI_Status *status, int source)
{
    mpii_status_set(status, source, MPI_ANY_TAG, 0);
}
