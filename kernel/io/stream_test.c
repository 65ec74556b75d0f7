// SPDX-License-Identifier: BSD-2-Clause
// stream_test.c: output under back-pressure, notes, and waiting by polling, on a machine made up.
//
// The "launcher" reads when a thread sleeps; in the last test it is a thread of its own.
#define sched_yield kernel_sched_yield // POSIX has one too
#include "abi/ring.h"
#include "kernel/io/io.h"
#include "lib/lib.h"
#undef sched_yield
#include <asm/prctl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RING_BYTES (2 * RING_RECORD_MAX)
#define BULK (5 * RING_RECORD_MAX + 123)
#define LINES 5000

static struct region {
    struct job job;
    struct job_ring out[2];
    char data[2][RING_BYTES];
} region;
static struct rank ranks[2];
static struct thread thread;
static struct core core = {.thread = &thread};
static _Atomic uint64_t clock_ns;
static uint64_t sleeps[64]; // lengths
static uint32_t sleep_count;
static _Atomic uint32_t kicks;
static char got[2 * BULK];
static size_t got_bytes;
static uint32_t records, longest, last_stream;
static void (*while_asleep)(void);
static char console[2000];
static int cases;

uint32_t rank_count = 2;
struct slot *slot_table[RANKS_MAX] = {&ranks[0].slot, &ranks[1].slot};
struct job *job_region;

static void check(bool is_so, const char *what)
{
    if (!is_so) {
        printf("not so: %s\n", what);
        exit(1);
    }
}

_Noreturn void assert_failed(const char *expression, const char *file, int line)
{
    printf("%s:%d: %s\n", file, line, expression);
    exit(1);
}

static uint64_t now_ns(void)
{
    return clock_ns;
}

static void kick(void)
{
    kicks++;
}

static void console_write(int fd, const char *text, size_t bytes)
{
    size_t at = strlen(console);

    check(fd == 2 || fd == 1, "the console has two streams");
    memcpy(console + at, text, bytes);
    console[at + bytes] = '\0';
}

static struct machine fake = {.now_ns = now_ns, .kick = kick, .console_write = console_write};
struct machine *machine = &fake;

bool sched_block(uint64_t deadline_ns)
{
    sleeps[sleep_count++ % 64] = deadline_ns - clock_ns;
    clock_ns = deadline_ns;
    if (while_asleep)
        while_asleep();
    return false;
}

// Reads one record of ring r, if there is one.
static bool record_take(int r)
{
    struct job_ring *ring = &region.out[r];
    uint32_t word, bytes;

    if (ring_used(ring, RING_BYTES) == 0)
        return false;
    ring_get(ring, region.data[r], RING_BYTES, 0, &word, sizeof word);
    bytes = word & 0xffffff;
    last_stream = word >> 24;
    check(bytes <= RING_RECORD_MAX && got_bytes + bytes <= sizeof got, "a record is small");
    ring_get(ring, region.data[r], RING_BYTES, sizeof word, got + got_bytes, bytes);
    ring_consume(ring, sizeof word + bytes);
    got_bytes += bytes;
    records++;
    longest = bytes > longest ? bytes : longest;
    return true;
}

// A lazy launcher: every fourth sleep it reads one record.
static void read_seldom(void)
{
    if (sleep_count % 4 == 0)
        record_take(1);
}

static void start(void)
{
    region.job = (struct job){.ranks = 2,
                              .ring_bytes = RING_BYTES,
                              .stdin_rank = 0,
                              .out_offset = offsetof(struct region, out),
                              .out_data_offset = offsetof(struct region, data)};
    for (int r = 0; r < 2; r++) {
        uint64_t before_wrap = UINT64_MAX - 1000;

        atomic_init(&region.out[r].head, before_wrap);
        atomic_init(&region.out[r].tail, before_wrap);
        ranks[r].index = (uint32_t)r;
    }
    thread = (struct thread){.rank = &ranks[1]};
    job_region = &region.job;
    got_bytes = records = longest = sleep_count = 0;
    kicks = 0;
    while_asleep = NULL;
    cases++;
}

static void test_small(void)
{
    start();
    io_put(&ranks[1], JOB_STDERR, "hello\n", 6);
    check(kicks == 0, "nobody is kicked who does not sleep");
    region.job.launcher_sleeps = 1;
    io_put(&ranks[1], JOB_STDOUT, "you\n", 4);
    check(kicks == 1 && region.job.launcher_sleeps == 0, "a sleeping launcher is kicked, once");
    check(record_take(1) && last_stream == JOB_STDERR && record_take(1) && !record_take(1), "two");
    check(last_stream == JOB_STDOUT && got_bytes == 10 && !memcmp(got, "hello\nyou\n", 10), "both");
    check(!record_take(0), "the other rank's ring is empty");
    io_put(&ranks[1], JOB_STDOUT, "", 0);
    check(!record_take(1), "nothing is not a record");
}

