// SPDX-License-Identifier: BSD-2-Clause
// reduce.c: an operation applied to two buffers, and whether it may be (MPI 4.1, 6.9).
#include "libmpi/object/number.h"
#include "libmpi/op.h"
#include "libmpi/op/loops.h"
#include <string.h>

static mpii_op_loop *loop_find(const struct mpii_op *op, const struct mpii_type *type)
{
    uintptr_t pair = (uintptr_t)type->handle - (uintptr_t)MPI_FLOAT_INT;
    int index = op->loop;

    if (index < 0 || !type->object.predefined)
        return NULL;
    if (index < MPII_OP_MINLOC)
        return mpii_op_loops[index][type->basic];
    return type->basic == MPII_BASIC_PAIR && pair < MPII_PAIRS
               ? mpii_op_pair_loops[index - MPII_OP_MINLOC][pair]
               : NULL;
}

// The standard's lists name types where the tables go by what they hold: MPI_PACKED is not MPI_BYTE,
// and logical operations are for C's integers only, not for Fortran's. MPI_AINT and its kin are integers of
// C, though the standard lists them apart: other libraries take them, and so do programs.
static bool is_listed(const struct mpii_op *op, MPI_Datatype type)
{
    switch ((uintptr_t)type) {
    case (uintptr_t)MPI_PACKED:
        return false;
    case (uintptr_t)MPI_INTEGER:
    case (uintptr_t)MPI_INTEGER1:
    case (uintptr_t)MPI_INTEGER2:
    case (uintptr_t)MPI_INTEGER4:
    case (uintptr_t)MPI_INTEGER8:
    case (uintptr_t)MPI_INTEGER16:
        return op->handle != MPI_LAND && op->handle != MPI_LOR && op->handle != MPI_LXOR;
    default:
        return true;
    }
}

bool mpii_op_allows(const struct mpii_op *op, const struct mpii_type *type)
{
    if (op->user || op->user_c || op->handle == MPI_REPLACE || op->handle == MPI_NO_OP)
        return true;
    return loop_find(op, type) && is_listed(op, type->handle);
}

int mpii_check_op(const char *function, MPI_Comm comm, MPI_Op handle, const struct mpii_type *type)
{
    const struct mpii_op *op = mpii_op(handle);

    if (op && mpii_op_allows(op, type) && handle != MPI_REPLACE && handle != MPI_NO_OP)
        return MPI_SUCCESS;
    if (handle == MPI_OP_NULL)
        return mpii_error(function, comm, MPI_ERR_OP, "op is MPI_OP_NULL");
    if (!op)
        return mpii_error(function, comm, MPI_ERR_OP, "op is %p, not an operation", (void *)handle);
    if (handle == MPI_REPLACE || handle == MPI_NO_OP)
        return mpii_error(function, comm, MPI_ERR_OP, "op is for one-sided communication only");
    return mpii_error(function, comm, MPI_ERR_OP, "op is not defined on datatype %s",
                      type->object.name ? type->object.name : "of the user's");
}

// A function of Fortran gets the number of the handle where one of C gets the handle.
static void call_fortran(const struct mpii_op *op, void *in, void *inout, void *length,
                         MPI_Datatype handle)
{
    typedef void fortran_function(void *in, void *inout, void *length, int *datatype);
    int number = mpii_number_of(handle);

    ((fortran_function *)(op->user ? (void (*)(void))op->user : (void (*)(void))op->user_c))(
        in, inout, length, &number);
}

// The function of MPI_Op_create counts in ints.
static void reduce_in_pieces(const struct mpii_op *op, const char *in, char *inout, MPI_Count count,
                             const struct mpii_type *type)
{
    while (count > 0) {
        int piece = count < INT32_MAX ? (int)count : INT32_MAX;
        MPI_Datatype handle = type->handle;
        int length = piece; // the function gets an address, and might write there

        // NOLINTBEGIN: invec is not to be written (6.9.5)
        if (op->fortran)
            call_fortran(op, (void *)in, inout, &length, handle);
        else
            op->user((void *)in, inout, &length, &handle);
        // NOLINTEND
        in += piece * type->extent;
        inout += piece * type->extent;
        count -= piece;
    }
}

void mpii_op_reduce(const struct mpii_op *op, const void *in, void *inout, MPI_Count count,
                    const struct mpii_type *type)
{
    MPI_Datatype handle = type->handle;

    if (count == 0)
        return;
    if (op->loop >= 0)
        loop_find(op, type)(in, inout, (size_t)count);
    else if (op->user)
        reduce_in_pieces(op, in, inout, count, type);
    else if (op->user_c && op->fortran)
        call_fortran(op, (void *)in, inout, &count, handle); // NOLINT: as above
    else if (op->user_c)
        op->user_c((void *)in, inout, &count, &handle); // NOLINT: as above
    else if (op->handle == MPI_REPLACE)
        mpii_type_copy(inout, count, type, in, count, type, count * type->size);
    // What is left is MPI_NO_OP.
}
