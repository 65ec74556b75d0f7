// SPDX-License-Identifier: BSD-2-Clause
// shared_reduce.c: reduce and allreduce of small vectors: per core first, then across cores.
//
// Each rank leaves its vector with its core. The last of a core reduces them, in the order of
// ranks, into the core's cell. The results of all cores are then reduced in the order of cores: by
// the root, or for an allreduce on every core, so that all get the same bits. For commutative
// operations: the ranks of a core need not be neighbours. Cost: a cache line for each 48 bytes from
// each core to each other, at the same time; n reductions in all and one for each core more. A rank
// that is not the root does not wait.
#include "libmpi/coll/shared.h"
#include "libmpi/coll/shared_vector.h"

// Vectors in the stage begin on cache lines, whatever their alignment.
static size_t stride_of(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static bool goes_through_cells(const struct mpii_shared *shared, const struct mpii_coll_call *call,
                               enum mpii_choice choice, size_t bytes)
{
    return call->op->commutative &&
           mpii_choice_cell(choice, stride_of(bytes), (size_t)shared->locals_max);
}

// This rank's vector is left with its core; a rank alone there fills the cell at once.
static void put(const struct mpii_shared *shared, const struct mpii_coll_call *call, size_t bytes)
{
    char *to = shared->locals == 1
                   ? mpii_shared_cell(shared, shared->core)
                   : mpii_shared_stage(shared) + (size_t)shared->local * stride_of(bytes);

    mpii_shared_move(to, mpii_coll_input(call), bytes);
}

// The last rank of the core: all vectors of the core into its cell.
static void reduce_core(const struct mpii_shared *shared, const struct mpii_coll_call *call,
                        size_t bytes)
{
    char *cell = mpii_shared_cell(shared, shared->core), *stage = mpii_shared_stage(shared);

    if (shared->locals == 1)
        return;
    mpii_shared_move(cell, stage + (size_t)(shared->locals - 1) * stride_of(bytes), bytes);
    for (int i = shared->locals - 2; i >= 0; i--)
        mpii_op_reduce(call->op, stage + (size_t)i * stride_of(bytes), cell, call->recv.count,
                       call->recv.type);
}

static void reduce_cores(const struct mpii_shared *shared, const struct mpii_coll_call *call,
                         void *out, size_t bytes)
{
    mpii_shared_move(out, mpii_shared_cell(shared, shared->cores - 1), bytes);
    for (int c = shared->cores - 2; c >= 0; c--)
        mpii_op_reduce(call->op, mpii_shared_cell(shared, c), out, call->recv.count, call->recv.type);
}

bool mpii_shared_reduce(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    size_t bytes = (size_t)(call->recv.count * call->recv.type->size);

    if (!shared || !call->recv.type->dense)
        return false;
    *rc = MPI_SUCCESS;
    if (bytes == 0)
        return true;
    if (!goes_through_cells(shared, call, MPII_CHOICE_REDUCE, bytes))
        return mpii_shared_reduce_parts(shared, call, call->root);
    mpii_shared_begin(shared);
    put(shared, call, bytes);
    if (mpii_shared_arrive(shared)) {
        reduce_core(shared, call, bytes);
        mpii_shared_publish(shared, shared->core_of[call->root]);
    }
    if (shared->rank == call->root) {
        mpii_shared_wait_full_all(shared);
        reduce_cores(shared, call, call->recv.buf, bytes);
    }
    mpii_shared_finish(shared, false);
    return true;
}

bool mpii_shared_allreduce(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    size_t bytes = (size_t)(call->recv.count * call->recv.type->size);
    char *stage;

    if (!shared || !call->recv.type->dense)
        return false;
    *rc = MPI_SUCCESS;
    if (bytes == 0)
        return true;
    if (!goes_through_cells(shared, call, MPII_CHOICE_ALLREDUCE, bytes))
        return mpii_shared_reduce_parts(shared, call, MPII_NO_ROOT);
    mpii_shared_begin(shared);
    put(shared, call, bytes);
    stage = mpii_shared_stage(shared); // for the result, when the inputs have been used
    if (mpii_shared_arrive(shared)) {
        reduce_core(shared, call, bytes);
        mpii_shared_publish(shared, -1);
        mpii_shared_wait_full_all(shared);
        reduce_cores(shared, call, call->recv.buf, bytes);
        if (shared->locals > 1)
            mpii_shared_move(stage, call->recv.buf, bytes);
        mpii_shared_release(shared);
    } else {
        mpii_shared_wait_release(shared);
        mpii_shared_move(call->recv.buf, stage, bytes);
    }
    mpii_shared_met(shared);
    mpii_shared_finish(shared, false);
    return true;
}
