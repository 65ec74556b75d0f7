// SPDX-License-Identifier: BSD-2-Clause
// ring.h: a one-way stream of bytes between the kernel and the launcher, in the job's memory.
//
// One writer, one reader, no lock. `head` and `tail` count bytes ever written and read, so
// head - tail is what lies in the ring and never exceeds its size, a power of two.
// An output ring carries records: a 32-bit word (stream << 24 | bytes), then that many bytes.
// The input ring carries plain bytes.
//
// Neither side trusts the other's counters beyond a range check: a launcher must survive a program
// that scribbles over its memory.
#pragma once
#include "abi/job.h"
#include <stdbool.h>
#include <stddef.h>

#define RING_RECORD_MAX 0x8000u // bytes in one record; a ring holds at least two of them

static inline uint32_t ring_record(enum job_stream stream, size_t bytes)
{
    return (uint32_t)stream << 24 | (uint32_t)bytes;
}

// Bytes that may be written. Writer only.
static inline size_t ring_free(const struct job_ring *ring, size_t size)
{
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed); // mine
    // [T] acquire: the reader has copied the bytes out before it gave the room back. Pairs with ring_consume.
    uint64_t used = head - atomic_load_explicit(&ring->tail, memory_order_acquire);

    return used <= size ? size - (size_t)used : 0;
}

// Bytes that may be read. Reader only.
static inline size_t ring_used(const struct job_ring *ring, size_t size)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed); // mine
    // [H] acquire: the bytes before the count. Pairs with ring_publish.
    uint64_t used = atomic_load_explicit(&ring->head, memory_order_acquire) - tail;

    return used <= size ? (size_t)used : 0;
}

// Copies into the ring `at` bytes after the published end; the caller has checked ring_free.
static inline void ring_put(const struct job_ring *ring, char *data, size_t size, size_t at,
                            const void *from, size_t bytes)
{
    size_t start =
        (size_t)(atomic_load_explicit(&ring->head, memory_order_relaxed) + at) & (size - 1);
    size_t first = size - start < bytes ? size - start : bytes;

    __builtin_memcpy(data + start, from, first);
    __builtin_memcpy(data, (const char *)from + first, bytes - first);
}

// Copies from the ring `at` bytes after the reader's place; the caller has checked ring_used.
static inline void ring_get(const struct job_ring *ring, const char *data, size_t size, size_t at,
                            void *to, size_t bytes)
{
    size_t start =
        (size_t)(atomic_load_explicit(&ring->tail, memory_order_relaxed) + at) & (size - 1);
    size_t first = size - start < bytes ? size - start : bytes;

    __builtin_memcpy(to, data + start, first);
    __builtin_memcpy((char *)to + first, data, bytes - first);
}

static inline void ring_publish(struct job_ring *ring, size_t bytes)
{
    // [H] release: the bytes before the count. Pairs with ring_used.
    atomic_fetch_add_explicit(&ring->head, bytes, memory_order_release);
}

static inline void ring_consume(struct job_ring *ring, size_t bytes)
{
    // [T] release: the copy out before the room is given back. Pairs with ring_free.
    atomic_fetch_add_explicit(&ring->tail, bytes, memory_order_release);
}

// After a publish: must the launcher be woken? The launcher stores launcher_sleeps = 1, fences, and
// looks at the rings; we publish, fence, and look at launcher_sleeps: one of the two sees the other.
static inline bool job_launcher_sleeps(struct job *job)
{
    atomic_thread_fence(memory_order_seq_cst); // [S] publish before look; pairs with the launcher's fence
    return atomic_load_explicit(&job->launcher_sleeps, memory_order_relaxed) != 0 &&
           atomic_exchange_explicit(&job->launcher_sleeps, 0, memory_order_relaxed) != 0;
}
