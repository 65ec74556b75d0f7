// SPDX-License-Identifier: BSD-2-Clause
// posted_move.c: nonblocking barrier, and what moves small data through cells: broadcast, gather, scatter,
// allgather and alltoall.
//
// The cells are laid out as those of the blocking ones. Cost: two copies of each block and one
// synchronisation, of which who only gives sees nothing.
#include "libmpi/coll/posted.h"

static bool is_root(const struct mpii_posted *posted)
{
    return posted->view->rank == posted->call.root;
}

static bool chosen(struct mpii_posted *posted, const struct mpii_posted_kind *kind,
                   enum mpii_choice choice, const struct mpii_side *side)
{
    struct mpii_block block = mpii_side_block(side, posted->view->rank);

    posted->kind = kind;
    posted->bytes = mpii_block_bytes(&block);
    return mpii_choice_cell(posted->view, choice, posted->bytes);
}

bool mpii_posted_barrier(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {.put = NULL};

    posted->kind = &kind;
    return true;
}

// --- broadcast ---

static char *bcast_cell(const struct mpii_posted *posted)
{
    return mpii_shared_cell(posted->view, posted->view->core_of[posted->call.root], posted->bytes);
}

static void bcast_put(struct mpii_posted *posted)
{
    struct mpii_block block = mpii_side_block(&posted->call.recv, 0);

    mpii_block_pack(bcast_cell(posted), &block);
}

static void bcast_take(struct mpii_posted *posted)
{
    struct mpii_block block = mpii_side_block(&posted->call.recv, 0);

    if (!is_root(posted))
        mpii_block_unpack(&block, bcast_cell(posted), posted->bytes);
}

bool mpii_posted_bcast(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {
        .from_root = true, .put = bcast_put, .take = bcast_take};

    return chosen(posted, &kind, MPII_CHOICE_BCAST, &posted->call.recv);
}

// --- gather ---

// The root's own block, from buffer to buffer.
static void own_block(const struct mpii_posted *posted)
{
    struct mpii_block from = mpii_side_block(&posted->call.send, posted->view->rank),
                      to = mpii_side_block(&posted->call.recv, posted->view->rank);

    if (!posted->call.in_place)
        (void)mpii_block_copy(&to, &from); // as long as the others', and all fit
}

static void gather_put(struct mpii_posted *posted)
{
    struct mpii_block block = mpii_side_block(&posted->call.send, posted->view->rank);

    if (!is_root(posted))
        mpii_block_pack(mpii_shared_part(posted->view, posted->view->rank, posted->bytes), &block);
}

static void gather_take(struct mpii_posted *posted)
{
    const struct mpii_shared *view = posted->view;

    if (!is_root(posted))
        return;
    own_block(posted);
    for (int i = 0; i < view->size; i++) {
        struct mpii_block block = mpii_side_block(&posted->call.recv, i);

        if (i != view->rank)
            mpii_block_unpack(&block, mpii_shared_part(view, i, posted->bytes), posted->bytes);
    }
}

bool mpii_posted_gather(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {
        .to_root = true, .put = gather_put, .take = gather_take};
    const struct mpii_coll_call *call = &posted->call;

    return call->recv.layout == MPII_LAYOUT_EQUAL && // only the root knows the blocks of Gatherv
           chosen(posted, &kind, MPII_CHOICE_GATHER, call->in_place ? &call->recv : &call->send);
}

// --- scatter ---

static char *scatter_cell(const struct mpii_posted *posted, int rank)
{
    return mpii_shared_cell(posted->view, posted->view->core_of[posted->call.root],
                            posted->bytes * (size_t)posted->view->size) +
           (size_t)rank * posted->bytes;
}

static void scatter_put(struct mpii_posted *posted)
{
    for (int i = 0; i < posted->view->size; i++) {
        struct mpii_block block = mpii_side_block(&posted->call.send, i);

        if (i != posted->view->rank)
            mpii_block_pack(scatter_cell(posted, i), &block);
    }
}

static void scatter_take(struct mpii_posted *posted)
{
    struct mpii_block block;

    if (is_root(posted)) {
        own_block(posted);
        return;
    }
    block = mpii_side_block(&posted->call.recv, posted->view->rank);
    mpii_block_unpack(&block, scatter_cell(posted, posted->view->rank), posted->bytes);
}

bool mpii_posted_scatter(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {
        .from_root = true, .put = scatter_put, .take = scatter_take};
    const struct mpii_coll_call *call = &posted->call;

    return call->send.layout == MPII_LAYOUT_EQUAL &&
           chosen(posted, &kind, MPII_CHOICE_SCATTER, call->in_place ? &call->send : &call->recv);
}

// --- allgather and alltoall ---

static void allgather_put(struct mpii_posted *posted)
{
    const struct mpii_coll_call *call = &posted->call;
    int rank = posted->view->rank;
    struct mpii_block block = mpii_side_block(call->in_place ? &call->recv : &call->send, rank);

    mpii_block_pack(mpii_shared_part(posted->view, rank, posted->bytes), &block);
}

static void allgather_take(struct mpii_posted *posted)
{
    for (int i = 0; i < posted->view->size; i++) {
        struct mpii_block block = mpii_side_block(&posted->call.recv, i);

        mpii_block_unpack(&block, mpii_shared_part(posted->view, i, posted->bytes), posted->bytes);
    }
}

bool mpii_posted_allgather(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {.put = allgather_put, .take = allgather_take};
    const struct mpii_coll_call *call = &posted->call;

    return call->recv.layout == MPII_LAYOUT_EQUAL &&
           chosen(posted, &kind, MPII_CHOICE_ALLGATHER, call->in_place ? &call->recv : &call->send);
}

// What rank `from` has for rank `to`.
static char *alltoall_cell(const struct mpii_posted *posted, int from, int to)
{
    size_t part = posted->bytes * (size_t)posted->view->size;

    return mpii_shared_part(posted->view, from, part) + (size_t)to * posted->bytes;
}

static void alltoall_put(struct mpii_posted *posted)
{
    const struct mpii_coll_call *call = &posted->call;

    for (int i = 0; i < posted->view->size; i++) {
        struct mpii_block block = mpii_side_block(call->in_place ? &call->recv : &call->send, i);

        mpii_block_pack(alltoall_cell(posted, posted->view->rank, i), &block);
    }
}

static void alltoall_take(struct mpii_posted *posted)
{
    for (int i = 0; i < posted->view->size; i++) {
        struct mpii_block block = mpii_side_block(&posted->call.recv, i);

        mpii_block_unpack(&block, alltoall_cell(posted, i, posted->view->rank), posted->bytes);
    }
}

bool mpii_posted_alltoall(struct mpii_posted *posted)
{
    static const struct mpii_posted_kind kind = {.put = alltoall_put, .take = alltoall_take};
    const struct mpii_coll_call *call = &posted->call;

    return call->recv.layout == MPII_LAYOUT_EQUAL &&
           chosen(posted, &kind, MPII_CHOICE_ALLTOALL, call->in_place ? &call->recv : &call->send);
}
