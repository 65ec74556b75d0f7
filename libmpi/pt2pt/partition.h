// SPDX-License-Identifier: BSD-2-Clause
// partition.h: partitioned communication (MPI 4.1, chapter 4).
//
// MPI_Psend_init and MPI_Precv_init meet once, in the receiver's endpoint, in the order of the
// calls. From then on no messages are needed, for either side sees the other's memory: a partition
// that is ready is copied straight from buffer to buffer, by the sender in MPI_Pready if the
// receive has been started, by the receiver in MPI_Start otherwise. So that exactly one of them
// does it, either says first what it has done, then looks at the other, and who copies claims the
// partition.
//
// A round begins with the MPI_Start of both sides and ends when `left` is 0: all partitions copied,
// both sides started. Who takes the last one off prepares the next round and completes both
// requests. Until then neither side can free what the other looks at. A receiver that has been told of
// each partition that it has arrived expects MPI_Test to say that all is complete: so of the partition
// that is copied last it hears by the request's completion only.
#pragma once
#include "libmpi/pt2pt/check.h"

#pragma GCC visibility push(hidden)

enum { MPII_PARTITIONED_SEND, MPII_PARTITIONED_RECEIVE }; // of the endpoint's lists

struct mpii_partitioned {
    struct mpii_partitioned *next; // while it is on the list, or recycled
    struct mpii_request *request;
    struct mpii_endpoint *endpoint;           // the receiver's; NULL: MPI_PROC_NULL
    _Atomic(struct mpii_partitioned *) other; // NULL: they have not met. Set under the lock
    int which;
    uint32_t context;
    int source, tag;
    int partitions;
    MPI_Count bytes;        // of one partition
    MPI_Count total;        // of all
    MPI_Count incoming;     // of a receive: the sender's total, once they have met
    _Atomic uint64_t round; // started last; from 1
    // The sender's: what is left of the round, the partitions of it that are not copied yet, and each
    // partition's round * 2 when it is ready, + 1 when claimed.
    _Atomic uint64_t left;
    _Atomic uint32_t uncopied;
    _Atomic uint64_t *state;
    // The receiver's: bytes of each partition that have not come yet.
    _Atomic int64_t *missing;
};

// What remains of a round besides partitions: both sides' starts.
#define MPII_ROUND_STARTS 2

// Makes both sides meet, or puts this one on the list.
void mpii_partitioned_meet(struct mpii_partitioned *side);

// Takes it off the list, if it is there.
void mpii_partitioned_leave(struct mpii_partitioned *side);

// MPI_Start for either side.
int mpii_partitioned_start(struct mpii_request *request);

// One partition or one start less that the round waits for.
void mpii_partitioned_step(struct mpii_partitioned *send, struct mpii_partitioned *receive);

// Copies a partition of the sender's if nobody has.
void mpii_partition_move(struct mpii_partitioned *send, struct mpii_partitioned *receive,
                         int partition);

void mpii_partitioned_lock(struct mpii_endpoint *endpoint);
void mpii_partitioned_unlock(struct mpii_endpoint *endpoint);

#pragma GCC visibility pop
