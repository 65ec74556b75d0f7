// SPDX-License-Identifier: BSD-2-Clause
// shared_vector.c: reduce, allreduce and reduce_scatter of large vectors, straight from the ranks' buffers.
//
// The vector is cut into a part for each rank. Each reduces its part of all ranks' inputs, in the
// order of ranks, a piece at a time that stays in the first cache, and writes the result to where
// it belongs: the root's buffer, those of all ranks, or its own. An input in place is only read,
// and then written, by the rank whose part it is. Cost: per rank, n reductions of a part; for an
// allreduce, n copies of a part; two synchronisations.
#include "libmpi/coll/shared_vector.h"
#include <string.h>

#define PIECE_BYTES 8192

struct vector {
    const struct mpii_shared *shared;
    const struct mpii_coll_call *call;
    size_t element; // bytes
};

// Elements [at, at + count) of all inputs, into `piece`.
static void reduce_piece(const struct vector *vector, MPI_Count at, MPI_Count count, char *piece)
{
    const struct mpii_shared *shared = vector->shared;
    const struct mpii_coll_call *call = vector->call;
    size_t offset = (size_t)at * vector->element;
    int last = shared->size - 1;

    memcpy(piece, (const char *)mpii_coll_input(mpii_shared_call(shared, last)) + offset,
           (size_t)count * vector->element);
    for (int i = last - 1; i >= 0; i--)
        mpii_op_reduce(call->op, (const char *)mpii_coll_input(mpii_shared_call(shared, i)) + offset,
                       piece, count, call->recv.type);
}

static void give_piece(const struct vector *vector, MPI_Count at, MPI_Count count,
                       const char *piece, int root)
{
    const struct mpii_shared *shared = vector->shared;
    size_t offset = (size_t)at * vector->element;

    for (int n = 0; n < shared->size; n++) {
        int i = (shared->rank + n) % shared->size;

        if (root == MPII_NO_ROOT || i == root)
            memcpy((char *)mpii_shared_call(shared, i)->recv.buf + offset, piece,
                   (size_t)count * vector->element);
    }
}

bool mpii_shared_reduce_parts(struct mpii_shared *shared, struct mpii_coll_call *call, int root)
{
    struct vector vector = {shared, call, (size_t)call->recv.type->size};
    MPI_Count total = call->recv.count, whole = PIECE_BYTES / call->recv.type->size;
    MPI_Count at = total / shared->size * shared->rank, end = at + total / shared->size;
    MPI_Count rest = total % shared->size; // the first ranks have one more
    alignas(64) char piece[PIECE_BYTES];

    if (whole == 0)
        return false;
    at += shared->rank < rest ? shared->rank : rest;
    end += shared->rank < rest ? shared->rank + 1 : rest;
    mpii_shared_begin(shared);
    mpii_shared_call_put(shared, call);
    mpii_shared_sync(shared);
    for (; at < end; at += whole) {
        MPI_Count count = end - at < whole ? end - at : whole;

        reduce_piece(&vector, at, count, piece);
        give_piece(&vector, at, count, piece, root);
    }
    mpii_shared_finish(shared, true);
    mpii_shared_wait_done_all(shared);
    return true;
}

bool mpii_shared_reduce_scatter(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    struct vector vector = {shared, call, (size_t)call->recv.type->size};
    MPI_Count whole, at, end, done = 0;
    alignas(64) char piece[PIECE_BYTES];

    // In place, the result would overwrite parts that others have not read.
    if (!shared || !call->recv.type->dense || call->in_place || call->recv.type->size == 0 ||
        call->recv.type->size > PIECE_BYTES)
        return false;
    *rc = MPI_SUCCESS;
    whole = PIECE_BYTES / call->recv.type->size;
    at = mpii_side_total(&call->recv, shared->rank);
    end = at + mpii_side_count(&call->recv, shared->rank);
    mpii_shared_begin(shared);
    mpii_shared_call_put(shared, call);
    mpii_shared_sync(shared);
    for (; at < end; at += whole) {
        MPI_Count count = end - at < whole ? end - at : whole;

        reduce_piece(&vector, at, count, piece);
        memcpy((char *)call->recv.buf + (size_t)done * vector.element, piece,
               (size_t)count * vector.element);
        done += count;
    }
    mpii_shared_finish(shared, true);
    mpii_shared_wait_done_all(shared);
    return true;
}
