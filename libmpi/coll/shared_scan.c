// SPDX-License-Identifier: BSD-2-Clause
// shared_scan.c: scan and exscan through cells, or straight from the ranks' buffers.
//
// Small vectors: all put theirs into their cores' cells, and each reduces those of the ranks below it,
// in their order. A rank alone on its core waits for the ranks below it only. Cost: a cache line for each
// 64 bytes from each core to those above, and up to n reductions on the last rank.
// Large vectors: each rank does a part of the vector for all ranks, from the first rank to the last, a
// piece at a time that stays in the first cache: the result of a rank is that of the rank below, and its
// own input. Cost: per rank, n copies and n reductions of a part; two synchronisations.
#include "libmpi/coll/quick.h"
#include <string.h>

#define PIECE_BYTES 8192

struct scan {
    struct mpii_shared *shared;
    const void *in;
    void *out; // may be `in`
    MPI_Count count;
    const struct mpii_type *type;
    const struct mpii_op *op;
    size_t bytes;
    bool inclusive;
};

// This rank's vector is in its cell. Until those of the ranks below `end` are in theirs, too.
static void wait_below(struct mpii_shared *shared, int end)
{
    if (shared->locals > 1) {
        mpii_shared_sync(shared);
        return;
    }
    mpii_shared_publish(shared, -1);
    for (int i = 0; i < end; i++)
        mpii_shared_wait_full(shared, shared->core_of[i]);
}

static void scan_small(const struct scan *s)
{
    struct mpii_shared *shared = s->shared;
    size_t stride = mpii_part_stride(s->bytes);
    int last = s->inclusive ? shared->rank : shared->rank - 1;
    char *part;

    mpii_shared_begin(shared);
    part = mpii_shared_part(shared, shared->rank, stride);
    mpii_shared_move(part, s->in, s->bytes);
    mpii_shared_filled(shared, part, s->bytes);
    wait_below(shared, shared->rank);
    if (last >= 0 && !(last == shared->rank && s->in == s->out))
        mpii_shared_move(s->out, mpii_shared_part(shared, last, stride), s->bytes);
    for (int i = last - 1; i >= 0; i--)
        mpii_op_reduce(s->op, mpii_shared_part(shared, i, stride), s->out, s->count, s->type);
    mpii_shared_finish(shared, false);
}

// Elements [at, at + count) of all ranks.
static void scan_piece(const struct scan *s, MPI_Count at, MPI_Count count)
{
    size_t bytes = (size_t)count * (size_t)s->type->size, offset = (size_t)at * (size_t)s->type->size;
    alignas(64) char kept[2][PIECE_BYTES]; // inputs in place, of this rank and the one below
    const char *below = NULL;              // the input of the rank below
    char *result = NULL;                   // its result

    for (int i = 0; i < s->shared->size; i++) {
        const struct mpii_coll_call *call = mpii_shared_call(s->shared, i);
        const char *in = (const char *)mpii_coll_input(call) + offset;
        char *out = (char *)call->recv.buf + offset;

        if (!s->inclusive && in == out)
            in = memcpy(kept[i % 2], in, bytes);
        if (s->inclusive && in != out)
            memcpy(out, in, bytes);
        if (!s->inclusive && i > 0)
            memcpy(out, below, bytes);
        if (i > (s->inclusive ? 0 : 1))
            mpii_op_reduce(s->op, result, out, count, s->type);
        below = in;
        result = out;
    }
}

static void scan_parts(const struct scan *s, struct mpii_coll_call *call)
{
    struct mpii_shared *shared = s->shared;
    MPI_Count whole = PIECE_BYTES / s->type->size, share = s->count / shared->size;
    MPI_Count rest = s->count % shared->size; // the first ranks have one more
    MPI_Count at = share * shared->rank + (shared->rank < rest ? shared->rank : rest);
    MPI_Count end = at + share + (shared->rank < rest);

    mpii_shared_begin(shared);
    mpii_shared_call_put(shared, call);
    mpii_shared_sync(shared);
    for (; at < end; at += whole)
        scan_piece(s, at, end - at < whole ? end - at : whole);
    mpii_shared_finish(shared, true);
    mpii_shared_wait_done_all(shared);
}

bool mpii_quick_scan(struct mpii_shared *shared, const struct mpii_quick *quick, MPI_Op op,
                     bool inclusive)
{
    struct scan s = {.shared = shared,
                     .in = quick->send,
                     .out = quick->recv,
                     .count = quick->send_count,
                     .type = mpii_quick_type(quick->send_type),
                     .op = mpii_op_predefined(op),
                     .inclusive = inclusive};

    if (!s.type || !s.op || !mpii_op_quick(s.op, s.type) || s.count <= 0 ||
        s.count > MPII_CELL_BYTES || !mpii_quick_buffer(s.in) || !mpii_quick_buffer(s.out) ||
        s.in == s.out)
        return false;
    s.bytes = (size_t)(s.count * s.type->size);
    if (!mpii_choice_cell(shared, MPII_CHOICE_SCAN, mpii_part_stride(s.bytes)))
        return false;
    scan_small(&s);
    return true;
}

static bool scan(struct mpii_coll_call *call, int *rc, bool inclusive)
{
    struct scan s = {.shared = mpii_shared_of(call->comm),
                     .in = mpii_coll_input(call),
                     .out = call->recv.buf,
                     .count = call->recv.count,
                     .type = call->recv.type,
                     .op = call->op,
                     .bytes = (size_t)(call->recv.count * call->recv.type->size),
                     .inclusive = inclusive};

    if (!s.shared || !s.type->dense || s.type->size > PIECE_BYTES)
        return false;
    *rc = MPI_SUCCESS;
    if (s.bytes == 0)
        return true;
    if (mpii_choice_cell(s.shared, MPII_CHOICE_SCAN, mpii_part_stride(s.bytes))) {
        scan_small(&s);
        return true;
    }
    if (!mpii_op_divides(s.op))
        return false;
    scan_parts(&s, call);
    return true;
}

bool mpii_shared_scan(struct mpii_coll_call *call, int *rc)
{
    return scan(call, rc, true);
}

bool mpii_shared_exscan(struct mpii_coll_call *call, int *rc)
{
    return scan(call, rc, false);
}
