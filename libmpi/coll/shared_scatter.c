// SPDX-License-Identifier: BSD-2-Clause
// shared_scatter.c: scatter through the root's cell, or from its buffer.
//
// Small blocks: the root puts all into the cell of its core and is done. Cost: two copies of each
// block. Large blocks, and MPI_Scatterv: the cell says where the root's blocks are; each rank
// copies its own, and the root waits until all have. Cost: one copy of each block, by its receiver,
// and a flag from each core back.
#include "libmpi/coll/quick.h"

static void scatter_small(struct mpii_shared *shared, struct mpii_coll_call *call, size_t bytes)
{
    int core = shared->core_of[call->root];
    char *cell = mpii_shared_cell(shared, core, bytes * (size_t)shared->size);
    struct mpii_block block;

    if (shared->rank == call->root) {
        for (int i = 0; i < shared->size; i++) {
            block = mpii_side_block(&call->send, i);
            mpii_block_pack(cell + (size_t)i * bytes, &block);
        }
        mpii_shared_publish(shared, -1);
    } else {
        mpii_shared_wait_full(shared, core);
    }
    if (!call->in_place) {
        block = mpii_side_block(&call->recv, shared->rank);
        mpii_block_unpack(&block, cell + (size_t)shared->rank * bytes, bytes);
    }
    mpii_shared_finish(shared, false);
}

bool mpii_quick_scatter(struct mpii_shared *shared, const struct mpii_quick *quick)
{
    bool is_root = shared->rank == quick->root;
    long bytes = mpii_quick_bytes(quick->recv, quick->recv_count, quick->recv_type);
    const char *in = quick->send;
    char *cell;
    int core;

    if (bytes < 0 || !mpii_quick_root(shared, quick->root) ||
        !mpii_choice_cell(shared, MPII_CHOICE_SCATTER, (size_t)bytes))
        return false;
    if (is_root &&
        (mpii_quick_bytes(in, quick->send_count, quick->send_type) != bytes || in == quick->recv))
        return false;
    mpii_shared_begin(shared);
    shared->sender = quick->root;
    core = shared->core_of[quick->root];
    cell = mpii_shared_cell(shared, core, (size_t)(bytes * shared->size));
    if (is_root) {
        for (int i = 0; i < shared->size; i++)
            if (i != shared->rank)
                mpii_shared_move(cell + i * bytes, in + i * bytes, (size_t)bytes);
        mpii_shared_publish(shared, -1);
        mpii_shared_filled(shared, cell, (size_t)(bytes * shared->size));
        mpii_shared_move(quick->recv, in + shared->rank * bytes, (size_t)bytes);
    } else {
        mpii_shared_wait_full(shared, core);
        mpii_shared_move(quick->recv, cell + shared->rank * bytes, (size_t)bytes);
    }
    mpii_shared_finish(shared, false);
    return true;
}

static int scatter_large(struct mpii_shared *shared, struct mpii_coll_call *call)
{
    struct mpii_block to = mpii_side_block(&call->recv, shared->rank), from;
    int rc = MPI_SUCCESS;

    if (shared->rank == call->root) {
        mpii_shared_call_put(shared, call);
        mpii_shared_publish(shared, -1);
    } else {
        mpii_shared_wait_full(shared, shared->core_of[call->root]);
    }
    if (!call->in_place) {
        from = mpii_side_block(&mpii_shared_call(shared, call->root)->send, shared->rank);
        rc = mpii_block_copy(&to, &from);
    }
    mpii_shared_finish(shared, true);
    if (shared->rank == call->root)
        mpii_shared_wait_done_all(shared);
    return rc;
}

bool mpii_shared_scatter(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    bool equal = call->send.layout == MPII_LAYOUT_EQUAL;
    struct mpii_block block;
    size_t bytes;

    if (!shared)
        return false;
    *rc = MPI_SUCCESS;
    block = mpii_side_block(call->in_place ? &call->send : &call->recv, shared->rank);
    bytes = mpii_block_bytes(&block);
    mpii_shared_begin(shared);
    shared->sender = call->root;
    if (equal && mpii_choice_cell(shared, MPII_CHOICE_SCATTER, bytes))
        scatter_small(shared, call, bytes);
    else
        *rc = scatter_large(shared, call);
    return true;
}
