// SPDX-License-Identifier: BSD-2-Clause
// posted_reduce.c: nonblocking reductions of small vectors through cells, with predefined operations.
//
// Reduce and allreduce: each rank copies its vector into the stage of its core; the last of a core
// reduces them, in the order of ranks, into the core's cell; the root, or each rank, reduces those of
// all cores, in the order of cores: the same bits everywhere, and the same as of the blocking ones.
// Scans and reduce_scatter: each rank puts its vector into its part of the core's cell, and reduces what
// is for it of the parts. Cost: as of the blocking ones, without a switch of threads.
#include "libmpi/coll/posted.h"

static bool is_simple(struct mpii_posted *posted, const struct mpii_posted_kind *kind, MPI_Count count)
{
    const struct mpii_coll_call *call = &posted->call;

    posted->kind = kind;
    posted->bytes = (size_t)(count * call->recv.type->size);
    return posted->bytes > 0 && call->recv.type->dense && mpii_op_predefined(call->op_handle) &&
           call->op->commutative;
}

static void reduce_into(const struct mpii_posted *posted, void *to, const void *vector,
                        MPI_Count count)
{
    mpii_op_reduce(posted->call.op, vector, to, count, posted->call.recv.type);
}

// --- reduce and allreduce ---

static char *stage_of(const struct mpii_posted *posted, int local)
{
    return mpii_shared_stage(posted->view) + (size_t)local * mpii_stage_stride(posted->bytes);
}

static char *cell_of(const struct mpii_posted *posted, int core)
{
    return mpii_shared_cell(posted->view, core, posted->bytes);
}

static void vector_put(struct mpii_posted *posted)
{
    const struct mpii_shared *view = posted->view;

    mpii_shared_move(view->locals > 1 ? stage_of(posted, view->local) : cell_of(posted, view->core),
                     mpii_coll_input(&posted->call), posted->bytes);
}

static void vectors_gather(struct mpii_posted *posted)
{
    const struct mpii_shared *view = posted->view;
    char *cell = cell_of(posted, view->core);

    mpii_shared_move(cell, stage_of(posted, view->locals - 1), posted->bytes);
    for (int i = view->locals - 2; i >= 0; i--)
        reduce_into(posted, cell, stage_of(posted, i), posted->call.recv.count);
}

static void vectors_take(struct mpii_posted *posted)
{
    const struct mpii_coll_call *call = &posted->call;
    int last = posted->view->cores - 1;

    if (posted->kind->to_root && posted->view->rank != call->root)
        return;
    mpii_shared_move(call->recv.buf, cell_of(posted, last), posted->bytes);
    for (int c = last - 1; c >= 0; c--)
        reduce_into(posted, call->recv.buf, cell_of(posted, c), call->recv.count);
}

static bool fits(const struct mpii_posted *posted, enum mpii_choice choice)
{
    return mpii_choice_cell(posted->view, choice, posted->bytes) &&
           (posted->view->locals_max == 1 ||
            mpii_stage_stride(posted->bytes) * (size_t)posted->view->locals_max <= MPII_CELL_BYTES);
}

bool mpii_posted_reduce(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {
        .to_root = true, .put = vector_put, .gather = vectors_gather, .take = vectors_take};

    return is_simple(posted, &kind, posted->call.recv.count) && fits(posted, MPII_CHOICE_REDUCE);
}

bool mpii_posted_allreduce(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {
        .put = vector_put, .gather = vectors_gather, .take = vectors_take};

    return is_simple(posted, &kind, posted->call.recv.count) && fits(posted, MPII_CHOICE_ALLREDUCE);
}

// --- scans and reduce_scatter: a part for each rank ---

static char *part_of(const struct mpii_posted *posted, int rank)
{
    return mpii_shared_part(posted->view, rank, mpii_part_stride(posted->bytes));
}

static bool parts_fit(const struct mpii_posted *posted, size_t most)
{
    return posted->bytes <= most &&
           mpii_part_stride(posted->bytes) * (size_t)posted->view->locals_max <= MPII_CELL_BYTES;
}

static void part_put(struct mpii_posted *posted)
{
    mpii_shared_move(part_of(posted, posted->view->rank), mpii_coll_input(&posted->call),
                     posted->bytes);
}

// Of the ranks up to `last`, what begins at `offset`.
static void parts_reduce(const struct mpii_posted *posted, int last, size_t offset, MPI_Count count)
{
    const struct mpii_coll_call *call = &posted->call;

    mpii_shared_move(call->recv.buf, part_of(posted, last) + offset,
                     (size_t)(count * call->recv.type->size));
    for (int i = last - 1; i >= 0; i--)
        reduce_into(posted, call->recv.buf, part_of(posted, i) + offset, count);
}

static void scan_take(struct mpii_posted *posted)
{
    parts_reduce(posted, posted->view->rank, 0, posted->call.recv.count);
}

static void exscan_take(struct mpii_posted *posted)
{
    if (posted->view->rank > 0)
        parts_reduce(posted, posted->view->rank - 1, 0, posted->call.recv.count);
}

bool mpii_posted_scan(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {.put = part_put, .take = scan_take};

    return is_simple(posted, &kind, posted->call.recv.count) &&
           parts_fit(posted, posted->view->cell_max[MPII_CHOICE_SCAN]);
}

bool mpii_posted_exscan(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {.put = part_put, .take = exscan_take};

    return is_simple(posted, &kind, posted->call.recv.count) &&
           parts_fit(posted, posted->view->cell_max[MPII_CHOICE_SCAN]);
}

static void scatter_take(struct mpii_posted *posted)
{
    const struct mpii_side *recv = &posted->call.recv;
    int rank = posted->view->rank;
    MPI_Count count = mpii_side_count(recv, rank);

    if (count > 0)
        parts_reduce(posted, posted->view->size - 1,
                     (size_t)(mpii_side_total(recv, rank) * recv->type->size), count);
}

bool mpii_posted_reduce_scatter(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {.put = part_put, .take = scatter_take};
    size_t size = (size_t)posted->view->size;

    return is_simple(posted, &kind, mpii_side_total(&posted->call.recv, posted->view->size)) &&
           parts_fit(posted, posted->view->cell_max[MPII_CHOICE_ALLTOALL] * size);
}
