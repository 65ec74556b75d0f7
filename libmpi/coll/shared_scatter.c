// SPDX-License-Identifier: BSD-2-Clause
// shared_scatter.c: scatter through the root's cell, or from its buffer.
//
// Small blocks: the root puts all into the cell of its core and is done. Cost: two copies of each
// block. Large blocks: the cell says where the root's call is; each rank copies its own block, and
// the root waits until all have. Cost: one copy of each block, by its receiver, and a flag from each
// core back. In MPI_Scatterv only the root knows which of the two it is, and the cell tells.
#include "libmpi/coll/quick.h"
#include <string.h>

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
        mpii_shared_foresee_flag(shared);
        mpii_shared_wait_full(shared, core);
        mpii_shared_move(quick->recv, cell + shared->rank * bytes, (size_t)bytes);
    }
    mpii_shared_finish(shared, false);
    return true;
}

// MPI_Scatterv, where only the root knows all blocks, and large blocks: beside the flag lies the address
// of the root's call, or NULL: then the cell has a table of where each block ends, and the blocks.
static struct mpii_shared_cell *cell_of(const struct mpii_shared *shared, int root)
{
    return &shared->peer[shared->core_of[root]].state->cell[shared->seq % MPII_CELLS];
}

// Puts the blocks of all others into the cell, if they fit.
static bool put_all(struct mpii_shared *shared, const struct mpii_coll_call *call)
{
    struct mpii_shared_cell *cell = cell_of(shared, call->root);
    char *data = cell->data;
    size_t end = (size_t)shared->size * sizeof(uint32_t);

    for (int i = 0; i < shared->size; i++) {
        struct mpii_block block = mpii_side_block(&call->send, i);
        size_t bytes = i == shared->rank ? 0 : mpii_block_bytes(&block);
        uint32_t end_32;

        if (!mpii_choice_cell(shared, MPII_CHOICE_SCATTER, bytes) || end + bytes > MPII_CELL_BYTES)
            return false;
        if (bytes > 0)
            mpii_block_pack(data + end, &block);
        end += bytes;
        end_32 = (uint32_t)end;
        memcpy(data + (size_t)i * sizeof end_32, &end_32, sizeof end_32);
    }
    mpii_shared_filled(shared, cell->few, (size_t)(data + end - cell->few));
    return true;
}

// This rank's block, from the cell.
static int take_mine(const struct mpii_shared *shared, const struct mpii_coll_call *call)
{
    struct mpii_block to = mpii_side_block(&call->recv, shared->rank);
    const char *data = cell_of(shared, call->root)->data;
    uint32_t begin = (uint32_t)shared->size * sizeof begin, end;
    size_t room = mpii_block_bytes(&to), bytes;

    if (shared->rank > 0)
        memcpy(&begin, data + (size_t)(shared->rank - 1) * sizeof begin, sizeof begin);
    memcpy(&end, data + (size_t)shared->rank * sizeof end, sizeof end);
    bytes = end - begin;
    mpii_block_unpack(&to, data + begin, bytes < room ? bytes : room);
    return bytes > room ? MPI_ERR_TRUNCATE : MPI_SUCCESS;
}

static int copy_mine(const struct mpii_shared *shared, const struct mpii_coll_call *call,
                     const struct mpii_coll_call *root)
{
    struct mpii_block to = mpii_side_block(&call->recv, shared->rank),
                      from = mpii_side_block(&root->send, shared->rank);

    return call->in_place ? MPI_SUCCESS : mpii_block_copy(&to, &from);
}

static int scatter_any(struct mpii_shared *shared, struct mpii_coll_call *call, bool equal)
{
    struct mpii_shared_cell *cell = cell_of(shared, call->root);
    struct mpii_coll_call *root = call;
    int rc;

    if (shared->rank == call->root) {
        if (!equal && put_all(shared, call)) // equal ones do not fit: that was asked before
            root = NULL;
        memcpy(cell->few, &root, sizeof(void *));
        mpii_shared_publish(shared, -1);
        rc = copy_mine(shared, call, call);
    } else {
        mpii_shared_foresee_flag(shared);
        mpii_shared_wait_full(shared, shared->core_of[call->root]);
        memcpy(&root, cell->few, sizeof(void *));
        rc = root ? copy_mine(shared, call, root) : take_mine(shared, call);
    }
    mpii_shared_finish(shared, root != NULL);
    if (shared->rank == call->root && root)
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
        *rc = scatter_any(shared, call, equal);
    return true;
}
