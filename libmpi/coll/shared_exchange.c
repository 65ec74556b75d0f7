// SPDX-License-Identifier: BSD-2-Clause
// shared_exchange.c: allgather and alltoall through cells, or from the ranks' buffers.
//
// Small blocks: each rank puts what it sends into its core's cell; when all cores' cells are full,
// each takes what is for it; in MPI_Allgatherv as if all blocks were as long as the longest. Cost: two
// copies of each block, and one synchronisation. Large blocks: the cells say where they are. Cost: one
// copy of each block, by its receiver, and a second synchronisation, after which the buffers are the
// users' again. In MPI_Alltoallv and MPI_Alltoallw, where no rank knows all blocks, each decides for its
// own, and its part of the cell tells.
#include "libmpi/coll/quick.h"
#include <stddef.h>

// What this rank has for another; for itself too.
static struct mpii_block block_for(const struct mpii_coll_call *call, int rank)
{
    if (!call->in_place)
        return mpii_side_block(&call->send, rank);
    // Allgather in place: this rank's block of the result. Alltoall: what is there for the other.
    return mpii_side_block(&call->recv,
                           call->send.layout == MPII_LAYOUT_ONE ? call->comm->rank : rank);
}

// The blocks of an allgather are one; of an alltoall, `size`. `bytes`: of the largest.
static int exchange_small(struct mpii_shared *shared, const struct mpii_coll_call *call,
                          size_t bytes, bool all)
{
    size_t part = bytes * (all ? (size_t)shared->size : 1);
    char *cell = mpii_shared_part(shared, shared->rank, part);
    struct mpii_block block;
    int rc = MPI_SUCCESS;
    size_t some;

    for (int i = 0; i < (all ? shared->size : 1); i++) {
        block = block_for(call, i);
        if (mpii_block_bytes(&block) <= bytes)
            mpii_block_pack(cell + (size_t)i * bytes, &block);
        else // more than any rank receives
            rc = MPI_ERR_TRUNCATE;
    }
    mpii_shared_sync_start(shared);
    mpii_shared_filled(shared, cell, part);
    mpii_shared_sync_end(shared);
    for (int i = 0; i < shared->size; i++) {
        block = mpii_side_block(&call->recv, i);
        cell = mpii_shared_part(shared, i, part) + (all ? (size_t)shared->rank * bytes : 0);
        some = mpii_block_bytes(&block) < bytes ? mpii_block_bytes(&block) : bytes;
        if (all && some < bytes)
            rc = MPI_ERR_TRUNCATE;
        if (!(call->in_place && i == shared->rank))
            mpii_block_unpack(&block, cell, some);
    }
    mpii_shared_finish(shared, false);
    return rc;
}

// The size of both sides' blocks, or -1: not for the short way.
static long quick_bytes(const struct mpii_quick *quick)
{
    long bytes = mpii_quick_bytes(quick->send, quick->send_count, quick->send_type);

    return mpii_quick_bytes(quick->recv, quick->recv_count, quick->recv_type) == bytes &&
                   quick->send != quick->recv
               ? bytes
               : -1;
}

bool mpii_quick_allgather(struct mpii_shared *shared, const struct mpii_quick *quick)
{
    long bytes = quick_bytes(quick);
    char *out = quick->recv, *part;

    if (bytes < 0 || !mpii_choice_cell(shared, MPII_CHOICE_ALLGATHER, (size_t)bytes))
        return false;
    mpii_shared_begin(shared);
    part = mpii_shared_part(shared, shared->rank, (size_t)bytes);
    mpii_shared_move(part, quick->send, (size_t)bytes);
    mpii_shared_sync_start(shared);
    mpii_shared_filled(shared, part, (size_t)bytes);
    mpii_shared_move(out + shared->rank * bytes, quick->send, (size_t)bytes);
    mpii_shared_sync_end(shared);
    for (int i = 0; i < shared->size; i++)
        if (i != shared->rank)
            mpii_shared_move(out + i * bytes, mpii_shared_part(shared, i, (size_t)bytes),
                             (size_t)bytes);
    mpii_shared_finish(shared, false);
    return true;
}

bool mpii_quick_alltoall(struct mpii_shared *shared, const struct mpii_quick *quick)
{
    long bytes = quick_bytes(quick), part = bytes * shared->size, mine = shared->rank * bytes;
    const char *in = quick->send;
    char *out = quick->recv, *cell;

    if (bytes < 0 || !mpii_choice_cell(shared, MPII_CHOICE_ALLTOALL, (size_t)bytes))
        return false;
    mpii_shared_begin(shared);
    cell = mpii_shared_part(shared, shared->rank, (size_t)part);
    for (int i = 0; i < shared->size; i++)
        if (i != shared->rank)
            mpii_shared_move(cell + i * bytes, in + i * bytes, (size_t)bytes);
    mpii_shared_sync_start(shared);
    mpii_shared_filled(shared, cell, (size_t)part);
    mpii_shared_move(out + mine, in + mine, (size_t)bytes);
    mpii_shared_sync_end(shared);
    for (int i = 0; i < shared->size; i++)
        if (i != shared->rank)
            mpii_shared_move(out + i * bytes, mpii_shared_part(shared, i, (size_t)part) + mine,
                             (size_t)bytes);
    mpii_shared_finish(shared, false);
    return true;
}

