// SPDX-License-Identifier: BSD-2-Clause
// shared_gather.c: gather through cells, or from the ranks' buffers.
//
// Small blocks: each rank puts its block into its core's cell and is done; the last of a core
// publishes it; the root empties the cells of all cores. Cost: two copies of each block, the second
// ones by the root. Large blocks: the root posts where it wants them; each rank
// copies its own there before its core's cell is published. Cost: one copy of each block, by its sender, all
// at the same time, and a flag to each core and back. In MPI_Gatherv, where only the root knows all blocks,
// each rank decides for its own, and its part of the cell tells.
#include "libmpi/coll/quick.h"
#include <string.h>

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

// What a rank has put into its core's cell: a block, or nothing, for that is in the root's buffer.
#define PUSHED UINT64_MAX
struct gather_part {
    uint64_t bytes; // or PUSHED
    char data[];
};

static size_t part_room(const struct mpii_shared *shared)
{
    return MPII_CELL_BYTES / (size_t)shared->locals_max / 8 * 8;
}

static struct mpii_shared_cell *cell_of(const struct mpii_shared *shared, int rank)
{
    return &shared->peer[shared->core_of[rank]].state->cell[shared->seq % MPII_CELLS];
}

static struct gather_part *part_of(const struct mpii_shared *shared, int rank)
{
    return (void *)(cell_of(shared, rank)->data + (size_t)shared->local_of[rank] * part_room(shared));
}

// To where the root has the block of this rank.
static void push(struct mpii_shared *shared, const struct mpii_coll_call *call,
                 const struct mpii_block *from)
{
    const struct mpii_shared_cell *cell = cell_of(shared, call->root);
    struct mpii_coll_call *root;
    struct mpii_block to;

    mpii_flag_wait(&cell->posted, shared->seq + 1);
    memcpy(&root, cell->few, sizeof(void *));
    to = mpii_side_block(&root->recv, shared->rank);
    if (mpii_block_copy(&to, from) != MPI_SUCCESS) // relaxed: published by `full` [F]
        atomic_store_explicit(&root->truncated, true, memory_order_relaxed);
}

// On the root, of itself as well: its own block, from buffer to buffer.
static void post(struct mpii_shared *shared, struct mpii_coll_call *call)
{
    struct mpii_block from = mpii_side_block(&call->send, shared->rank),
                      to = mpii_side_block(&call->recv, shared->rank);
    struct mpii_shared_cell *cell = cell_of(shared, shared->rank);

    memcpy(cell->few, &call, sizeof(void *));
    mpii_flag_set(&cell->posted, shared->seq + 1);
    for (int c = 0; c < shared->cores; c++)
        if (c != shared->core)
            mpii_shared_rouse(shared, c);
    if (!call->in_place && mpii_block_copy(&to, &from) != MPI_SUCCESS)
        atomic_store_explicit(&call->truncated, true, memory_order_relaxed);
}

// The blocks that were not pushed.
static void take(const struct mpii_shared *shared, struct mpii_coll_call *call)
{
    for (int i = 0; i < shared->size; i++) {
        const struct gather_part *part = part_of(shared, i);
        struct mpii_block to = mpii_side_block(&call->recv, i);
        size_t room = mpii_block_bytes(&to);

        if (i == shared->rank || part->bytes == PUSHED)
            continue;
        mpii_block_unpack(&to, part->data, part->bytes < room ? part->bytes : room);
        if (part->bytes > room)
            atomic_store_explicit(&call->truncated, true, memory_order_relaxed);
    }
}

static int gather_any(struct mpii_shared *shared, struct mpii_coll_call *call)
{
    struct mpii_block from = mpii_side_block(&call->send, call->root);
    struct gather_part *part = part_of(shared, shared->rank);
    bool is_root = shared->rank == call->root;

    if (is_root) {
        post(shared, call);
    } else if (mpii_block_bytes(&from) + sizeof *part <= part_room(shared) &&
               mpii_choice_cell(shared, MPII_CHOICE_GATHER, mpii_block_bytes(&from))) {
        part->bytes = mpii_block_bytes(&from);
        mpii_block_pack(part->data, &from);
        mpii_shared_filled(shared, (const char *)part, sizeof *part + part->bytes);
    } else {
        push(shared, call, &from);
        part->bytes = PUSHED;
    }
    if (mpii_shared_arrive(shared))
        mpii_shared_publish(shared, shared->core_of[call->root]);
    if (is_root) {
        mpii_shared_wait_full_all(shared);
        take(shared, call);
    }
    mpii_shared_finish(shared, false);
    return is_root && atomic_load_explicit(&call->truncated, memory_order_relaxed) ? MPI_ERR_TRUNCATE
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
        *rc = gather_any(shared, call);
    return true;
}
