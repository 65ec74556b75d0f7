// SPDX-License-Identifier: BSD-2-Clause
// build_flat.c: gather, scatter, allgather, alltoall and their variants, each block sent straight to where
// it belongs.
//
// Each rank begins with the one above it,
// so that not all send to the same one at once.
// Cost: for each block one message, all at the same time; n - 1 per rank, or for a root.
#include "libmpi/coll/coll.h"

// The blocks of an alltoall in place are copied first: what is received overwrites them.
static struct mpii_block saved(struct mpii_schedule *schedule, struct mpii_block block)
{
    void *buf = mpii_schedule_buffer(schedule, block.count, block.type);

    mpii_schedule_copy(schedule, buf, block.count, block.type, block.buf, block.count, block.type);
    block.buf = buf;
    return block;
}

static struct mpii_block block_to(struct mpii_schedule *schedule, const struct mpii_coll_call *call,
                                  int peer)
{
    if (!call->in_place || call->root != MPII_NO_ROOT)
        return mpii_side_block(&call->send, peer);
    if (call->send.layout == MPII_LAYOUT_ONE) // allgather: this rank's block of the result
        return mpii_side_block(&call->recv, call->comm->rank);
    return saved(schedule, mpii_side_block(&call->recv, peer));
}

static bool takes_part(const struct mpii_coll_call *call, int peer)
{
    return call->root == MPII_NO_ROOT || mpii_coll_is_root(call) || peer == call->root;
}

static void copy_own(struct mpii_schedule *schedule, const struct mpii_coll_call *call)
{
    struct mpii_block from = mpii_side_block(&call->send, call->comm->rank);
    struct mpii_block to = mpii_side_block(&call->recv, call->comm->rank);

    mpii_schedule_copy(schedule, to.buf, to.count, to.type, from.buf, from.count, from.type);
}

void mpii_build_flat(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    bool inter = call->comm->remote != NULL;
    int peers = mpii_coll_peers(call), me = inter ? -1 : call->comm->rank;
    bool gathers = call->root != MPII_NO_ROOT && call->send.layout == MPII_LAYOUT_ONE;
    bool scatters = call->root != MPII_NO_ROOT && !gathers;
    bool root = call->root != MPII_NO_ROOT && mpii_coll_is_root(call);
    struct mpii_block block;

    // Blocks of an alltoall in place must be saved before any receive is posted: sends first.
    for (int i = 1; call->sends && !(gathers && root && !inter) && i <= peers; i++) {
        int peer = (me + i + peers) % peers;

        if (peer == me || !takes_part(call, peer))
            continue;
        block = block_to(schedule, call, peer);
        mpii_schedule_send(schedule, call->comm, block.buf, block.count, block.type, peer);
    }
    for (int i = 1; call->receives && !(scatters && root && !inter) && i <= peers; i++) {
        int peer = (me - i + 2 * peers) % peers;

        if (peer == me || !takes_part(call, peer))
            continue;
        block = mpii_side_block(&call->recv, peer);
        mpii_schedule_receive(schedule, call->comm, block.buf, block.count, block.type, peer);
    }
    if (!inter && !call->in_place && call->sends && call->receives)
        copy_own(schedule, call);
    mpii_schedule_fence(schedule);
}
