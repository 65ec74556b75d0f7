// SPDX-License-Identifier: BSD-2-Clause
// loops.h: the loops of predefined reductions; op_loops.awk makes their definitions.
#pragma once
#include "libmpi/type.h"

#pragma GCC visibility push(hidden)

enum mpii_op_index {
    MPII_OP_SUM,
    MPII_OP_PROD,
    MPII_OP_MIN,
    MPII_OP_MAX,
    MPII_OP_BAND,
    MPII_OP_BOR,
    MPII_OP_BXOR,
    MPII_OP_LAND,
    MPII_OP_LOR,
    MPII_OP_LXOR,
    MPII_OP_MINLOC,
    MPII_OP_MAXLOC,
    MPII_OPS,
};

#define MPII_BASICS (MPII_BASIC_LOGICAL128 + 1)
#define MPII_PAIRS 16 // of pair types: by handle - MPI_FLOAT_INT

// inout[i] = in[i] op inout[i] for i < count.
typedef void mpii_op_loop(const void *in, void *inout, size_t count);

// NULL where the standard defines no such reduction.
extern mpii_op_loop *const mpii_op_loops[MPII_OPS][MPII_BASICS];
extern mpii_op_loop *const mpii_op_pair_loops[2][MPII_PAIRS]; // MINLOC, MAXLOC

// For MPI_REAL2 and MPI_COMPLEX4: IEEE binary16, which not every compiler has as a type.
float mpii_half_get(uint16_t half);
uint16_t mpii_half_put(float value);

#pragma GCC visibility pop
