// SPDX-License-Identifier: BSD-2-Clause
// shared_make.c: what the ranks of a communicator share comes and goes.
//
// All ranks know on which core each of them lives, so they agree on the order of cores and of the
// ranks of a core without a message. The first rank of a core makes its part; the addresses are
// exchanged once. A part can be freed when no core looks at it any more. Only its own core may free
// it: it keeps parts that its ranks have done with on a list, and looks through that when it makes
// the next.
#include "libmpi/coll/shared.h"
#include "libmpi/comm/construct.h"
#include "libmpi/pt2pt/wire.h"
#include <stdlib.h>
#include <string.h>

enum { UNKNOWN, READY, UNUSABLE }; // struct mpii_coll.shared_state

static void shared_free(struct mpii_shared *shared)
{
    free(shared->peer);
    free(shared->core_of);
    free(shared->local_of);
    free(shared);
}

// Numbers cores in the order in which the ranks meet them.
static bool number_cores(struct mpii_shared *shared, const struct mpii_comm *comm)
{
    const struct services *services = mpii_services();
    int *index = malloc(services->cores * sizeof *index),
        *locals = calloc(services->cores, sizeof *locals);

    for (uint32_t c = 0; index && c < services->cores; c++)
        index[c] = -1;
    for (int i = 0; index && locals && i < shared->size; i++) {
        uint32_t core = services->core_of(mpii_group_world(comm->group, i));

        if (index[core] < 0) {
            shared->peer[shared->cores].core = core;
            index[core] = shared->cores++;
        }
        shared->core_of[i] = index[core];
        shared->local_of[i] = locals[index[core]]++;
        if (locals[index[core]] > shared->locals_max)
            shared->locals_max = locals[index[core]];
    }
    if (index && locals) {
        shared->core = shared->core_of[shared->rank];
        shared->local = shared->local_of[shared->rank];
        shared->locals = locals[shared->core];
    }
    free(index);
    free(locals);
    return shared->cores > 0;
}

static struct mpii_shared *view_new(const struct mpii_comm *comm)
{
    struct mpii_shared *shared = calloc(1, sizeof *shared);
    size_t size = (size_t)comm->size;

    if (!shared)
        return NULL;
    shared->size = comm->size;
    shared->rank = comm->rank;
    shared->sender = -1;
    shared->peer = calloc(size, sizeof *shared->peer);
    shared->core_of = malloc(size * sizeof *shared->core_of);
    shared->local_of = malloc(size * sizeof *shared->local_of);
    if (shared->peer && shared->core_of && shared->local_of && number_cores(shared, comm))
        return shared;
    shared_free(shared);
    return NULL;
}

// Frees parts of this core that nobody looks at any more.
static void reclaim(struct mpii_core *core)
{
    struct mpii_shared_core **at = &core->retired;

    while (*at) {
        struct mpii_shared_core *state = *at;

        // [R] acquire: the last look of each core before the memory is used again. Pairs with shared_delete.
        if (atomic_load_explicit(&state->retired, memory_order_acquire) == state->cores) {
            *at = state->next;
            mpii_services()->core_free(state->memory);
        } else {
            at = &state->next;
        }
    }
}

// The part of this core; its first rank makes it.
static struct mpii_shared_core *state_new(const struct mpii_shared *shared)
{
    const struct services *services = mpii_services();
    struct mpii_core *core = mpii_core();
    struct mpii_shared_core *state;
    void *memory;

    reclaim(core);
    memory = services->core_alloc(sizeof *state + MPII_LINES);
    if (!memory)
        return NULL;
    state = (void *)(((uintptr_t)memory + MPII_LINES - 1) / MPII_LINES * MPII_LINES);
    // Neither the cells' data nor the stage: that would use memory which many communicators never need.
    memset(state, 0, offsetof(struct mpii_shared_core, cell));
    for (int i = 0; i < MPII_CELLS; i++) {
        atomic_init(&state->cell[i].full, 0);
        atomic_init(&state->cell[i].posted, 0);
    }
    memset(&state->released, 0,
           offsetof(struct mpii_shared_core, stage) - offsetof(struct mpii_shared_core, released));
    atomic_init(&state->retired, 0);
    state->next = NULL;
    state->memory = memory;
    state->users = (uint32_t)shared->locals;
    state->cores = (uint32_t)shared->cores;
    mpii_choice_make(shared, state->cell_max);
    return state;
}

static void view_delete(struct mpii_shared *shared)
{
    struct mpii_shared_core *mine = shared->mine;

    if (--mine->users == 0) {
        struct mpii_core *core = mpii_core();

        mine->next = core->retired;
        core->retired = mine;
        for (int c = 0; c < shared->cores; c++) // [R] release: our looks before
            atomic_fetch_add_explicit(&shared->peer[c].state->retired, 1, memory_order_release);
    }
    shared_free(shared);
}

