// SPDX-License-Identifier: BSD-2-Clause
// shared_reduce.c: reduce and allreduce of small vectors: per core first, then across cores.
//
// Each rank leaves its vector with its core. The last of a core reduces them, in the order of
// ranks, into the core's cell. The results of all cores are then reduced in the order of cores: by
// the root, or for an allreduce on every core, so that all get the same bits. For commutative
// operations: the ranks of a core need not be neighbours.
//
// A rank leaves its vector by copying it into the core's stage, and need not wait if it is not the root.
// If the vectors of all ranks do not fit there, or the rank must wait anyway, it leaves the address,
// and waits until the last of its core lets it go. Cost: a cache line for each 64 bytes from each
// core to each other, at the same time; n reductions in all and one for each core more; a switch of
// threads for each rank that waits.
#include "libmpi/coll/quick.h"
#include "libmpi/coll/shared_vector.h"
#include <string.h>

struct reduction {
    struct mpii_shared *shared;
    const void *in; // this rank's
    void *out;      // may be `in`
    MPI_Count count;
    const struct mpii_type *type;
    const struct mpii_op *op;
    size_t bytes;
};

static bool goes_through_cells(const struct reduction *r, enum mpii_choice choice)
{
    return r->op->commutative && mpii_choice_cell(r->shared, choice, r->bytes);
}

// Are vectors copied into the stage? The same on all ranks of a core; not asked where a rank is alone.
static bool fits_stage(const struct reduction *r)
{
    return mpii_stage_stride(r->bytes) * (size_t)r->shared->locals <= MPII_CELL_BYTES;
}

// Who is alone on its core and only reads need not put its vector where others see it, unless the
// result will overwrite it.
static bool stays(const struct reduction *r, bool others_read)
{
    return r->shared->locals == 1 && !others_read && r->in != r->out;
}

// This rank's vector, or its address, is left with its core; a rank alone there fills the cell at once.
static void put(const struct reduction *r, bool address)
{
    struct mpii_shared *shared = r->shared;
    char *stage = mpii_shared_stage(shared);

    if (shared->locals == 1) {
        char *cell = mpii_shared_cell(shared, shared->core, r->bytes);

        mpii_shared_move(cell, r->in, r->bytes);
        mpii_shared_filled(shared, cell, r->bytes);
    } else if (address)
        memcpy(stage + (size_t)shared->local * sizeof r->in, &r->in, sizeof r->in);
    else
        mpii_shared_move(stage + (size_t)shared->local * mpii_stage_stride(r->bytes), r->in,
                         r->bytes);
}

// The vector of the core's rank of index `local`.
static const void *local_vector(const struct reduction *r, int local, bool address)
{
    const char *stage = mpii_shared_stage(r->shared);
    const void *vector;

    if (!address)
        return stage + (size_t)local * mpii_stage_stride(r->bytes);
    memcpy(&vector, stage + (size_t)local * sizeof vector, sizeof vector);
    return vector;
}

// The last rank of the core: all vectors of the core into its cell.
static void reduce_core(const struct reduction *r, bool address)
{
    const struct mpii_shared *shared = r->shared;
    char *cell = mpii_shared_cell(shared, shared->core, r->bytes);

    if (shared->locals == 1)
        return;
    mpii_shared_move(cell, local_vector(r, shared->locals - 1, address), r->bytes);
    for (int i = shared->locals - 2; i >= 0; i--)
        mpii_op_reduce(r->op, local_vector(r, i, address), cell, r->count, r->type);
}

// What a core has to give; of a rank alone on this core, its own vector, if it is not in the way.
static const void *vector_of(const struct reduction *r, int core)
{
    if (core == r->shared->core && r->shared->locals == 1 && r->in != r->out)
        return r->in;
    return mpii_shared_cell(r->shared, core, r->bytes);
}

static void reduce_cores(const struct reduction *r)
{
    int last = r->shared->cores - 1;

    mpii_shared_move(r->out, vector_of(r, last), r->bytes);
    for (int c = last - 1; c >= 0; c--)
        mpii_op_reduce(r->op, vector_of(r, c), r->out, r->count, r->type);
}

