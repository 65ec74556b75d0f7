// SPDX-License-Identifier: BSD-2-Clause
// posted.c: see posted.h. What is posted is its rank's; no step of it switches threads, so the rank's
// other threads find it between two steps.
#include "libmpi/coll/posted.h"
#include <stdlib.h>

#define LOOKS \
    32 // of who waits, before other work is looked for: an answer is mostly a cache line away

static struct mpii_posted *first;    // not done yet, newest first
static struct mpii_posted *recycled; // linked by next

// --- the states ---

static bool reached(struct mpii_posted *posted, const _Atomic uint64_t *word, uint64_t value)
{
    posted->word = word;
    posted->value = value;
    return mpii_flag_reached(word, value);
}

// Where the other cores have their parts is known when each has posted something.
static bool meet(struct mpii_posted *posted)
{
    const struct mpii_shared *blocking = posted->call.comm->coll->shared;
    struct mpii_shared *view = posted->view;

    for (; view->met < view->cores; view->met++) {
        const _Atomic uint64_t *address = &blocking->peer[view->met].state->posted;

        if (!reached(posted, address, 1)) // [F] acquire: what it points to
            return false;
        view->peer[view->met].state =
            (struct mpii_shared_core *)(uintptr_t)atomic_load_explicit(address, memory_order_relaxed);
    }
    return true;
}

// Are the cells of this collective free? As mpii_shared_begin, without waiting.
static bool begin(struct mpii_posted *posted)
{
    struct mpii_shared *view = posted->view;
    uint64_t least = UINT64_MAX;

    if (view->met < view->cores && !meet(posted))
        return false;
    if (posted->seq < view->done_all + MPII_CELLS)
        return true;
    for (int c = 0; c < view->cores; c++) {
        const _Atomic uint64_t *done = &view->peer[c].state->done;
        uint64_t value;

        if (!reached(posted, done, posted->seq + 1 - MPII_CELLS)) // [F] acquire: the readers are done
            return false;
        value = atomic_load_explicit(done, memory_order_relaxed);
        least = value < least ? value : least;
    }
    view->done_all = least;
    return true;
}

static void put(struct mpii_posted *posted)
{
    const struct mpii_posted_kind *kind = posted->kind;
    struct mpii_shared *view = posted->view;

    if (kind->from_root) {
        if (view->rank != posted->call.root)
            return;
        kind->put(posted);
        mpii_shared_publish(view, -1);
        return;
    }
    if (kind->put)
        kind->put(posted);
    if (!mpii_shared_arrive(view))
        return;
    if (kind->gather && view->locals > 1)
        kind->gather(posted);
    mpii_shared_publish(view, kind->to_root ? view->core_of[posted->call.root] : -1);
}

// Has this rank heard of all it waits for?
static bool heard(struct mpii_posted *posted)
{
    const struct mpii_posted_kind *kind = posted->kind;
    const struct mpii_shared *view = posted->view;
    const int cell = (int)(posted->seq % MPII_CELLS);
    const bool root = view->rank == posted->call.root;

    if (kind->from_root ? root : kind->to_root && !root)
        return true;
    if (kind->from_root)
        return reached(posted, &view->peer[view->core_of[posted->call.root]].state->cell[cell].full,
                       posted->seq + 1);
    for (; posted->heard < view->cores; posted->heard++) {
        int core = view->core + posted->heard; // not all the same one first

        core -= core < view->cores ? 0 : view->cores;
        if (!reached(posted, &view->peer[core].state->cell[cell].full, posted->seq + 1))
            return false;
    }
    return true;
}

// This rank has read all it wants of others. They may end in any order: `done` counts those before which, on
// this core, none is left.
static void finish(struct mpii_shared *view)
{
    struct mpii_shared_core *mine = view->mine;
    const uint64_t before = mine->finished_all / MPII_DONE_EVERY;

    mine->finished[view->seq % MPII_CELLS]++;
    // Ends: a cell counts for the collective MPII_CELLS later only when `done` is beyond this one.
    while (mine->finished[mine->finished_all % MPII_CELLS] == (uint32_t)view->locals) {
        mine->finished[mine->finished_all % MPII_CELLS] = 0;
        mine->finished_all++;
    }
    if (mine->finished_all / MPII_DONE_EVERY == before)
        return;
    mpii_flag_set(&mine->done, mine->finished_all); // [F] release: our reads of the cells
    for (int c = 0; c < view->cores; c++)
        if (c != view->core)
            mpii_shared_rouse(view, c);
}

