// SPDX-License-Identifier: BSD-2-Clause
// explain.c: puts into words what a thread waits for, when the job is stuck or somebody asks (explain in
// abi/services.h).
//
// Of a job that is stuck nothing runs any more, so all ranks' endpoints may be read; else those of this core.
// A thread names itself in the requests it waits for: its receives are among those its rank has posted, its
// sends in the queue of the rank that has not received them. Of waits for anything to come and for room there
// are lists of their own.
#include "libmpi/pt2pt/explain.h"
#include "libmpi/pt2pt/postponed.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGES_MAX 2  // told in full
#define SCAN_MAX 100000 // of a queue, so that a long one costs no time that nobody will wait for

struct text {
    char *at;
    size_t left;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
    va_list list;
    int bytes;

    va_start(list, format);
    bytes = vsnprintf(text->at, text->left, format, list);
    va_end(list);
    if (bytes < 0)
        return;
    if ((size_t)bytes >= text->left)
        bytes = text->left ? (int)text->left - 1 : 0;
    text->at += bytes;
    text->left -= (size_t)bytes;
}

static void put_comm(struct text *text, const struct mpii_comm *comm, uint32_t context)
{
    if (context / 2 == mpii_world.context / 2)
        put(text, "MPI_COMM_WORLD");
    else if (context / 2 == mpii_self.context / 2)
        put(text, "MPI_COMM_SELF");
    else if (comm && comm->object.name)
        put(text, "%s", comm->object.name);
    else
        put(text, "communicator %u", context / 2);
}

// "source 1", and which rank of MPI_COMM_WORLD that is where the two differ.
static void put_peer(struct text *text, const char *what, int peer, const struct mpii_comm *comm)
{
    if (peer == MPI_ANY_SOURCE) {
        put(text, "%s MPI_ANY_SOURCE", what);
        return;
    }
    put(text, "%s %d", what, peer);
    if (comm && peer >= 0 && peer < mpii_comm_peers(comm)->size) {
        uint32_t world = mpii_group_world(mpii_comm_peers(comm), peer);

        if (world != (uint32_t)peer)
            put(text, " (rank %u)", world);
    }
}

static void put_tag(struct text *text, int tag)
{
    if (tag == MPI_ANY_TAG)
        put(text, ", tag MPI_ANY_TAG");
    else
        put(text, ", tag %d", tag);
}

static void put_request(struct text *text, const struct mpii_request *request, bool receive)
{
    int peer = receive ? request->source : request->peer;

    if (request->context % 2 != 0) { // a step of a collective: tag and length are the library's own
        put_comm(text, request->comm, request->context);
        put_peer(text, receive ? ", data from rank" : ", data to rank", peer, request->comm);
        return;
    }
    put_peer(text, receive ? "source" : "dest", peer, request->comm);
    put_tag(text, request->tag);
    put(text, ", %lld bytes, ", (long long)request->bytes);
    put_comm(text, request->comm, request->context);
}

static bool waits_for(const struct mpii_request *request, const void *thread)
{
    return atomic_load_explicit(&request->waiter, memory_order_relaxed) == thread;
}

struct found {
    const struct mpii_request *first;
    bool receive;
    int count;
};

static void found_add(struct found *found, const struct mpii_request *request, bool receive)
{
    if (!found->count++) {
        found->first = request;
        found->receive = receive;
    }
}

static void find_receives(struct found *found, const void *thread)
{
    int scanned = 0;

    for (const struct mpii_request *request = mpii_endpoint.posted; request && scanned++ < SCAN_MAX;
         request = request->next)
        if (waits_for(request, thread))
            found_add(found, request, true);
}

static void find_postponed(struct found *found, const void *thread)
{
    int scanned = 0;

    for (const struct mpii_postponed *queue = mpii_postponed; queue; queue = queue->next)
        for (const struct mpii_request *request = queue->first; request && scanned++ < SCAN_MAX;
             request = request->next)
            if (waits_for(request, thread))
                found_add(found, request, false);
}

