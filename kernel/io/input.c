// SPDX-License-Identifier: BSD-2-Clause
// input.c: standard input: the job's input ring, or the console of a machine started by hand.
//
// One rank reads: the job's stdin_rank, or rank 0 by hand; if the launcher was told so, every rank has
// a ring of its own with a copy. Nobody wakes a reader; whoever waits polls.
// A console delivers keys, so a line is edited here as terminals do it: echo, erase, erase the
// line, Ctrl-D for end of file; a carriage return ends the line. It is readable once it is
// complete.
#include "abi/ring.h"
#include "kernel/io/io.h"
#include "lib/lib.h"
#include <linux/errno.h>

#define LINE_BYTES_MAX 1024
#define KEY_END 0x04   // Ctrl-D
#define KEY_ERASE 0x7f // backspace
#define KEY_KILL 0x15  // Ctrl-U

// Belongs to the core of rank 0.
static struct {
    char text[LINE_BYTES_MAX];
    size_t used, ready; // bytes in text; how many of them, from the front, may be read
    bool ended;         // end of file comes after what is ready; a read of 0 bytes takes it away
} console;

static void console_echo(const char *text, size_t bytes)
{
    machine->console_write(1, text, bytes);
}

static void console_erase(void)
{
    if (console.used > console.ready) {
        console.used--;
        console_echo("\b \b", 3);
    }
}

static void console_key(char key)
{
    if (key == '\r')
        key = '\n';
    if (key == '\b' || key == KEY_ERASE) {
        console_erase();
    } else if (key == KEY_KILL) {
        while (console.used > console.ready)
            console_erase();
    } else if (key == KEY_END) {
        console.ended = console.used == console.ready;
        console.ready = console.used;
    } else if (key == '\n' || console.used < sizeof console.text - 1) {
        console.text[console.used++] = key; // the last place is kept for a newline
        console_echo(&key, 1);
        if (key == '\n')
            console.ready = console.used;
    }
}

// Takes the keys that have arrived, until something may be read.
static void console_fill(void)
{
    char key;

    while (console.ready == 0 && !console.ended) { // each round takes a key
        long got = machine->console_read(&key, 1);

        if (got == 0)
            console.ended = true;
        if (got <= 0)
            break;
        console_key(key);
    }
    if (console.ended && console.ready == 0)
        console.ready = console.used; // an unfinished last line
}

static long console_get(char *text, size_t bytes)
{
    size_t got;

    console_fill();
    if (console.ready == 0) {
        bool ended = console.ended;

        console.ended = false;
        return ended ? 0 : -EAGAIN;
    }
    got = bytes < console.ready ? bytes : console.ready;
    memcpy(text, console.text, got);
    memmove(console.text, console.text + got, console.used - got);
    console.used -= got;
    console.ready -= got;
    return (long)got;
}

// The rank's place among the input rings, which are as many as there are readers.
static uint32_t ring_index(const struct rank *rank)
{
    return job_region->stdin_rank == JOB_STDIN_ALL ? rank->index : 0;
}

static struct job_ring *in_ring(const struct rank *rank)
{
    return (struct job_ring *)((char *)job_region + job_region->in_offset) + ring_index(rank);
}

static const char *in_data(const struct rank *rank)
{
    return (const char *)job_region + job_region->in_data_offset +
           (uint64_t)ring_index(rank) * job_region->ring_bytes;
}

static bool ring_ended(struct job_ring *ring)
{
    // [E] acquire: closed before a last look at head. The writer publishes its last bytes first.
    return atomic_load_explicit(&ring->closed, memory_order_acquire) != 0 &&
           ring_used(ring, job_region->ring_bytes) == 0;
}

static long ring_take(const struct rank *rank, char *text, size_t bytes)
{
    struct job_ring *ring = in_ring(rank);
    size_t size = job_region->ring_bytes;
    size_t got = ring_used(ring, size);

    if (got == 0)
        return ring_ended(ring) ? 0 : -EAGAIN;
    if (got > bytes)
        got = bytes;
    ring_get(ring, in_data(rank), size, 0, text, got);
    ring_consume(ring, got);
    // A launcher that found the ring full sleeps without looking at its own input.
    atomic_thread_fence(memory_order_seq_cst); // [S] give room back, then look; pairs with the launcher's
    if (ring_used(ring, size) + got > size / 2 && job_launcher_sleeps(job_region))
        machine->kick();
    return (long)got;
}

bool io_has_input(const struct rank *rank)
{
    if (!job_region)
        return rank->index == 0;
    return rank->index == job_region->stdin_rank || job_region->stdin_rank == JOB_STDIN_ALL;
}

long io_get(struct rank *rank, char *text, size_t bytes)
{
    if (bytes == 0 || !io_has_input(rank))
        return 0;
    return job_region ? ring_take(rank, text, bytes) : console_get(text, bytes);
}

size_t io_available(struct rank *rank, bool *ended)
{
    *ended = true;
    if (!io_has_input(rank))
        return 0;
    if (!job_region) {
        console_fill();
        *ended = console.ready == 0 && console.ended;
        return console.ready;
    }
    *ended = ring_ended(in_ring(rank)); // before the count: bytes may come in between
    return ring_used(in_ring(rank), job_region->ring_bytes);
}