static void test_bulk(void)
{
    static char bulk[BULK];

    start();
    for (size_t i = 0; i < sizeof bulk; i++)
        bulk[i] = (char)(i % 253);
    while_asleep = read_seldom;
    io_put(&ranks[1], JOB_STDOUT, bulk, sizeof bulk);
    while (record_take(1)) // what is left in the ring
        ;
    check(got_bytes == sizeof bulk && memcmp(got, bulk, sizeof bulk) == 0, "not a byte is lost");
    check(longest == RING_RECORD_MAX && records == 6, "records are as large as they may be");
    check(sleep_count >= 8 && sleeps[0] == 20000 && sleeps[1] == 40000, "sleeps grow");
    for (uint32_t i = 0; i < sleep_count; i++)
        check(sleeps[i] >= 20000 && sleeps[i] <= 1000000, "between 20 us and 1 ms");
}

static void test_now(void)
{
    static char bulk[BULK];

    start();
    check(io_has_room(&ranks[0]), "an empty ring has room");
    io_put_now(&ranks[0], JOB_STDOUT, bulk, sizeof bulk);
    check(sleep_count == 0, "it never sleeps");
    check(!io_has_room(&ranks[0]), "the ring is full");
    while (record_take(0)) // all that found room
        ;
    check(got_bytes == RING_RECORD_MAX && longest == RING_RECORD_MAX, "the rest is dropped whole");
}

static void test_note(void)
{
    start();
    io_note(&ranks[1], "%s is %d", "it", 5);
    check(record_take(1) && last_stream == JOB_STDERR, "a note goes to standard error");
    check(got_bytes == 24 && memcmp(got, "torito: rank 1: it is 5\n", 24) == 0, "with the rank");
}

static void test_note_long(void)
{
    static char wide[3000];

    start();
    memset(wide, 'x', sizeof wide - 1);
    io_note(NULL, "%s", wide);
    check(record_take(0) && got_bytes == 1024 - 1 && got[got_bytes - 1] == '\n', "is cut");
    job_region = NULL;
    io_note(&ranks[1], "by hand");
    check(strcmp(console, "torito: rank 1: by hand\n") == 0, "by hand it goes to the console");
}

static void test_wait(void)
{
    struct io_wait wait = {100, 300, NEVER};

    start();
    check(io_wait(&wait) == 0 && io_wait(&wait) == 0 && io_wait(&wait) == 0, "nothing ends it");
    check(sleeps[0] == 100 && sleeps[1] == 200 && sleeps[2] == 300, "doubled, up to the limit");
    wait.deadline_ns = clock_ns + 50;
    check(io_wait(&wait) == 0 && sleeps[3] == 50 && io_wait(&wait) == -ETIMEDOUT, "a deadline");
    thread.sigpending = 1u << 9;
    check(io_wait(&wait) == -EINTR, "a signal ends it");
    thread.sigmask = 1u << 9;
    check(io_wait(&wait) == -ETIMEDOUT, "unless it is blocked");
    ranks[1].sigpending = 1u << 3;
    check(io_wait(&wait) == -EINTR, "a signal for the rank as well");
    ranks[1].sigpending = 0;
}

// --- two writers of one ring and a reader, all at once ---

static void nap(void)
{
    sched_yield(); // the host's: the reader runs
}

static void *put_lines(void *stream)
{
    for (int i = 0; i < LINES; i++)
        if (stream)
            io_put_now(&ranks[1], JOB_STDERR, "now!", 4);
        else
            io_put(&ranks[1], JOB_STDOUT, "patience", 8);
    return NULL;
}

static void test_writers(void)
{
    pthread_t patient, hasty;
    int whole = 0, other = 0;

    start();
    while_asleep = nap;
    pthread_create(&patient, NULL, put_lines, NULL);
    pthread_create(&hasty, NULL, put_lines, &ranks);
    while (whole < LINES) { // until all the patient one has written is there
        got_bytes = 0;
        if (!record_take(1)) {
            sched_yield();
            continue;
        }
        if (last_stream == JOB_STDOUT) {
            check(got_bytes == 8 && memcmp(got, "patience", 8) == 0, "a record is whole");
            whole++;
        } else {
            check(got_bytes == 4 && memcmp(got, "now!", 4) == 0, "so is the other's");
            other++;
        }
    }
    pthread_join(patient, NULL);
    pthread_join(hasty, NULL);
    check(other <= LINES, "none twice");
}

int main(void)
{
    syscall(SYS_arch_prctl, ARCH_SET_GS, &core);
    core.self = &core;
    test_small();
    test_bulk();
    test_now();
    test_note();
    test_note_long();
    test_wait();
    test_writers();
    printf("done %d\n", cases);
    return cases == 7 ? 0 : 1;
}
