// SPDX-License-Identifier: BSD-2-Clause
// shared_vector.c: reduce and allreduce of large vectors, and reduce_scatter.
//
// Large vectors, straight from the ranks' buffers: the vector is cut into a part for each rank. Each
// reduces its part of all ranks' inputs, in the order of ranks, a piece at a time that stays in the first
// cache: in the root's buffer; or, for all ranks or in place, on the stack, from where it goes to where it
// belongs. An input in place is only read, and then written, by the rank whose part it is. Cost: per rank,
// n reductions of a part; for an allreduce, n copies of a part; two synchronisations.
//
// Reduce_scatter of small vectors: each rank puts its own into its core's cell; when all cores' cells are
// full, each reduces its block of all of them. Cost: a copy of each vector, one synchronisation.
#include "libmpi/coll/shared_vector.h"
#include "libmpi/coll/quick.h"
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

// To where it belongs, if it is not there.
static void give_piece(const struct vector *vector, MPI_Count at, MPI_Count count,
                       const char *piece, int root)
{
    const struct mpii_shared *shared = vector->shared;
    size_t offset = (size_t)at * vector->element;

    for (int n = 0; n < shared->size; n++) {
        int i = (shared->rank + n) % shared->size;
        char *to = (char *)mpii_shared_call(shared, i)->recv.buf + offset;

        if ((root == MPII_NO_ROOT || i == root) && to != piece)
            memcpy(to, piece, (size_t)count * vector->element);
    }
}

bool mpii_shared_reduce_parts(struct mpii_shared *shared, struct mpii_coll_call *call, int root)
{
    struct vector vector = {shared, call, (size_t)call->recv.type->size};
    MPI_Count total = call->recv.count, whole = PIECE_BYTES / call->recv.type->size;
    MPI_Count at = total / shared->size * shared->rank, end = at + total / shared->size;
    MPI_Count rest = total % shared->size; // the first ranks have one more
    char *result = NULL;                   // the one buffer that wants it, unless it holds an input
    alignas(64) char room[PIECE_BYTES];

    if (whole == 0 || !mpii_op_divides(call->op))
        return false;
    at += shared->rank < rest ? shared->rank : rest;
    end += shared->rank < rest ? shared->rank + 1 : rest;
    mpii_shared_begin(shared);
    mpii_shared_call_put(shared, call);
    mpii_shared_sync(shared);
    if (root != MPII_NO_ROOT && !mpii_shared_call(shared, root)->in_place)
        result = mpii_shared_call(shared, root)->recv.buf;
    for (; at < end; at += whole) {
        MPI_Count count = end - at < whole ? end - at : whole;
        char *piece = result ? result + (size_t)at * vector.element : room;

        reduce_piece(&vector, at, count, piece);
        give_piece(&vector, at, count, piece, root);
    }
    mpii_shared_finish(shared, true);
    mpii_shared_wait_done_all(shared);
    return true;
}

// A call of reduce_scatter: of the vector, each rank's block is reduced to that rank.
struct scattered {
    struct mpii_shared *shared;
    const void *in;
    void *out;
    MPI_Count at, count, total; // this rank's block, and the vector
    const struct mpii_type *type;
    const struct mpii_op *op;
};

static bool goes_through_cells(const struct scattered *s)
{
    size_t bytes = (size_t)(s->total * s->type->size);

    return bytes <= s->shared->cell_max[MPII_CHOICE_ALLTOALL] * (size_t)s->shared->size &&
           mpii_part_stride(bytes) * (size_t)s->shared->locals_max <= MPII_CELL_BYTES;
}

static void reduce_scatter_small(const struct scattered *s)
{
    struct mpii_shared *shared = s->shared;
    size_t size = (size_t)s->type->size, offset = (size_t)s->at * size,
           bytes = (size_t)s->total * size;
    size_t stride = mpii_part_stride(bytes);
    int last = shared->size - 1;
    char *part;

    mpii_shared_begin(shared);
    part = mpii_shared_part(shared, shared->rank, stride);
    mpii_shared_move(part, s->in, bytes);
    mpii_shared_sync_start(shared);
    mpii_shared_filled(shared, part, bytes);
    mpii_shared_sync_end(shared);
    if (s->count > 0) {
        mpii_shared_move(s->out, mpii_shared_part(shared, last, stride) + offset,
                         (size_t)s->count * size);
        for (int i = last - 1; i >= 0; i--)
            mpii_op_reduce(s->op, mpii_shared_part(shared, i, stride) + offset, s->out, s->count,
                           s->type);
    }
    mpii_shared_finish(shared, false);
}

static bool reduce_scatter_large(const struct scattered *s, struct mpii_coll_call *call)
{
    struct mpii_shared *shared = s->shared;
    struct vector vector = {shared, call, (size_t)s->type->size};
    MPI_Count whole = PIECE_BYTES / s->type->size, done = 0;
    alignas(64) char piece[PIECE_BYTES];

    mpii_shared_begin(shared);
    mpii_shared_call_put(shared, call);
    mpii_shared_sync(shared);
    while (done < s->count) { // ends: a piece at least is done each time
        MPI_Count count = s->count - done < whole ? s->count - done : whole;

        reduce_piece(&vector, s->at + done, count, piece);
        memcpy((char *)s->out + (size_t)done * vector.element, piece, (size_t)count * vector.element);
        done += count;
    }
    mpii_shared_finish(shared, true);
    mpii_shared_wait_done_all(shared);
    return true;
}

bool mpii_quick_reduce_scatter(struct mpii_shared *shared, const struct mpii_quick *quick, MPI_Op op)
{
    struct scattered s = {.shared = shared,
                          .in = quick->send,
                          .out = quick->recv,
                          .at = quick->recv_count * shared->rank,
                          .count = quick->recv_count,
                          .total = quick->recv_count * shared->size,
                          .type = mpii_quick_type(quick->recv_type),
                          .op = mpii_op_predefined(op)};

    if (!s.type || !s.op || !mpii_op_quick(s.op, s.type) || s.count <= 0 ||
        s.count > MPII_CELL_BYTES || !mpii_quick_buffer(s.in) || !mpii_quick_buffer(s.out) ||
        s.in == s.out || !goes_through_cells(&s))
        return false;
    reduce_scatter_small(&s);
    return true;
}

bool mpii_shared_reduce_scatter(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    struct scattered s = {.shared = shared,
                          .in = mpii_coll_input(call),
                          .out = call->recv.buf,
                          .at = mpii_side_total(&call->recv, call->comm->rank),
                          .count = mpii_side_count(&call->recv, call->comm->rank),
                          .total = mpii_side_total(&call->recv, call->comm->size),
                          .type = call->recv.type,
                          .op = call->op};

    if (!shared || !s.type->dense || s.type->size == 0 || s.type->size > PIECE_BYTES)
        return false;
    *rc = MPI_SUCCESS;
    if (s.total == 0)
        return true;
    if (goes_through_cells(&s)) {
        reduce_scatter_small(&s);
        return true;
    }
    // In place, the result would overwrite parts that others have not read.
    return !call->in_place && mpii_op_divides(call->op) && reduce_scatter_large(&s, call);
}
