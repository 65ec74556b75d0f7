// SPDX-License-Identifier: BSD-2-Clause
// shared_gather.c: gather through cells, or from the ranks' buffers.
//
// Small blocks: each rank puts its block into its core's cell and is done; the last of a core
// publishes it; the root empties the cells of all cores. Cost: two copies of each block, the second
// ones by the root. Large blocks, and MPI_Gatherv, where only the root knows them all: the root's
// cell says where it wants them; each rank copies its own there, and the root waits until all have.
// Cost: one copy of each block, by its sender, all at the same time, and a flag from each core back.
#include "libmpi/coll/quick.h"

static void gather_small(struct mpii_shared *shared, struct mpii_coll_call *call, size_t bytes)
{
    struct mpii_block block = mpii_side_block(&call->send, shared->rank);
    int root_core = shared->core_of[call->root];

    if (!call->in_place)
        mpii_block_pack(mpii_shared_part(shared, shared->rank, bytes), &block);
    if (mpii_shared_arrive(shared))
        mpii_shared_publish(shared, root_core);
    if (shared->rank == call->root) {
        mpii_shared_wait_full_all(shared);
        for (int i = 0; i < shared->size; i++) {
            block = mpii_side_block(&call->recv, i);
            if (!(call->in_place && i == shared->rank))
                mpii_block_unpack(&block, mpii_shared_part(shared, i, bytes), bytes);
        }
    }
    mpii_shared_finish(shared, false);
}

bool mpii_quick_gather(struct mpii_shared *shared, const struct mpii_quick *quick)
{
    bool is_root = shared->rank == quick->root;
    long bytes = mpii_quick_bytes(quick->send, quick->send_count, quick->send_type);
    char *out = quick->recv;

    if (bytes < 0 || !mpii_quick_root(shared, quick->root) ||
        !mpii_choice_cell(shared, MPII_CHOICE_GATHER, (size_t)bytes))
        return false;
    if (is_root &&
        (mpii_quick_bytes(out, quick->recv_count, quick->recv_type) != bytes || out == quick->send))
        return false;
    mpii_shared_begin(shared);
    if (!is_root) {
        char *part = mpii_shared_part(shared, shared->rank, (size_t)bytes);

        mpii_shared_move(part, quick->send, (size_t)bytes);
        mpii_shared_filled(shared, part, (size_t)bytes);
    }
    if (mpii_shared_arrive(shared))
        mpii_shared_publish(shared, shared->core_of[quick->root]);
    if (is_root) {
        mpii_shared_move(out + shared->rank * bytes, quick->send, (size_t)bytes);
        mpii_shared_wait_full_all(shared);
        for (int i = 0; i < shared->size; i++)
            if (i != shared->rank)
                mpii_shared_move(out + i * bytes, mpii_shared_part(shared, i, (size_t)bytes),
                                 (size_t)bytes);
    }
    mpii_shared_finish(shared, false);
    return true;
}

// Each rank's block to where the root has it.
static int gather_large(struct mpii_shared *shared, struct mpii_coll_call *call)
{
    struct mpii_block from = mpii_side_block(&call->send, call->root), to;
    struct mpii_coll_call *root = call;
    bool fits = true;

    if (shared->rank == call->root) {
        mpii_shared_call_put(shared, call);
        mpii_shared_publish(shared, -1);
    } else {
        mpii_shared_wait_full(shared, shared->core_of[call->root]);
        root = mpii_shared_call(shared, call->root);
    }
    if (!call->in_place) {
        to = mpii_side_block(&root->recv, shared->rank);
        fits = mpii_block_copy(&to, &from) == MPI_SUCCESS;
    }
    if (!fits) // relaxed: published by `done` [F]
        atomic_store_explicit(&root->truncated, true, memory_order_relaxed);
    mpii_shared_finish(shared, true);
    if (shared->rank != call->root)
        return MPI_SUCCESS;
    mpii_shared_wait_done_all(shared);
    return atomic_load_explicit(&call->truncated, memory_order_relaxed) ? MPI_ERR_TRUNCATE
                                                                        : MPI_SUCCESS;
}

bool mpii_shared_gather(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    bool equal = call->recv.layout == MPII_LAYOUT_EQUAL;
    struct mpii_block block;
    size_t bytes;

    if (!shared)
        return false;
    *rc = MPI_SUCCESS;
    // In place the root has its own block in the receive buffer only: as long as the others'.
    block = mpii_side_block(call->in_place ? &call->recv : &call->send, shared->rank);
    bytes = mpii_block_bytes(&block);
    mpii_shared_begin(shared);
    if (equal && mpii_choice_cell(shared, MPII_CHOICE_GATHER, bytes))
        gather_small(shared, call, bytes);
    else
        *rc = gather_large(shared, call);
    return true;
}
