// SPDX-License-Identifier: BSD-2-Clause
// postponed.c: see postponed.h.
#include "libmpi/pt2pt/postponed.h"
#include "libmpi/pt2pt/wire.h"
#include <stdlib.h>

struct mpii_postponed *mpii_postponed;
static struct mpii_postponed *queues; // by core; NULL until there was need

bool mpii_postponed_there(const struct mpii_lane *lane)
{
    return queues && queues[lane->core].first;
}

// The next send there goes the long way.
static void lane_hide(const struct mpii_lane *lane)
{
    for (uint32_t world = 0; world < mpii_engine->ranks; world++)
        if (mpii_lanes[world] == lane)
            mpii_lanes[world] = NULL;
}

bool mpii_postpone(struct mpii_lane *lane, struct mpii_request *request)
{
    struct mpii_postponed *queue;

    if (!queues)
        queues = calloc(mpii_engine->cores, sizeof *queues);
    if (!queues)
        return false;
    queue = &queues[lane->core];
    request->next = NULL;
    if (queue->first) {
        queue->last->next = request;
        queue->last = request;
        return true;
    }
    queue->first = queue->last = request;
    queue->lane = lane;
    queue->next = mpii_postponed;
    mpii_postponed = queue;
    lane_hide(lane);
    return true;
}

static void queue_remove(struct mpii_postponed *queue)
{
    struct mpii_postponed **at = &mpii_postponed;

    while (*at != queue)
        at = &(*at)->next;
    *at = queue->next;
}

bool mpii_postponed_withdraw(struct mpii_request *request)
{
    for (struct mpii_postponed *queue = mpii_postponed; queue; queue = queue->next) {
        struct mpii_request *before = NULL, *at = queue->first;

        for (; at && at != request; at = at->next)
            before = at;
        if (!at)
            continue;
        if (before)
            before->next = request->next;
        else
            queue->first = request->next;
        if (queue->last == request)
            queue->last = before;
        if (!queue->first)
            queue_remove(queue);
        return true;
    }
    return false;
}

// Nothing here switches threads: what is on the list stays there.
bool mpii_postponed_send(void)
{
    struct mpii_postponed *next;
    bool any = false;

    for (struct mpii_postponed *queue = mpii_postponed; queue; queue = next) {
        next = queue->next;
        while (queue->first && mpii_send_has_room(queue->lane, queue->first)) {
            struct mpii_request *request = queue->first;

            queue->first = request->next;
            // It may be gone when this returns.
            mpii_send_there(queue->lane, mpii_send_target(request), request);
            any = true;
        }
        if (!queue->first)
            queue_remove(queue);
    }
    return any;
}

static bool any_watched(void)
{
    for (const struct mpii_postponed *queue = mpii_postponed; queue; queue = queue->next)
        if (queue->watcher)
            return true;
    return false;
}

// Puts the watches before `watch`, each beyond the marks that were there before the last look for room.
static struct service_watch *watches_set(struct service_watch *watch, const void *thread)
{
    for (struct mpii_postponed *queue = mpii_postponed; queue; queue = queue->next) {
        queue->watcher = thread;
        queue->watch = (struct service_watch){.word = &queue->lane->queue->marks,
                                              .value = mpii_lane_marks(queue->lane) + 1,
                                              .also = watch};
        watch = &queue->watch;
    }
    return watch;
}

static void watches_clear(const void *thread)
{
    for (uint32_t core = 0; core < mpii_engine->cores; core++)
        if (queues[core].watcher == thread)
            queues[core].watcher = NULL;
}

void mpii_postponed_sleep(struct service_watch *watch)
{
    const void *thread;

    if (!mpii_postponed) {
        if (watch)
            mpii_engine->watch(watch, mpii_progress);
        else
            mpii_engine->wait(mpii_progress);
        return;
    }
    // Another thread of the rank sleeps with them: what wakes it need not wake this one.
    if (any_watched()) {
        mpii_engine->yield();
        return;
    }
    thread = mpii_engine->thread();
    watch = watches_set(watch, thread);
    if (!mpii_postponed_send())
        mpii_engine->watch(watch, mpii_progress);
    watches_clear(thread);
}