static void reduce(const struct reduction *r, int root)
{
    struct mpii_shared *shared = r->shared;
    bool is_root = shared->rank == root, address = shared->locals > 1 && !fits_stage(r);

    mpii_shared_begin(shared);
    if (!stays(r, !is_root))
        put(r, address);
    if (mpii_shared_arrive(shared)) {
        reduce_core(r, address);
        mpii_shared_publish(shared, shared->core_of[root]);
        if (address)
            mpii_shared_release(shared);
    } else if (address) {
        mpii_shared_wait_release(shared);
    }
    if (is_root) {
        mpii_shared_wait_full_all(shared);
        reduce_cores(r);
    }
    mpii_shared_finish(shared, false);
}

static void allreduce(const struct reduction *r)
{
    struct mpii_shared *shared = r->shared;
    char *stage;

    mpii_shared_begin(shared);
    put(r, true);
    stage = mpii_shared_stage(shared); // for the result, when the inputs have been used
    if (mpii_shared_arrive(shared)) {
        reduce_core(r, true);
        mpii_shared_publish(shared, -1);
        mpii_shared_wait_full_all(shared);
        reduce_cores(r);
        if (shared->locals > 1) {
            mpii_shared_move(stage, r->out, r->bytes);
            mpii_shared_release(shared);
        }
    } else {
        mpii_shared_wait_release(shared);
        mpii_shared_move(r->out, stage, r->bytes);
    }
    mpii_shared_met(shared);
    mpii_shared_finish(shared, false);
}

// An operation and a type that need no closer look (op.h), and an input that is one: r->bytes > 0.
static bool quick_fill(struct reduction *r, MPI_Datatype datatype, MPI_Op op)
{
    const struct mpii_type *type = mpii_quick_type(datatype);

    r->op = mpii_op_predefined(op);
    if (!type || !r->op || !mpii_op_quick(r->op, type) || r->count <= 0 ||
        r->count > MPII_CELL_BYTES || !mpii_quick_buffer(r->in))
        return false;
    r->type = type;
    r->bytes = (size_t)(r->count * type->size);
    return true;
}

bool mpii_quick_reduce(struct mpii_shared *shared, const void *in, void *out, MPI_Count count,
                       MPI_Datatype datatype, MPI_Op op, int root)
{
    struct reduction r = {.shared = shared, .in = in, .out = out, .count = count};

    if (!mpii_quick_root(shared, root) || !quick_fill(&r, datatype, op) ||
        !goes_through_cells(&r, MPII_CHOICE_REDUCE) ||
        (shared->rank == root && (!mpii_quick_buffer(out) || in == out)))
        return false;
    reduce(&r, root);
    return true;
}

bool mpii_quick_allreduce(struct mpii_shared *shared, const void *in, void *out, MPI_Count count,
                          MPI_Datatype datatype, MPI_Op op)
{
    struct reduction r = {.shared = shared, .in = in, .out = out, .count = count};

    if (!quick_fill(&r, datatype, op) || !mpii_quick_buffer(out) || in == out ||
        !goes_through_cells(&r, MPII_CHOICE_ALLREDUCE))
        return false;
    allreduce(&r);
    return true;
}

static struct reduction reduction_of(const struct mpii_coll_call *call, struct mpii_shared *shared)
{
    return (struct reduction){.shared = shared,
                              .in = mpii_coll_input(call),
                              .out = call->recv.buf,
                              .count = call->recv.count,
                              .type = call->recv.type,
                              .op = call->op,
                              .bytes = (size_t)(call->recv.count * call->recv.type->size)};
}

bool mpii_shared_reduce(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    struct reduction r = reduction_of(call, shared);

    if (!shared || !r.type->dense)
        return false;
    *rc = MPI_SUCCESS;
    if (r.bytes == 0)
        return true;
    if (!goes_through_cells(&r, MPII_CHOICE_REDUCE))
        return mpii_shared_reduce_parts(shared, call, call->root);
    reduce(&r, call->root);
    return true;
}

bool mpii_shared_allreduce(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    struct reduction r = reduction_of(call, shared);

    if (!shared || !r.type->dense)
        return false;
    *rc = MPI_SUCCESS;
    if (r.bytes == 0)
        return true;
    if (!goes_through_cells(&r, MPII_CHOICE_ALLREDUCE))
        return mpii_shared_reduce_parts(shared, call, MPII_NO_ROOT);
    allreduce(&r);
    return true;
}
