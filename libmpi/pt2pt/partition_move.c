// SPDX-License-Identifier: BSD-2-Clause
// partition_move.c: the rounds of a partitioned communication. See partition.h.
#include "libmpi/pt2pt/partition.h"
#include <string.h>

#define CHUNK_BYTES 4096

// Copies the bytes [skip, skip + bytes) of the packed data.
static void copy(const struct mpii_request *from, const struct mpii_request *to, MPI_Count skip,
                 MPI_Count bytes)
{
    char chunk[CHUNK_BYTES];

    if (from->type->dense && to->type->dense) {
        memcpy((char *)to->buf + skip, (const char *)from->buf + skip, (size_t)bytes);
    } else if (from->type->dense) {
        mpii_type_unpack(to->buf, to->count, to->type, (const char *)from->buf + skip, skip,
                         (size_t)bytes);
    } else if (to->type->dense) {
        mpii_type_pack((char *)to->buf + skip, from->buf, from->count, from->type, skip,
                       (size_t)bytes);
    } else {
        for (MPI_Count n; bytes > 0; skip += n, bytes -= n) {
            n = bytes < CHUNK_BYTES ? bytes : CHUNK_BYTES;
            mpii_type_pack(chunk, from->buf, from->count, from->type, skip, (size_t)n);
            mpii_type_unpack(to->buf, to->count, to->type, chunk, skip, (size_t)n);
        }
    }
}

// Counts bytes as arrived, in all of the receiver's partitions that they are part of.
static void arrive(struct mpii_partitioned *receive, MPI_Count skip, MPI_Count bytes)
{
    while (bytes > 0) { // ends: the receiver's partitions have bytes, or nothing would come
        const MPI_Count partition = skip / receive->bytes;
        const MPI_Count rest = (partition + 1) * receive->bytes - skip;
        const MPI_Count n = bytes < rest ? bytes : rest;

        // [A] release: the data before their number. Pairs with MPI_Parrived.
        atomic_fetch_sub_explicit(&receive->missing[partition], n, memory_order_release);
        skip += n;
        bytes -= n;
    }
}

void mpii_partitioned_step(struct mpii_partitioned *send, struct mpii_partitioned *receive)
{
    struct mpii_request *sender = send->request, *receiver = receive->request;

    // [F] release: the copy before it counts; acquire: all others' before the requests are done.
    if (atomic_fetch_sub_explicit(&send->left, 1, memory_order_acq_rel) != 1)
        return; // the round may be over by now: nothing of it may be touched
    atomic_store_explicit(&send->left, (uint64_t)send->partitions + MPII_ROUND_STARTS,
                          memory_order_relaxed);
    mpii_request_complete_remote(receiver);
    mpii_request_complete_remote(sender);
}

void mpii_partition_move(struct mpii_partitioned *send, struct mpii_partitioned *receive,
                         int partition)
{
    uint64_t ready = 2 * atomic_load_explicit(&receive->round, memory_order_relaxed);
    const MPI_Count skip = partition * send->bytes;
    MPI_Count bytes = send->bytes;

    // [C] acquire: the data of who said that it is ready.
    if (!atomic_compare_exchange_strong_explicit(&send->state[partition], &ready, ready + 1,
                                                 memory_order_acquire, memory_order_relaxed))
        return;
    if (bytes > receive->total - skip)
        bytes = receive->total - skip;
    if (bytes > 0)
        copy(send->request, receive->request, skip, bytes);
    // Relaxed: it only tells which is last. The next round's takes come after this one's end, which comes
    // after the step below ([F]).
    if (atomic_fetch_sub_explicit(&send->uncopied, 1, memory_order_relaxed) == 1)
        atomic_store_explicit(&send->uncopied, (uint32_t)send->partitions, memory_order_relaxed);
    else if (bytes > 0)
        arrive(receive, skip, bytes);
    mpii_partitioned_step(send, receive);
}

static void send_start(struct mpii_partitioned *send)
{
    // The last of the round completes the request, and needs the receiver for it: before they have met, that
    // cannot be this step.
    if (atomic_fetch_sub_explicit(&send->left, 1, memory_order_acq_rel) != 1)
        return;
    atomic_fetch_add_explicit(&send->left, 1, memory_order_relaxed);
    mpii_partitioned_step(send, atomic_load_explicit(&send->other, memory_order_acquire)); // [M]
}

static void receive_start(struct mpii_partitioned *receive, uint64_t round)
{
    struct mpii_partitioned *send;

    for (int i = 0; i < receive->partitions; i++)
        atomic_store_explicit(&receive->missing[i], receive->bytes, memory_order_relaxed);
    mpii_partitioned_lock(receive->endpoint);
    atomic_store_explicit(&receive->round, round, memory_order_release); // [R] missing, buf
    send = atomic_load_explicit(&receive->other, memory_order_relaxed);
    mpii_partitioned_unlock(receive->endpoint);
    if (!send)
        return;
    // [S] my round before the partitions' state; pairs with the fence in MPI_Pready.
    atomic_thread_fence(memory_order_seq_cst);
    for (int i = 0; i < send->partitions; i++)
        mpii_partition_move(send, receive, i);
    mpii_partitioned_step(send, receive);
}

int mpii_partitioned_start(struct mpii_request *request)
{
    struct mpii_partitioned *side = request->extra;
    uint64_t round;

    if (!side->endpoint) { // MPI_PROC_NULL
        mpii_request_complete(request);
        return MPI_SUCCESS;
    }
    round = atomic_load_explicit(&side->round, memory_order_relaxed) + 1;
    if (side->which == MPII_PARTITIONED_RECEIVE) {
        receive_start(side, round);
    } else {
        atomic_store_explicit(&side->round, round, memory_order_relaxed);
        send_start(side);
    }
    return MPI_SUCCESS;
}