static void shared_delete(struct mpii_coll *coll)
{
    if (coll->posted) // all cores have been met: one of its collectives at least is done
        view_delete(coll->posted);
    view_delete(coll->shared);
}

// Exchanges the addresses. False: a core has no memory, or there was none for the messages.
static bool exchange(struct mpii_comm *comm, struct mpii_shared *shared, struct mpii_shared_core *mine)
{
    struct mpii_team team = mpii_team_of(comm);
    struct mpii_shared_core **all = malloc((size_t)comm->size * sizeof(void *));
    struct mpii_schedule schedule;
    bool ok = true;

    if (!all) // the others count on this rank
        mpii_abort(MPI_ERR_NO_MEM, "no memory for collective operations; use --mem");
    mpii_schedule_init(&schedule, mpii_coll_tag(comm->coll));
    mpii_build_collect(&schedule, &team, &mine, all, sizeof(void *));
    if (mpii_construct_run(&schedule) != MPI_SUCCESS)
        mpii_abort(MPI_ERR_NO_MEM, "no memory for collective operations; use --mem");
    for (int i = 0; i < shared->size; i++) {
        struct mpii_shared_peer *peer;

        if (shared->local_of[i] != 0)
            continue;
        peer = &shared->peer[shared->core_of[i]];
        peer->state = all[i];
        peer->asleep = mpii_services()->asleep(peer->core); // it runs: it has sent
        ok = ok && all[i];
    }
    if (ok) // all choose as rank 0 does; what it wrote was published by the messages
        memcpy(shared->cell_max, all[0]->cell_max, sizeof shared->cell_max);
    free(all);
    return ok;
}

struct mpii_shared *mpii_shared_of(struct mpii_comm *comm)
{
    struct mpii_coll *coll = comm->coll;
    struct mpii_shared_core *mine = NULL;
    struct mpii_shared *shared;

    if (coll->shared_state == READY)
        return coll->shared;
    if (coll->shared_state == UNUSABLE)
        return NULL;
    shared = view_new(comm);
    if (!shared)
        mpii_abort(MPI_ERR_NO_MEM, "no memory for collective operations; use --mem");
    if (shared->locals_max > MPII_CELL_BYTES / (int)sizeof(void *)) { // mpii_shared_call_put
        shared_free(shared);
        coll->shared_state = UNUSABLE;
        return NULL;
    }
    if (shared->local == 0)
        mine = state_new(shared);
    if (!exchange(comm, shared, mine)) {
        if (mine)
            mpii_services()->core_free(mine->memory); // nobody has looked at it
        shared_free(shared);
        coll->shared_state = UNUSABLE;
        return NULL;
    }
    shared->mine = shared->peer[shared->core].state;
    coll->shared = shared;
    coll->shared_delete = shared_delete;
    coll->shared_state = READY;
    return shared;
}

// The first rank of a core to come makes the core's part and says where it is; others look for that when
// they need it.
static struct mpii_shared_core *posted_state(struct mpii_shared *blocking,
                                             const struct mpii_shared *view)
{
    struct mpii_shared_core *mine = blocking->mine, *state;

    // Written by ranks of this core only.
    state = (void *)(uintptr_t)atomic_load_explicit(&mine->posted, memory_order_relaxed);
    if (state)
        return state;
    state = state_new(view);
    if (!state)
        mpii_abort(MPI_ERR_NO_MEM, "no memory for collective operations; use --mem");
    mpii_flag_set(&mine->posted, (uintptr_t)state); // [F] release: what it points to
    for (int c = 0; c < blocking->cores; c++)
        if (c != blocking->core)
            mpii_shared_rouse(blocking, c);
    return state;
}

static struct mpii_shared *posted_new(struct mpii_comm *comm, struct mpii_shared *blocking)
{
    struct mpii_shared *view = view_new(comm);

    if (!view)
        mpii_abort(MPI_ERR_NO_MEM, "no memory for collective operations; use --mem");
    for (int c = 0; c < view->cores; c++)
        view->peer[c].asleep = blocking->peer[c].asleep;
    memcpy(view->cell_max, blocking->cell_max, sizeof view->cell_max);
    view->mine = posted_state(blocking, view);
    return view;
}

struct mpii_shared *mpii_shared_posted(struct mpii_comm *comm)
{
    struct mpii_coll *coll = comm->coll;

    if (!coll->posted)
        coll->posted = posted_new(comm, coll->shared);
    return coll->posted;
}