static int exchange_large(struct mpii_shared *shared, const struct mpii_coll_call *call)
{
    int rc = MPI_SUCCESS;

    mpii_shared_call_put(shared, call);
    mpii_shared_sync(shared);
    for (int n = 0; n < shared->size; n++) {
        int i = (shared->rank + n) % shared->size; // not all from the same one first
        struct mpii_block to = mpii_side_block(&call->recv, i);
        struct mpii_block from = block_for(mpii_shared_call(shared, i), shared->rank);

        if (!(call->in_place && i == shared->rank) && mpii_block_copy(&to, &from) != MPI_SUCCESS)
            rc = MPI_ERR_TRUNCATE;
    }
    mpii_shared_finish(shared, true);
    mpii_shared_wait_done_all(shared);
    return rc;
}

// What a rank has put into its core's cell: its blocks for all others, in order, or where they are.
struct exchange_part {
    struct mpii_coll_call *call; // NULL: the blocks are here, behind the table
    uint32_t end[];              // of the block for each rank, in bytes from here
};

static size_t part_room(const struct mpii_shared *shared)
{
    return MPII_CELL_BYTES / (size_t)shared->locals_max / 8 * 8;
}

static struct exchange_part *part_of(const struct mpii_shared *shared, int rank)
{
    struct mpii_shared_core *state = shared->peer[shared->core_of[rank]].state;

    return (void *)(state->cell[shared->seq % MPII_CELLS].data +
                    (size_t)shared->local_of[rank] * part_room(shared));
}

static size_t table_bytes(const struct mpii_shared *shared)
{
    return offsetof(struct exchange_part, end) + (size_t)shared->size * sizeof(uint32_t);
}

// False: they do not fit, or are large.
static bool put_blocks(struct mpii_shared *shared, const struct mpii_coll_call *call,
                       struct exchange_part *part)
{
    size_t at = table_bytes(shared), room = part_room(shared);

    if (at > room)
        return false;
    for (int i = 0; i < shared->size; i++) {
        struct mpii_block block = block_for(call, i);
        size_t bytes = i == shared->rank ? 0 : mpii_block_bytes(&block);

        if (!mpii_choice_cell(shared, MPII_CHOICE_ALLTOALL, bytes) || bytes > room - at)
            return false;
        if (bytes > 0)
            mpii_block_pack((char *)part + at, &block);
        at += bytes;
        part->end[i] = (uint32_t)at;
    }
    mpii_shared_filled(shared, (const char *)part, at);
    return true;
}

// Rank `from`'s block for this rank.
static int take_block(const struct mpii_shared *shared, const struct mpii_coll_call *call, int from)
{
    const struct exchange_part *part = part_of(shared, from);
    struct mpii_block to = mpii_side_block(&call->recv, from);
    size_t room = mpii_block_bytes(&to), at, bytes;

    if (part->call || from == shared->rank) {
        struct mpii_block block = block_for(part->call ? part->call : call, shared->rank);

        return mpii_block_copy(&to, &block);
    }
    at = shared->rank > 0 ? part->end[shared->rank - 1] : table_bytes(shared);
    bytes = part->end[shared->rank] - at;
    mpii_block_unpack(&to, (const char *)part + at, bytes < room ? bytes : room);
    return bytes > room ? MPI_ERR_TRUNCATE : MPI_SUCCESS;
}

static int exchange_any(struct mpii_shared *shared, struct mpii_coll_call *call)
{
    struct exchange_part *part = part_of(shared, shared->rank);
    bool awaited = false; // by any rank that has left its blocks where they are: all see that alike
    int rc = MPI_SUCCESS;

    part->call = put_blocks(shared, call, part) ? NULL : call;
    mpii_shared_sync(shared);
    for (int n = 0; n < shared->size; n++) {
        int i = (shared->rank + n) % shared->size; // not all from the same one first

        awaited = awaited || part_of(shared, i)->call;
        if (take_block(shared, call, i) != MPI_SUCCESS)
            rc = MPI_ERR_TRUNCATE;
    }
    mpii_shared_finish(shared, awaited);
    if (awaited)
        mpii_shared_wait_done_all(shared);
    return rc;
}

// Of the largest block of an allgather; all ranks know them all.
static size_t largest(const struct mpii_shared *shared, const struct mpii_coll_call *call)
{
    size_t most = 0;

    for (int i = 0; i < (call->recv.layout == MPII_LAYOUT_EQUAL ? 1 : shared->size); i++) {
        struct mpii_block block = mpii_side_block(&call->recv, i);

        if (mpii_block_bytes(&block) > most)
            most = mpii_block_bytes(&block);
    }
    return most;
}

bool mpii_shared_allgather(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    size_t bytes;

    if (!shared)
        return false;
    *rc = MPI_SUCCESS;
    bytes = largest(shared, call);
    mpii_shared_begin(shared);
    if (mpii_choice_cell(shared, MPII_CHOICE_ALLGATHER, bytes))
        *rc = exchange_small(shared, call, bytes, false);
    else
        *rc = exchange_large(shared, call);
    return true;
}

bool mpii_shared_alltoall(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    bool equal = call->recv.layout == MPII_LAYOUT_EQUAL, small;
    struct mpii_block block;

    if (!shared)
        return false;
    *rc = MPI_SUCCESS;
    block = block_for(call, shared->rank);
    small = equal && mpii_choice_cell(shared, MPII_CHOICE_ALLTOALL, mpii_block_bytes(&block));
    if (!small && call->in_place)
        return false; // others would overwrite what has not been read
    mpii_shared_begin(shared);
    if (small)
        *rc = exchange_small(shared, call, mpii_block_bytes(&block), true);
    else if (equal)
        *rc = exchange_large(shared, call);
    else
        *rc = exchange_any(shared, call);
    return true;
}
