// SPDX-License-Identifier: BSD-2-Clause
// shared.c: synchronisation of the ranks of a communicator; see shared.h.
//
// Ordering: ranks of one core run on one CPU, one after the other, so what any of them wrote before
// its core's flag was set is released with the flag [F], and what the flag's reader may read, the
// ranks that run after it on its core may read too.
#include "libmpi/coll/shared.h"
#include <string.h>

void mpii_shared_begin_slow(struct mpii_shared *shared)
{
    // `done` rises in steps of MPII_DONE_EVERY at least, and will reach this, for nobody who must take
    // part in those collectives waits for a later one.
    uint64_t value = shared->seq + 1 - MPII_CELLS, least = UINT64_MAX;

    for (int c = 0; c < shared->cores; c++) {
        const _Atomic uint64_t *flag = &shared->peer[c].state->done;
        uint64_t done;

        mpii_flag_wait(flag, value); // [F] acquire: the readers are done with the cells
        done = atomic_load_explicit(flag, memory_order_relaxed);
        least = done < least ? done : least;
    }
    shared->done_all = least;
}

void mpii_shared_done(struct mpii_shared *shared)
{
    mpii_flag_set(&shared->mine->done, shared->seq);
    for (int c = 0; c < shared->cores; c++)
        if (c != shared->core)
            mpii_shared_rouse(shared, c);
}

void mpii_shared_release(struct mpii_shared *shared)
{
    struct mpii_shared_core *mine = shared->mine;
    struct mpii_local_wait *wait = mine->waits;

    mine->released = shared->seq + 1;
    mine->waits = NULL;
    while (wait) { // ends: an entry for each rank of the core at most
        struct mpii_local_wait *next = wait->next; // the thread may be gone once it runs

        mpii_services()->wake(wait->thread);
        wait->thread = NULL;
        wait = next;
    }
}

// Who has waited longest, first. Otherwise the last goes first: what it uses is still in the cache.
static struct mpii_local_wait *reversed(struct mpii_local_wait *wait)
{
    struct mpii_local_wait *list = NULL;

    while (wait) { // ends: an entry for each rank of the core at most
        struct mpii_local_wait *next = wait->next;

        wait->next = list;
        list = wait;
        wait = next;
    }
    return list;
}

void mpii_shared_release_fair(struct mpii_shared *shared)
{
    bool fair = shared->sender >= 0 && shared->sender != shared->rank &&
                shared->core_of[shared->sender] == shared->core;

    if (fair)
        shared->mine->waits = reversed(shared->mine->waits);
    mpii_shared_release(shared);
    if (fair)
        mpii_services()->yield();
}

void mpii_shared_sync_end(struct mpii_shared *shared)
{
    if (shared->represents) {
        mpii_shared_wait_full_all(shared);
        if (shared->locals > 1)
            mpii_shared_release(shared);
    } else {
        mpii_shared_wait_release(shared);
    }
    mpii_shared_met(shared);
}

// On processors without the instruction it does nothing.
__attribute__((target("prfchw"))) void mpii_shared_foresee(struct mpii_shared *shared)
{
    const char *cell = (const char *)&shared->mine->cell[(shared->seq + 1) % MPII_CELLS];

    for (uint32_t at = shared->filled_at / 64 * 64; at < shared->filled_end; at += 64)
        __builtin_prefetch(cell + at, 1);
    shared->filled_end = 0;
}

void mpii_shared_wait_done(struct mpii_shared *shared, int core)
{
    mpii_flag_wait(&shared->peer[core].state->done, shared->seq);
}

void mpii_shared_wait_done_all(struct mpii_shared *shared)
{
    for (int i = 0; i < shared->cores; i++)
        mpii_shared_wait_done(shared, (shared->core + i) % shared->cores);
}

void mpii_shared_call_put(const struct mpii_shared *shared, const struct mpii_coll_call *call)
{
    memcpy(mpii_shared_part(shared, shared->rank, sizeof(void *)), &call, sizeof(void *));
}

struct mpii_coll_call *mpii_shared_call(const struct mpii_shared *shared, int rank)
{
    struct mpii_coll_call *call;

    memcpy(&call, mpii_shared_part(shared, rank, sizeof(void *)), sizeof(void *));
    return call;
}

void mpii_block_pack(void *to, const struct mpii_block *block)
{
    size_t bytes = mpii_block_bytes(block);

    if (block->type->dense)
        mpii_shared_move(to, block->buf, bytes);
    else if (bytes)
        mpii_type_pack(to, block->buf, block->count, block->type, 0, bytes);
}

void mpii_block_unpack(const struct mpii_block *block, const void *from, size_t bytes)
{
    if (block->type->dense)
        mpii_shared_move(block->buf, from, bytes);
    else if (bytes)
        mpii_type_unpack(block->buf, block->count, block->type, from, 0, bytes);
}

int mpii_block_copy(const struct mpii_block *to, const struct mpii_block *from)
{
    size_t bytes = mpii_block_bytes(from), room = mpii_block_bytes(to);
    size_t some = bytes < room ? bytes : room;

    if (some)
        mpii_type_copy(to->buf, to->count, to->type, from->buf, from->count, from->type,
                       (MPI_Count)some);
    return bytes > room ? MPI_ERR_TRUNCATE : MPI_SUCCESS;
}
