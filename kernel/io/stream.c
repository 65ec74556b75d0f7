// SPDX-License-Identifier: BSD-2-Clause
// stream.c: standard output and error, and waiting by polling.
//
// Under a launcher each write becomes records in the rank's ring, at most RING_RECORD_MAX bytes
// each and never torn: a record is put when the ring has room for all of it. If not, the launcher
// is woken and the thread sleeps; nothing is lost, and the core is free for others meanwhile.
//
// A ring has one writer at a time, whoever holds its lock: almost always a thread of the rank's
// core, but a kernel that ends the job may write from any core and out of any exception.
#include "abi/ring.h"
#include "kernel/io/io.h"
#include "lib/lib.h"
#include <linux/errno.h>

_Static_assert(TRACE_FULL == RING_RECORD_MAX / sizeof(struct trace_record), "one record of a ring");

#define LOCK_TRIES 1000     // of io_put_now; the holder copies 32 KiB at most
#define NOTE_BYTES_MAX 1024 // a longer line of the kernel's is cut

static _Atomic uint8_t ring_lock[RANKS_MAX]; // 1: somebody writes to the rank's ring

bool io_signal_pending(void)
{
    const struct thread *self = thread_self();

    return ((self->sigpending | self->rank->sigpending) & ~self->sigmask) != 0;
}

int io_wait(struct io_wait *wait)
{
    uint64_t now_ns = machine->now_ns();
    uint64_t until_ns = now_ns + wait->sleep_ns;

    if (io_signal_pending())
        return -EINTR;
    if (now_ns >= wait->deadline_ns)
        return -ETIMEDOUT;
    sched_block(until_ns < wait->deadline_ns ? until_ns : wait->deadline_ns);
    wait->sleep_ns = wait->sleep_ns * 2 < wait->max_ns ? wait->sleep_ns * 2 : wait->max_ns;
    return io_signal_pending() ? -EINTR : 0;
}

static struct job_ring *out_ring(uint32_t rank)
{
    return (struct job_ring *)((char *)job_region + job_region->out_offset) + rank;
}

static char *out_data(uint32_t rank)
{
    return (char *)job_region + job_region->out_data_offset + (uint64_t)rank * job_region->ring_bytes;
}

static bool ring_try_lock(uint32_t rank)
{
    // [W] acquire: the last writer's head before mine. Pairs with ring_unlock.
    return atomic_exchange_explicit(&ring_lock[rank], 1, memory_order_acquire) == 0;
}

static void ring_unlock(uint32_t rank)
{
    atomic_store_explicit(&ring_lock[rank], 0, memory_order_release); // [W]
}

// Puts one record, whole or not at all. False: no room, or somebody else is writing.
static bool record_put(uint32_t rank, enum job_stream stream, const char *text, size_t bytes)
{
    struct job_ring *ring = out_ring(rank);
    size_t size = job_region->ring_bytes;
    uint32_t word = ring_record(stream, bytes);
    bool done = false;

    if (!ring_try_lock(rank))
        return false;
    if (ring_free(ring, size) >= sizeof word + bytes) {
        ring_put(ring, out_data(rank), size, 0, &word, sizeof word);
        ring_put(ring, out_data(rank), size, sizeof word, text, bytes);
        ring_publish(ring, sizeof word + bytes);
        done = true;
    }
    ring_unlock(rank);
    return done;
}

static void launcher_kick(void)
{
    if (job_launcher_sleeps(job_region))
        machine->kick();
}

static size_t record_bytes(size_t bytes)
{
    return bytes < RING_RECORD_MAX ? bytes : RING_RECORD_MAX;
}

void io_put(struct rank *rank, enum job_stream stream, const char *text, size_t bytes)
{
    struct io_wait wait = IO_WAIT_OUTPUT;

    if (!job_region) {
        machine->console_write(stream == JOB_STDOUT ? 1 : 2, text, bytes);
        return;
    }
    while (bytes > 0) { // ends when the launcher has read; if it dies, so does the machine
        size_t part = record_bytes(bytes);

        if (record_put(rank->index, stream, text, part)) {
            text += part;
            bytes -= part;
            wait = IO_WAIT_OUTPUT;
            continue;
        }
        launcher_kick();
        // Not io_wait: a write that has begun is finished whatever signals are pending.
        sched_block(machine->now_ns() + wait.sleep_ns);
        wait.sleep_ns = wait.sleep_ns * 2 < wait.max_ns ? wait.sleep_ns * 2 : wait.max_ns;
    }
    // Records are in no hurry: many at a time, for the launcher may take the CPU from a rank.
    if (stream != JOB_RECORDS ||
        ring_free(out_ring(rank->index), job_region->ring_bytes) < job_region->ring_bytes / 2)
        launcher_kick();
}

void io_put_now(struct rank *rank, enum job_stream stream, const char *text, size_t bytes)
{
    int tries = 0;

    if (!job_region) {
        machine->console_write(stream == JOB_STDOUT ? 1 : 2, text, bytes);
        return;
    }
    while (bytes > 0 && tries < LOCK_TRIES) {
        size_t part = record_bytes(bytes);

        if (record_put(rank->index, stream, text, part)) {
            text += part;
            bytes -= part;
        } else {
            tries++;
            __asm__ volatile("pause");
        }
    }
    launcher_kick();
}

void io_trace_empty(struct rank *rank, bool now)
{
    const uint32_t most = TRACE_FULL;
    struct trace_buffer *trace = rank->trace;

    for (uint32_t at = 0; at < trace->count && at < TRACE_RECORDS; at += most) {
        uint32_t count = trace->count - at < most ? trace->count - at : most;
        const char *text = (const char *)&trace->record[at];

        if (now)
            io_put_now(rank, JOB_RECORDS, text, count * sizeof trace->record[0]);
        else // what the scheduler adds while this waits follows in its turn
            io_put(rank, JOB_RECORDS, text, count * sizeof trace->record[0]);
    }
    trace->count = 0;
}

void io_note(struct rank *rank, const char *text, ...)
{
    char line[NOTE_BYTES_MAX];
    int at = rank ? format(line, sizeof line, "torito: rank %u: ", rank->index)
                  : format(line, sizeof line, "torito: ");
    va_list list;
    size_t bytes;

    va_start(list, text);
    at += format_list(line + at, sizeof line - (size_t)at, text, list);
    va_end(list);
    bytes = (size_t)at < sizeof line - 1 ? (size_t)at : sizeof line - 2; // always room for the newline
    line[bytes++] = '\n';
    if (rank && rank == rank_self())
        io_put(rank, JOB_STDERR, line, bytes);
    else if (rank)
        io_put_now(rank, JOB_STDERR, line, bytes);
    else if (rank_count > 0 && rank_get(0))
        io_put_now(rank_get(0), JOB_STDERR, line, bytes);
    else
        machine->console_write(2, line, bytes);
}

bool io_has_room(const struct rank *rank)
{
    return !job_region || ring_free(out_ring(rank->index), job_region->ring_bytes) >=
                              sizeof(uint32_t) + RING_RECORD_MAX;
}

bool io_is_terminal(enum file_kind kind)
{
    if (!job_region)
        return true; // the console of a machine somebody started by hand
    return (kind == FILE_STDIN && (job_region->flags & JOB_IN_IS_TTY)) ||
           (kind == FILE_STDOUT && (job_region->flags & JOB_OUT_IS_TTY)) ||
           (kind == FILE_STDERR && (job_region->flags & JOB_ERR_IS_TTY));
}

const char *io_job_string(uint64_t offset)
{
    return job_region ? (const char *)job_region + offset : NULL;
}