// Goes as far as it can. True: to the end.
static bool advance(struct mpii_posted *posted)
{
    posted->view->seq = posted->seq;
    if (posted->state == MPII_POSTED_BEGIN) {
        if (!begin(posted))
            return false;
        put(posted);
        posted->state = MPII_POSTED_WAIT;
    }
    if (!heard(posted))
        return false;
    if (posted->kind->take)
        posted->kind->take(posted);
    finish(posted->view);
    posted->state = MPII_POSTED_DONE;
    return true;
}

// --- all of them ---

static void unlink_done(const struct mpii_posted *posted)
{
    struct mpii_posted **at = &first;

    while (*at != posted) // ends: it is on the list until it is done
        at = &(*at)->next;
    *at = posted->next;
}

bool mpii_posted_progress(void)
{
    bool any = false;

    for (struct mpii_posted *posted = first, *next; posted; posted = next) { // ends: the list does
        enum mpii_posted_state before = posted->state;

        next = posted->next;
        if (advance(posted)) {
            unlink_done(posted);
            mpii_request_complete(posted->request);
        }
        any = any || posted->state != before;
    }
    return any;
}

static size_t words(struct service_watch watches[], size_t room)
{
    size_t count = 0;

    for (const struct mpii_posted *posted = first; posted; posted = posted->next) {
        if (count == room)
            return room + 1;
        watches[count++] = (struct service_watch){.word = posted->word, .value = posted->value};
    }
    return count;
}

// --- its request ---

static void recycle(struct mpii_posted *posted)
{
    posted->next = recycled;
    recycled = posted;
}

static bool progress(struct mpii_request *request)
{
    struct mpii_posted *posted = request->extra;

    for (int i = 0; i < LOOKS && !mpii_flag_reached(posted->word, posted->value); i++)
        ;
    if (!advance(posted))
        return false;
    unlink_done(posted);
    return true;
}

// Whoever sleeps watches its word.
static struct mpii_request *blocker(struct mpii_request *request)
{
    return request;
}

static int status(struct mpii_request *request, MPI_Status *to)
{
    (void)request;
    if (to != MPI_STATUS_IGNORE)
        mpii_status_set_empty(to, MPI_ANY_SOURCE);
    return MPI_SUCCESS;
}

static void release(struct mpii_request *request)
{
    struct mpii_posted *posted = request->extra;

    if (posted->call.send.type)
        mpii_type_release(posted->call.send.type);
    if (posted->call.recv.type)
        mpii_type_release(posted->call.recv.type);
    recycle(posted);
}

static const struct mpii_request_class posted_class = {
    .progress = progress,
    .blocker = blocker,
    .finish = status,
    .release = release,
};

static struct mpii_posted *take_recycled(void)
{
    struct mpii_posted *posted = recycled;

    if (posted)
        recycled = posted->next;
    else
        posted = malloc(sizeof *posted);
    return posted;
}

// It goes on later. Without memory for that the other ranks would wait for ever: the job ends.
static struct mpii_request *request_new(struct mpii_posted *posted)
{
    struct mpii_request *request = mpii_request_new(MPII_COLLECTIVE);

    if (!request)
        mpii_abort(MPI_ERR_NO_MEM, "no memory for a collective operation; use --mem");
    request->class = &posted_class;
    request->extra = posted;
    request->comm = posted->call.comm;
    mpii_object_keep(&request->comm->object);
    if (posted->call.send.type)
        mpii_type_keep(posted->call.send.type);
    if (posted->call.recv.type)
        mpii_type_keep(posted->call.recv.type);
    posted->request = request;
    posted->next = first;
    first = posted;
    mpii_schedules_progress(); // from now on
    mpii_progress_words = words;
    mpii_progress_new();
    return request;
}

struct mpii_request *mpii_posted_start(const struct mpii_collective *collective,
                                       const struct mpii_coll_call *call)
{
    struct mpii_posted *posted;
    struct mpii_request *request = NULL;

    if (!collective->posted || call->comm->remote || !call->comm->coll || !call->comm->coll->shared)
        return NULL;
    posted = take_recycled();
    if (!posted)
        mpii_abort(MPI_ERR_NO_MEM, "no memory for a collective operation; use --mem");
    posted->view = call->comm->coll->shared; // of the same shape
    posted->state = MPII_POSTED_BEGIN;
    posted->heard = 0;
    memcpy(&posted->call, call, sizeof *call);
    if (collective->posted(posted)) {
        posted->view = mpii_shared_posted(call->comm);
        posted->seq = posted->view->posted_next++;
        if (!advance(posted))
            return request_new(posted);
        request = &mpii_sent;
    }
    recycle(posted);
    return request;
}
