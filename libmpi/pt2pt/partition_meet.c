// SPDX-License-Identifier: BSD-2-Clause
// partition_meet.c: how a partitioned send finds its receive. See partition.h.
#include "libmpi/pt2pt/partition.h"

// Held for a walk along a list, never while a thread could be switched: ranks of one core never wait for it.
void mpii_partitioned_lock(struct mpii_endpoint *endpoint)
{
    // [L] acquire: what the last holder wrote.
    while (atomic_exchange_explicit(&endpoint->partitioned_lock, 1, memory_order_acquire))
        __builtin_ia32_pause();
}

void mpii_partitioned_unlock(struct mpii_endpoint *endpoint)
{
    atomic_store_explicit(&endpoint->partitioned_lock, 0, memory_order_release); // [L]
}

static bool matches(const struct mpii_partitioned *one, const struct mpii_partitioned *other)
{
    return one->context == other->context && one->source == other->source && one->tag == other->tag;
}

static void append(struct mpii_partitioned **at, struct mpii_partitioned *side)
{
    while (*at)
        at = &(*at)->next;
    side->next = NULL;
    *at = side;
}

static struct mpii_partitioned *take(struct mpii_partitioned **at, const struct mpii_partitioned *side)
{
    struct mpii_partitioned *found;

    while (*at && !matches(*at, side))
        at = &(*at)->next;
    found = *at;
    if (found)
        *at = found->next;
    return found;
}

void mpii_partitioned_meet(struct mpii_partitioned *side)
{
    struct mpii_endpoint *endpoint = side->endpoint;
    struct mpii_partitioned *other;
    bool started = false;

    mpii_partitioned_lock(endpoint);
    other = take(&endpoint->partitioned[!side->which], side);
    if (other) {
        side->incoming = other->total;
        other->incoming = side->total;
        atomic_store_explicit(&side->other, other, memory_order_relaxed);
        // [M] release: this side before its address. Pairs with MPI_Pready.
        atomic_store_explicit(&other->other, side, memory_order_release);
        // A receive that started before it met could not take its start off the round.
        started = side->which == MPII_PARTITIONED_SEND &&
                  atomic_load_explicit(&other->round, memory_order_relaxed) != 0;
    } else {
        append(&endpoint->partitioned[side->which], side);
    }
    mpii_partitioned_unlock(endpoint);
    if (started) // nothing is ready, for this send has just been made
        atomic_fetch_sub_explicit(&side->left, 1, memory_order_relaxed);
}

void mpii_partitioned_leave(struct mpii_partitioned *side)
{
    struct mpii_partitioned **at;

    if (!side->endpoint)
        return;
    mpii_partitioned_lock(side->endpoint);
    at = &side->endpoint->partitioned[side->which];
    while (*at && *at != side)
        at = &(*at)->next;
    if (*at)
        *at = side->next;
    mpii_partitioned_unlock(side->endpoint);
}