// While other cores run, their queues are not to be read.
static void find_sends(struct found *found, const void *thread, bool runs)
{
    for (uint32_t r = 0; r < mpii_engine->ranks; r++) {
        const struct mpii_endpoint *endpoint =
            atomic_load_explicit(&mpii_engine->peers[r], memory_order_acquire);
        int scanned = 0;

        if (!endpoint || (runs && endpoint->core != mpii_endpoint.core))
            continue;
        for (const struct mpii_message *message = endpoint->unexpected;
             message && scanned++ < SCAN_MAX; message = message->next)
            if (message->sender && waits_for(message->sender, thread))
                found_add(found, message->sender, false);
    }
}

// The thread's entry among those that probe, and among those that wait for room on the bus, or NULL.
static const struct mpii_prober *prober_of(const void *thread)
{
    const struct mpii_prober *prober = mpii_endpoint.probers;

    while (prober && prober->thread != thread)
        prober = prober->next;
    return prober;
}

static const struct mpii_room_wait *room_wait_of(const void *thread)
{
    const struct mpii_room_wait *wait = mpii_room_waits;

    while (wait && wait->thread != thread)
        wait = wait->next;
    return wait;
}

static void put_prober(struct text *text, const struct mpii_prober *prober)
{
    put_peer(text, "source", prober->source, prober->comm);
    put_tag(text, prober->tag);
    put(text, ", ");
    put_comm(text, prober->comm, prober->comm->context);
}

// The ranks of a core follow each other.
static void put_room_wait(struct text *text, const struct mpii_lane *lane)
{
    uint32_t first = 0, last;

    while (first + 1 < mpii_engine->ranks && mpii_engine->core_of(first) != lane->core)
        first++;
    for (last = first; last + 1 < mpii_engine->ranks && mpii_engine->core_of(last + 1) == lane->core;)
        last++;
    put(text, "room on the bus: %u messages have not been taken by rank%s %u",
        lane->queue->driver.open, last > first ? "s" : "", first);
    if (last > first)
        put(text, "-%u", last);
}

static void explain_thread(struct text *text, const void *thread, bool runs)
{
    const struct mpii_prober *prober = prober_of(thread);
    const struct mpii_room_wait *room_wait = room_wait_of(thread);
    struct found found = {.first = NULL};

    if (prober) {
        put_prober(text, prober);
        return;
    }
    if (room_wait) {
        put_room_wait(text, room_wait->lane);
        return;
    }
    find_receives(&found, thread);
    find_sends(&found, thread, runs);
    find_postponed(&found, thread);
    if (!found.count)
        return;
    if (found.count > 1)
        put(text, "%d requests, one of them: ", found.count);
    put_request(text, found.first, found.receive);
}

// Messages that came for this rank and that no receive has asked for: often what was waited for, with
// another tag.
static void explain_messages(struct text *text)
{
    int count = 0;

    for (const struct mpii_message *message = mpii_endpoint.unexpected; message && count < SCAN_MAX;
         message = message->next) {
        if (message->context % 2 != 0) // a collective's
            continue;
        if (count++ >= MESSAGES_MAX)
            continue;
        put(text, "%ssource %d, tag %d, %lld bytes, ", count > 1 ? "; " : "", message->source,
            message->tag, (long long)message->bytes);
        put_comm(text, message->sender ? message->sender->comm : NULL, message->context);
    }
    if (count > MESSAGES_MAX)
        put(text, "; %d more", count - MESSAGES_MAX);
}

void mpii_explain(void *thread, bool runs, char *to, size_t bytes)
{
    struct text text = {to, bytes};

    if (!bytes)
        return;
    to[0] = '\0';
    if (thread)
        explain_thread(&text, thread, runs);
    else
        explain_messages(&text);
}
