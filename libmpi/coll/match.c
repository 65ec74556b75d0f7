// SPDX-License-Identifier: BSD-2-Clause
// match.c: see match.h.
//
// A list is found by what all ranks of a communicator know alike: its context, its groups, and how often
// there has been one of the same context and groups. It outlives the communicator: a rank that has
// freed it may be ahead of others, which still compare. Once there is the next one of these, nobody does,
// for a context is free again when all its ranks have freed it.
#include "libmpi/coll/match.h"
#include "libmpi/coll/match_call.h"
#include <stdlib.h>

#define DROP_EVERY 32 // calls: looking how far all are takes a look at each

struct mpii_match {
    struct mpii_match *next;
    uint64_t key, generation;
    uint64_t first, count;         // calls on the list: first .. count - 1
    uint64_t compared;             // those of them that need no other's list any more
    size_t room;                   // a power of two
    struct mpii_match_call **call; // [room], call n at n % room
};

static void lock(struct mpii_endpoint *endpoint)
{
    // [T] acquire: what the last holder wrote.
    while (atomic_exchange_explicit(&endpoint->matches_lock, 1, memory_order_acquire))
        __builtin_ia32_pause(); // ends: its holder is another core's, and runs
}

static void unlock(struct mpii_endpoint *endpoint)
{
    atomic_store_explicit(&endpoint->matches_lock, 0, memory_order_release); // [T]
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x100000001b3u; // FNV-1a, by words
}

static uint64_t group_mix(uint64_t hash, const struct mpii_group *group)
{
    hash = mix(hash, (uint64_t)group->size);
    for (int i = 0; i < group->size; i++)
        hash = mix(hash, mpii_group_world(group, i));
    return hash;
}

static uint64_t key_of(const struct mpii_comm *comm)
{
    uint64_t hash = group_mix(mix(0xcbf29ce484222325u, comm->context), comm->group);

    return comm->remote ? group_mix(hash, comm->remote) : hash;
}

static struct mpii_match *find(const struct mpii_endpoint *endpoint, uint64_t key)
{
    struct mpii_match *match = endpoint->matches;

    while (match && match->key != key) // ends: the list does
        match = match->next;
    return match;
}

// Calls before `until` are not needed any more. With the lock.
static void drop(struct mpii_match *match, uint64_t until)
{
    for (; match->first < until; match->first++)
        free(match->call[match->first % match->room]);
}

bool mpii_match_open(struct mpii_comm *comm)
{
    uint64_t key = key_of(comm);
    struct mpii_match *match = find(&mpii_endpoint, key);

    if (!match) {
        match = calloc(1, sizeof *match);
        if (!match)
            return false;
        match->key = key;
        lock(&mpii_endpoint);
        match->next = mpii_endpoint.matches;
        mpii_endpoint.matches = match;
    } else {
        lock(&mpii_endpoint);
        drop(match, match->count);
        match->first = match->count = match->compared = 0;
    }
    match->generation++;
    unlock(&mpii_endpoint);
    comm->match = match;
    return true;
}

void mpii_match_init(void)
{
    const char *wanted = getenv("TORITO_CHECK_COLLECTIVES");

    if (!wanted || strcmp(wanted, "0") == 0 || !wanted[0])
        return;
    mpii_process.checks_collectives = true;
    if (!mpii_match_open(&mpii_world) || !mpii_match_open(&mpii_self))
        mpii_abort(MPI_ERR_NO_MEM, "no memory to check collectives with; use --mem");
}

// Twice the room if there is none left. With the lock. False: no memory.
static bool grow(struct mpii_match *match)
{
    size_t room = match->room ? 2 * match->room : 64;
    struct mpii_match_call **call;

    if (match->count - match->first < match->room)
        return true;
    call = malloc(room * sizeof(void *));
    if (!call)
        return false;
    for (uint64_t n = match->first; match->room && n < match->count; n++)
        call[n % room] = match->call[n % match->room];
    free(match->call);
    match->call = call;
    match->room = room;
    return true;
}

static bool put(struct mpii_match *match, struct mpii_match_call *call)
{
    bool ok;

    lock(&mpii_endpoint);
    ok = grow(match);
    if (ok)
        match->call[match->count++ % match->room] = call;
    unlock(&mpii_endpoint);
    return ok;
}

static struct mpii_endpoint *endpoint_of(const struct mpii_comm *comm, int rank)
{
    // [P] acquire: the endpoint behind its address. NULL: not yet in MPI_Init.
    return atomic_load_explicit(&mpii_services()->peers[mpii_group_world(comm->group, rank)],
                                memory_order_acquire);
}

// Compares call n with that of another rank, if it has got as far.
static int compare_with(const struct mpii_comm *comm, const struct mpii_match_call *mine,
                        uint64_t n, int rank, char *text, size_t bytes)
{
    struct mpii_endpoint *endpoint = endpoint_of(comm, rank);
    const struct mpii_match *match;
    int rc = MPI_SUCCESS;

    if (!endpoint)
        return MPI_SUCCESS;
    lock(endpoint);
    match = find(endpoint, comm->match->key);
    if (match && match->generation == comm->match->generation && n < match->count)
        rc = mpii_match_compare(mine, match->call[n % match->room], text, bytes);
    unlock(endpoint);
    return rc;
}

// How many calls a rank has done with; none, as long as it has no such list.
static uint64_t compared_by(const struct mpii_comm *comm, int rank)
{
    struct mpii_endpoint *endpoint = endpoint_of(comm, rank);
    const struct mpii_match *match;
    uint64_t compared = 0;

    if (!endpoint)
        return 0;
    lock(endpoint);
    match = find(endpoint, comm->match->key);
    if (match && match->generation == comm->match->generation)
        compared = match->compared;
    unlock(endpoint);
    return compared;
}

// This rank has done with its latest call.
static void done(const struct mpii_comm *comm)
{
    struct mpii_match *match = comm->match;
    uint64_t least = match->count;

    for (int i = 0; i < comm->size && match->count % DROP_EVERY == 0; i++) {
        uint64_t compared = i == comm->rank ? least : compared_by(comm, i);

        least = compared < least ? compared : least;
    }
    lock(&mpii_endpoint);
    match->compared = match->count;
    if (match->count % DROP_EVERY == 0)
        drop(match, least);
    unlock(&mpii_endpoint);
}

int mpii_match_slow(const struct mpii_collective *collective, const struct mpii_coll_call *call)
{
    const struct mpii_comm *comm = call->comm;
    struct mpii_match_call *mine = mpii_match_call_new(collective, call);
    uint64_t n = comm->match->count;
    char text[160];
    int rc = MPI_SUCCESS;

    if (!mine || !put(comm->match, mine)) {
        free(mine);
        return mpii_error(call->function, call->handle, MPI_ERR_NO_MEM,
                          "no memory to check a collective operation");
    }
    for (int i = 1; rc == MPI_SUCCESS && i < comm->size; i++)
        rc = compare_with(comm, mine, n, (comm->rank + i) % comm->size, text, sizeof text);
    done(comm);
    if (rc == MPI_SUCCESS)
        return rc;
    return mpii_error(call->function, call->handle, rc, "%s; collective call %llu of %s", text,
                      (unsigned long long)n + 1,
                      comm->object.name ? comm->object.name : "a communicator without a name");
}
