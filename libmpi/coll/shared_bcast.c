// SPDX-License-Identifier: BSD-2-Clause
// shared_bcast.c: broadcast through the root's cell, or from its buffer.
//
// Small data: the root fills the cell of its core and is done; the others copy from there.
// Cost: one cache line for each 64 bytes to each core, and two copies.
// Large data: the cell says where the root's buffer is; all copy from it, and the root waits until they have.
// Cost: one copy on each rank, and a flag from each core back to the root's.
#include "libmpi/coll/quick.h"

static struct mpii_block block_of(const struct mpii_coll_call *call)
{
    return (struct mpii_block){call->recv.buf, call->recv.count, call->recv.type};
}

static int bcast_large(struct mpii_shared *shared, struct mpii_coll_call *call)
{
    int core = shared->core_of[call->root], rc = MPI_SUCCESS;
    struct mpii_block to = block_of(call), from;

    if (shared->rank == call->root) {
        mpii_shared_call_put(shared, call);
        mpii_shared_publish(shared, -1);
        mpii_shared_finish(shared, true);
        mpii_shared_wait_done_all(shared);
        return rc;
    }
    mpii_shared_wait_full(shared, core);
    from = block_of(mpii_shared_call(shared, call->root));
    rc = mpii_block_copy(&to, &from);
    mpii_shared_finish(shared, true);
    return rc;
}

bool mpii_quick_bcast(struct mpii_shared *shared, void *buf, MPI_Count count, MPI_Datatype datatype,
                      int root)
{
    long bytes = mpii_quick_bytes(buf, count, datatype);
    int core;

    if (bytes < 0 || !mpii_quick_root(shared, root) ||
        !mpii_choice_cell(shared, MPII_CHOICE_BCAST, (size_t)bytes))
        return false;
    mpii_shared_begin(shared);
    shared->sender = root;
    core = shared->core_of[root];
    if (shared->rank == root) {
        char *cell = mpii_shared_cell(shared, core, (size_t)bytes);

        mpii_shared_move(cell, buf, (size_t)bytes);
        mpii_shared_publish(shared, -1);
        mpii_shared_filled(shared, cell, (size_t)bytes);
    } else {
        mpii_shared_foresee_flag(shared);
        mpii_shared_wait_full(shared, core);
        mpii_shared_move(buf, mpii_shared_cell(shared, core, (size_t)bytes), (size_t)bytes);
    }
    mpii_shared_finish(shared, false);
    return true;
}

bool mpii_shared_bcast(struct mpii_coll_call *call, int *rc)
{
    struct mpii_shared *shared = mpii_shared_of(call->comm);
    struct mpii_block block = block_of(call);
    size_t bytes = mpii_block_bytes(&block);

    if (!shared)
        return false;
    *rc = MPI_SUCCESS;
    mpii_shared_begin(shared);
    shared->sender = call->root;
    if (!mpii_choice_cell(shared, MPII_CHOICE_BCAST, bytes)) {
        *rc = bcast_large(shared, call);
        return true;
    }
    if (shared->rank == call->root) {
        mpii_block_pack(mpii_shared_cell(shared, shared->core, bytes), &block);
        mpii_shared_publish(shared, -1);
    } else {
        mpii_shared_wait_full(shared, shared->core_of[call->root]);
        mpii_block_unpack(&block, mpii_shared_cell(shared, shared->core_of[call->root], bytes),
                          bytes);
    }
    mpii_shared_finish(shared, false);
    return true;
}
