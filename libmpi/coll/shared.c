// SPDX-License-Identifier: BSD-2-Clause
// shared.c: synchronisation of the ranks of a communicator; see shared.h.
//
// Ordering: ranks of one core run on one CPU, one after the other, so what any of them wrote before
// its core's flag was set is released with the flag [F], and what the flag's reader may read, the
// ranks that run after it on its core may read too.
#include "libmpi/coll/shared.h"
#include <string.h>

static void wake_reached(struct mpii_shared_core *core)
{
    struct mpii_flag_wait *wait = core->waits;

    core->waits = NULL;
    while (wait) { // ends: an entry for each rank of the core at most
        struct mpii_flag_wait *next = wait->next; // the thread may be gone once it runs

        mpii_services()->wake(wait->thread);
        wait->thread = NULL;
        wait = next;
    }
}

// Collectives that all ranks have finished.
static uint64_t done_all(const struct mpii_shared *shared)
{
    uint64_t least = UINT64_MAX;

    for (int c = 0; c < shared->cores; c++) {
        // [F] acquire: the readers are done with the cells.
        uint64_t done = atomic_load_explicit(&shared->state[c]->done, memory_order_acquire);

        least = done < least ? done : least;
    }
    return least;
}

static void begin_slow(struct mpii_shared *shared)
{
    const struct services *services = mpii_services();

    // Ends when the slowest rank has caught up. Nobody wakes us for that: it is rare, and never long unless
    // that rank computes.
    while ((shared->done_all = done_all(shared)) + MPII_CELLS <= shared->seq) {
        mpii_progress();
        if (mpii_progress_more)
            mpii_progress_more(NULL);
        if (services->others_ready())
            services->yield();
        else
            __builtin_ia32_pause();
    }
}

void mpii_shared_begin(struct mpii_shared *shared)
{
    if (shared->done_all + MPII_CELLS <= shared->seq)
        begin_slow(shared);
}

static void rouse_others(const struct mpii_shared *shared)
{
    mpii_flags_fence();
    for (int c = 0; c < shared->cores; c++)
        if (c != shared->core)
            mpii_flags_rouse(shared->flags_of[c]);
}

void mpii_shared_finish(struct mpii_shared *shared, bool rouse)
{
    struct mpii_shared_core *mine = shared->mine;
    uint32_t *finished = &mine->finished[shared->seq % MPII_CELLS];

    shared->seq++;
    if (++*finished < (uint32_t)shared->locals)
        return;
    *finished = 0;
    mpii_flag_set(&mine->done, shared->seq);
    if (!rouse)
        return;
    rouse_others(shared);
    mpii_flags_poll(shared->flags);
}

bool mpii_shared_arrive(struct mpii_shared *shared)
{
    uint32_t *arrived = &shared->mine->arrived[shared->seq % MPII_CELLS];

    if (++*arrived < (uint32_t)shared->locals)
        return false;
    *arrived = 0;
    return true;
}

void mpii_shared_publish(struct mpii_shared *shared, int to)
{
    mpii_flag_set(&shared->mine->cell[shared->seq % MPII_CELLS].full, shared->seq + 1);
    if (to < 0) {
        rouse_others(shared);
    } else if (to != shared->core) {
        mpii_flags_fence();
        mpii_flags_rouse(shared->flags_of[to]);
    }
    if (shared->flags->waits)
        mpii_flags_poll(shared->flags);
}

void mpii_shared_release(struct mpii_shared *shared)
{
    shared->mine->released = shared->seq + 1;
    wake_reached(shared->mine);
}

void mpii_shared_wait_release(struct mpii_shared *shared)
{
    const struct services *services = mpii_services();
    struct mpii_shared_core *mine = shared->mine;
    uint64_t value = shared->seq + 1;

    while (mine->released < value) { // ends when the core's last rank has arrived and heard of all others
        struct mpii_flag_wait wait = {.next = mine->waits, .thread = services->thread()};

        mine->waits = &wait;
        if (!(mpii_progress_more && mpii_progress_more(wait.thread)))
            services->wait(mpii_progress);
        for (struct mpii_flag_wait **at = &mine->waits; wait.thread && *at; at = &(*at)->next)
            if (*at == &wait) { // woken for something else
                *at = wait.next;
                break;
            }
    }
}

void mpii_shared_wait_full(struct mpii_shared *shared, int core)
{
    mpii_flag_wait(shared->flags, &shared->state[core]->cell[shared->seq % MPII_CELLS].full,
                   shared->seq + 1);
}

void mpii_shared_wait_full_all(struct mpii_shared *shared)
{
    for (int i = 0; i < shared->cores; i++) // not all the same one first
        mpii_shared_wait_full(shared, (shared->core + i) % shared->cores);
}

void mpii_shared_sync(struct mpii_shared *shared)
{
    if (!mpii_shared_arrive(shared)) {
        mpii_shared_wait_release(shared);
        return;
    }
    mpii_shared_publish(shared, -1);
    mpii_shared_wait_full_all(shared);
    mpii_shared_release(shared);
}

void mpii_shared_wait_done(struct mpii_shared *shared, int core)
{
    mpii_flag_wait(shared->flags, &shared->state[core]->done, shared->seq);
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

const struct mpii_coll_call *mpii_shared_call(const struct mpii_shared *shared, int rank)
{
    const struct mpii_coll_call *call;

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
