// SPDX-License-Identifier: BSD-2-Clause
// op.c: operations as objects: the predefined ones and the user's (MPI 4.1, 6.9.2 and 6.9.5).
#include "libmpi/op.h"

#define INDEX(op) ((uintptr_t)(op) - (uintptr_t)MPI_OP_NULL)
#define OP(op, commutes, loop_) \
    [INDEX(op)] = {.object = {.head.magic = MPII_MAGIC | MPII_OP, .predefined = true, .uses = 1}, \
                   .handle = (op), \
                   .commutative = (commutes), \
                   .loop = (loop_)}
#define LOOP(name) OP(MPI_##name, true, MPII_OP_##name)

struct mpii_op mpii_ops_predefined[0x20] = {
    LOOP(SUM),
    LOOP(MIN),
    LOOP(MAX),
    LOOP(PROD),
    LOOP(BAND),
    LOOP(BOR),
    LOOP(BXOR),
    LOOP(LAND),
    LOOP(LOR),
    LOOP(LXOR),
    LOOP(MINLOC),
    LOOP(MAXLOC),
    OP(MPI_NO_OP, true, -1),
    OP(MPI_REPLACE, false, -1),
};

#undef LOOP
#undef OP
#undef INDEX

static int op_error(const char *function, MPI_Op op)
{
    if (op == MPI_OP_NULL)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_OP, "op is MPI_OP_NULL");
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_OP, "op is %p, not an operation", (void *)op);
}

// A user's operation without its function yet, or NULL after the error of `function`; *rc says which.
static struct mpii_op *op_new(const char *function, bool callable, int commute, MPI_Op *handle,
                              int *rc)
{
    struct mpii_op *op;

    *rc = mpii_check_running(function);
    if (*rc == MPI_SUCCESS && !callable)
        *rc = mpii_check_result(function, NULL, "user_fn");
    if (*rc == MPI_SUCCESS)
        *rc = mpii_check_result(function, handle, "op");
    if (*rc != MPI_SUCCESS)
        return NULL;
    op = mpii_object_new(MPII_OP, sizeof *op);
    if (!op) {
        *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for an operation");
        return NULL;
    }
    op->handle = *handle = (MPI_Op)op;
    op->commutative = commute != 0;
    op->loop = -1;
    return op;
}

#pragma weak MPI_Op_create = PMPI_Op_create
int PMPI_Op_create(MPI_User_function *user_fn, int commute, MPI_Op *op)
{
    struct mpii_op *made;
    int rc;

    made = op_new(__func__, user_fn != NULL, commute, op, &rc);
    if (made)
        made->user = user_fn;
    return rc;
}

#pragma weak MPI_Op_create_c = PMPI_Op_create_c
int PMPI_Op_create_c(MPI_User_function_c *user_fn, int commute, MPI_Op *op)
{
    struct mpii_op *made;
    int rc;

    made = op_new(__func__, user_fn != NULL, commute, op, &rc);
    if (made)
        made->user_c = user_fn;
    return rc;
}

#pragma weak MPI_Op_free = PMPI_Op_free
int PMPI_Op_free(MPI_Op *op)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, op, "op");
    if (rc != MPI_SUCCESS)
        return rc;
    if (!mpii_op(*op))
        return op_error(__func__, *op);
    if (mpii_op(*op)->object.predefined)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_OP, "a predefined operation is not freed");
    mpii_op_drop((struct mpii_op *)*op);
    *op = MPI_OP_NULL;
    return MPI_SUCCESS;
}

void mpii_op_drop(struct mpii_op *op)
{
    if (mpii_object_drop(&op->object))
        mpii_object_delete(op);
}

#pragma weak MPI_Op_commutative = PMPI_Op_commutative
int PMPI_Op_commutative(MPI_Op op, int *commute)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS && !mpii_op(op))
        rc = op_error(__func__, op);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, commute, "commute");
    if (rc == MPI_SUCCESS)
        *commute = mpii_op(op)->commutative;
    return rc;
}
