// SPDX-License-Identifier: BSD-2-Clause
// op.h: operations of reductions (MPI 4.1, 6.9) as the rest of libmpi uses them.
#pragma once
#include "libmpi/object.h"
#include "libmpi/op/loops.h"
#include "libmpi/type.h"

#pragma GCC visibility push(hidden)

struct mpii_op {
    struct mpii_object object;
    MPI_Op handle;
    bool commutative;
    bool fortran;            // the user's function takes the datatype as Fortran's number
    int16_t loop;            // enum mpii_op_index of a predefined one; -1: it has no loops
    MPI_User_function *user; // one of these two for an operation of the user's
    MPI_User_function_c *user_c;
};

extern struct mpii_op mpii_ops_predefined[0x20]; // by handle - 0x20; magic 0 where there is none

// A predefined operation, or NULL.
static inline const struct mpii_op *mpii_op_predefined(MPI_Op handle)
{
    uintptr_t index = (uintptr_t)handle - 0x20;

    return index < 0x20 && mpii_ops_predefined[index].object.head.magic ? &mpii_ops_predefined[index]
                                                                        : NULL;
}

// The operation behind a handle, or NULL.
static inline const struct mpii_op *mpii_op(MPI_Op handle)
{
    if ((uintptr_t)handle - 0x20 < 0x20)
        return mpii_op_predefined(handle);
    return mpii_object_ok(handle, MPII_OP) ? (const struct mpii_op *)handle : NULL;
}

// For who keeps an operation beyond the call: a request of a nonblocking reduction.
void mpii_op_drop(struct mpii_op *op);

// Is `op` defined on `type`? Any user operation is; a predefined one where MPI 4.1, 6.9.2 to 6.9.4 say so.
// MPI_REPLACE and MPI_NO_OP (chapter 12) are defined on every type.
bool mpii_op_allows(const struct mpii_op *op, const struct mpii_type *type);

// The same without a closer look: arithmetic of predefined types. False: ask mpii_op_allows.
static inline bool mpii_op_quick(const struct mpii_op *op, const struct mpii_type *type)
{
    return op->loop >= 0 && op->loop <= MPII_OP_MAX && type->object.predefined &&
           mpii_op_loops[op->loop][type->basic];
}

// May a vector be reduced in parts? The standard says so of all operations (4.1, 6.9.5), but there are
// programs whose own operation takes the vector for one thing, such as a list, and other libraries let them.
static inline bool mpii_op_divides(const struct mpii_op *op)
{
    return op->object.predefined;
}

// MPI_SUCCESS if `handle` can reduce `type` in a call that is not one-sided, otherwise MPI_ERR_OP as an
// error of `function`. The type has been checked before.
int mpii_check_op(const char *function, MPI_Comm comm, MPI_Op handle, const struct mpii_type *type);

// inout[i] = in[i] op inout[i] for `count` elements, where op allows the type. The buffers must not
// overlap. A user operation may do anything a callback of MPI may.
void mpii_op_reduce(const struct mpii_op *op, const void *in, void *inout, MPI_Count count,
                    const struct mpii_type *type);

#pragma GCC visibility pop
