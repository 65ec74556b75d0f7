// SPDX-License-Identifier: BSD-2-Clause
// input_test.c: standard input from the job's ring and from the keys of a console.
#include "abi/ring.h"
#include "kernel/io/io.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES 64

static struct region {
    struct job job;
    struct job_ring in, in_1; // in_1: of rank 1 when all have one
    char data[2][RING_BYTES];
} region;
static struct rank ranks[2] = {{.index = 0}, {.index = 1}};
static const char *keys; // still to be typed
static bool hung_up;     // the console ends behind the keys
static char echo[4000];
static int kicks, cases;

struct job *job_region;

static void check(bool is_so, const char *what)
{
    if (!is_so) {
        printf("not so: %s\n", what);
        exit(1);
    }
}

static long console_read(char *text, size_t bytes)
{
    check(bytes > 0, "there is room for keys");
    if (!*keys)
        return hung_up ? 0 : -EAGAIN;
    *text = *keys++;
    return 1;
}

static void console_write(int fd, const char *text, size_t bytes)
{
    check(fd == 1, "the echo");
    strncat(echo, text, bytes);
}

static void kick(void)
{
    kicks++;
}

static struct machine fake = {
    .console_read = console_read, .console_write = console_write, .kick = kick};
struct machine *machine = &fake;

// --- the ring ---

static void ring_start(void)
{
    region.job = (struct job){.ranks = 2,
                              .ring_bytes = RING_BYTES,
                              .stdin_rank = 1,
                              .in_offset = offsetof(struct region, in),
                              .in_data_offset = offsetof(struct region, data)};
    atomic_init(&region.in.head, UINT64_MAX - 5);
    atomic_init(&region.in.tail, UINT64_MAX - 5);
    atomic_init(&region.in.closed, 0);
    job_region = &region.job;
    kicks = 0;
    cases++;
}

static void type(const char *text)
{
    ring_put(&region.in, region.data[0], RING_BYTES, 0, text, strlen(text));
    ring_publish(&region.in, strlen(text));
}

static void test_ring(void)
{
    char text[RING_BYTES];
    bool ended;

    ring_start();
    check(io_get(&ranks[1], text, 10) == -EAGAIN, "nothing yet");
    check(io_available(&ranks[1], &ended) == 0 && !ended, "which is not the end");
    check(io_get(&ranks[0], text, 10) == 0, "another rank is at the end");
    check(io_available(&ranks[0], &ended) == 0 && ended, "from the start");
    type("hello world");
    check(io_available(&ranks[1], &ended) == 11 && !ended, "all of it can be read");
    check(io_get(&ranks[1], text, 5) == 5 && !memcmp(text, "hello", 5), "a part");
    atomic_store(&region.in.closed, 1);
    check(io_available(&ranks[1], &ended) == 6 && !ended, "the end comes behind the rest");
    check(io_get(&ranks[1], text, sizeof text) == 6 && !memcmp(text, " world", 6), "the rest");
    check(io_get(&ranks[1], text, 1) == 0 && io_get(&ranks[1], text, 1) == 0, "the end, and again");
    check(io_available(&ranks[1], &ended) == 0 && ended, "is known before");
}

static void test_ring_kick(void)
{
    char text[RING_BYTES];

    ring_start();
    region.job.launcher_sleeps = 1;
    type("short");
    check(io_get(&ranks[1], text, 5) == 5 && kicks == 0, "a launcher with room left sleeps on");
    type("as many bytes as the ring has, that is sixty-four and not more..");
    check(io_get(&ranks[1], text, 1) == 1 && kicks == 1, "one that found it full is woken");
}

static void test_ring_each(void)
{
    char text[RING_BYTES];

    ring_start();
    region.job.stdin_rank = JOB_STDIN_ALL;
    atomic_init(&region.in_1.head, 0);
    atomic_init(&region.in_1.tail, 0);
    type("for 0");
    ring_put(&region.in_1, region.data[1], RING_BYTES, 0, "for one", 7);
    ring_publish(&region.in_1, 7);
    check(io_get(&ranks[1], text, sizeof text) == 7 && !memcmp(text, "for one", 7), "rank 1's own");
    check(io_get(&ranks[0], text, sizeof text) == 5 && !memcmp(text, "for 0", 5), "rank 0's own");
}

// --- the console ---

static void console_start(const char *typed)
{
    keys = typed;
    hung_up = false;
    echo[0] = '\0';
    job_region = NULL;
    cases++;
}

static bool reads(const char *wanted)
{
    char text[2000];
    long got = io_get(&ranks[0], text, sizeof text);

    return got == (long)strlen(wanted) && memcmp(text, wanted, strlen(wanted)) == 0;
}

static void test_lines(void)
{
    char text[10];
    bool ended;

    console_start("one\rtw");
    check(io_get(&ranks[1], text, 10) == 0, "rank 1 has no console");
    check(reads("one\n"), "a line, once it is complete");
    check(io_get(&ranks[0], text, 10) == -EAGAIN, "half a line is nothing");
    check(io_available(&ranks[0], &ended) == 0 && !ended, "not even the end");
    keys = "o\nthree\n";
    check(io_get(&ranks[0], text, 2) == 2 && memcmp(text, "tw", 2) == 0, "a line in parts");
    check(reads("o\n") && reads("three\n"), "and the next");
    check(strcmp(echo, "one\ntwo\nthree\n") == 0, "all of it is echoed");
}

static void test_editing(void)
{
    console_start("helk\x7flo\b\bp!\x15nothing\x15\x7f\x7fright\n");
    check(reads("right\n"), "what was erased is not read");
    check(strncmp(echo, "helk\b \blo\b \b\b \bp!", 17) == 0, "and vanishes from the screen");
}

static void test_end(void)
{
    char text[10];
    bool ended;

    console_start("last\x04\x04more\n");
    check(reads("last"), "Ctrl-D gives what has been typed");
    check(io_available(&ranks[0], &ended) == 0 && ended, "and at the start of a line the end");
    check(io_get(&ranks[0], text, 10) == 0, "once");
    check(reads("more\n"), "as terminals do");
    console_start("cut of");
    hung_up = true;
    check(reads("cut of") && reads("") && reads(""), "a console that goes away ends for good");
}

static void test_long(void)
{
    static char wide[3000];
    char text[2000];

    console_start(wide);
    memset(wide, 'x', sizeof wide - 2);
    wide[sizeof wide - 2] = '\n';
    check(io_get(&ranks[0], text, sizeof text) == 1024 && text[1023] == '\n', "a long line is cut");
}

int main(void)
{
    test_ring();
    test_ring_kick();
    test_ring_each();
    test_lines();
    test_editing();
    test_long();
    test_end(); // last: it leaves the console ended
    printf("done %d\n", cases);
    return cases == 8 ? 0 : 1;
}
