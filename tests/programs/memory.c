// SPDX-License-Identifier: BSD-2-Clause
// memory.c: what mmap(2), mremap(2), mprotect(2), brk(2) and malloc promise. Prints `ok` at the end.
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ul
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

static int failures;
static sigjmp_buf back;

static void check(int is_so, const char *what)
{
    if (!is_so) {
        printf("not so: %s\n", what);
        failures++;
    }
}

static int is_filled(const char *from, size_t bytes, char with)
{
    for (size_t i = 0; i < bytes; i++)
        if (from[i] != with)
            return 0;
    return 1;
}

static char *map(size_t bytes, int prot)
{
    char *at = mmap(NULL, bytes, prot, ANONYMOUS, -1, 0);

    return at == MAP_FAILED ? NULL : at;
}

static void on_fault(int signo)
{
    (void)signo;
    siglongjmp(back, 1);
}

static int faults(volatile char *at, int writing)
{
    if (sigsetjmp(back, 1))
        return 1;
    if (writing)
        *at = 1;
    else
        (void)*at;
    return 0;
}

static void check_map(void)
{
    char *at = map(10 * PAGE, PROT_READ | PROT_WRITE), *again;

    check(at && (uintptr_t)at % PAGE == 0, "memory is mapped on a page");
    check(is_filled(at, 10 * PAGE, 0), "it reads as zero");
    memset(at, 'x', 10 * PAGE);
    check(munmap(at + 3 * PAGE, 2 * PAGE) == 0, "a hole is made");
    check(faults(at + 3 * PAGE, 0) && faults(at + 5 * PAGE - 1, 1), "the hole is one");
    check(is_filled(at, 3 * PAGE, 'x') && is_filled(at + 5 * PAGE, 5 * PAGE, 'x'),
          "what lies around it is whole");
    again = mmap(at + 3 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_FIXED, -1, 0);
    check(again == at + 3 * PAGE && is_filled(again, 2 * PAGE, 0), "the hole is filled with zeros");
    again = mmap(at, PAGE, PROT_READ, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    check(again == MAP_FAILED && errno == EEXIST, "what is there is not replaced");
    check(madvise(at, 2 * PAGE, MADV_DONTNEED) == 0 && is_filled(at, 2 * PAGE, 0) &&
              is_filled(at + 2 * PAGE, PAGE, 'x'),
          "memory that is not needed reads as zero");
    check(munmap(at, 10 * PAGE) == 0 && munmap(at, 10 * PAGE) == 0, "unmapping twice does no harm");
}

static void check_refusals(void)
{
    check(mmap(NULL, 0, PROT_READ, ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL, "no bytes");
    check(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL,
          "neither shared nor private");
    check(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 999, 0) == MAP_FAILED && errno == EBADF,
          "no such file");
    check(mmap(NULL, 1ul << 46, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0) == MAP_FAILED &&
              errno == ENOMEM,
          "more than there is");
    check(munmap((void *)1, PAGE) == -1 && errno == EINVAL, "not a page");
    check(mprotect((void *)PAGE, PAGE, PROT_READ) == -1 && errno == ENOMEM, "nothing mapped there");
}

static void check_protect(void)
{
    char *at = map(3 * PAGE, PROT_NONE);

    check(at && faults(at, 0), "no access");
    check(mprotect(at, 3 * PAGE, PROT_READ | PROT_WRITE) == 0 && !faults(at, 1), "access");
    check(mprotect(at + PAGE, PAGE, PROT_READ) == 0, "the middle is read-only");
    check(!faults(at + PAGE, 0) && faults(at + PAGE, 1), "it can be read, not written");
    check(!faults(at, 1) && !faults(at + 2 * PAGE, 1), "what lies around it can");
    munmap(at, 3 * PAGE);
}

static void check_remap(void)
{
    char *at = map(4 * PAGE, PROT_READ | PROT_WRITE), *to, *place;

    memset(at, 'r', 4 * PAGE);
    to = mremap(at, 4 * PAGE, 600 * PAGE, MREMAP_MAYMOVE);
    check(to != MAP_FAILED && is_filled(to, 4 * PAGE, 'r') && is_filled(to + 4 * PAGE, 596 * PAGE, 0),
          "it grows, with zeros behind");
    check(mremap(to, 600 * PAGE, 2 * PAGE, 0) == to && is_filled(to, 2 * PAGE, 'r'), "it shrinks");
    check(faults(to + 2 * PAGE, 0), "what was cut off is gone");
    place = map(2 * PAGE, PROT_READ | PROT_WRITE);
    at = mremap(to, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    check(at == place && is_filled(place, 2 * PAGE, 'r'), "it moves to where it is told");
    check(mremap(place, 2 * PAGE, 0, MREMAP_MAYMOVE) == MAP_FAILED && errno == EINVAL,
          "to nothing");
    munmap(place, 2 * PAGE);
}

// By the system call: musl's sbrk refuses, and its malloc wants the break back where it was.
static char *move_break(char *to)
{
    return (char *)syscall(SYS_brk, to);
}

static void check_break(void)
{
    char *start = move_break(NULL), *end = start + (1 << 20);

    check(move_break(end) == end, "the break moves up");
    check(is_filled(start, 1 << 20, 0), "what it frees reads as zero");
    memset(start, 'b', 1 << 20);
    check(move_break(start) == start, "and down");
    check(move_break(end) == end && is_filled(start, 1 << 20, 0), "and up again, with zeros");
    check(move_break(start + (1ul << 46)) == end, "not without end");
    check(move_break(start) == start, "and back");
}

// Sizes from a byte to some MiB, freed in another order.
static void check_malloc(void)
{
    enum { PIECES = 200 };
    static char *piece[PIECES];
    static size_t bytes[PIECES];
    uint32_t random = 1;

    for (int turn = 0; turn < 5 * PIECES; turn++) {
        int i = (int)((random = random * 1664525 + 1013904223) >> 8) % PIECES;

        if (piece[i] && !is_filled(piece[i], bytes[i], (char)i))
            check(0, "a piece keeps what was written");
        free(piece[i]);
        random = random * 1664525 + 1013904223;
        bytes[i] = 1 + (random >> 8) % (turn % 50 ? 5000 : 2000000);
        piece[i] = malloc(bytes[i]);
        if (!piece[i]) {
            check(0, "there is a piece");
            return;
        }
        memset(piece[i], (char)i, bytes[i]);
    }
    for (int i = 0; i < PIECES; i++)
        free(piece[i]);
    check(malloc(1ul << 45) == NULL, "too large a piece is refused");
    piece[0] = aligned_alloc(2 << 20, 4 << 20);
    check(piece[0] && (uintptr_t)piece[0] % (2 << 20) == 0, "a piece on a large page");
    free(piece[0]);
    piece[0] = NULL;
}

// Where files can be had: a private and a shared mapping of one.
static void check_file(void)
{
    char name[] = "/tmp/torito-memory-XXXXXX", text[8] = "";
    int fd = mkstemp(name);
    char *private, *shared;

    if (fd < 0)
        return;
    unlink(name);
    check(write(fd, "0123456789", 10) == 10, "a file is written");
    private = mmap(NULL, 10, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    check(private != MAP_FAILED && memcmp(private, "0123456789\0", 11) == 0, "and mapped");
    shared = mmap(NULL, 10, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) {
        shared[2] = 'S';
        check(pread(fd, text, 5, 0) == 5 && memcmp(text, "01S34", 5) == 0, "shared: the file");
        check(msync(shared, 10, MS_SYNC) == 0 && munmap(shared, 10) == 0, "written back");
    }
    private[0] = 'P';
    check(pread(fd, text, 2, 0) == 2 && memcmp(text, "01", 2) == 0, "private: not the file");
    check(munmap(private, 10) == 0 && close(fd) == 0, "and left");
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_fault};

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    check_map();
    check_refusals();
    check_protect();
    check_remap();
    check_break();
    check_malloc();
    check_file();
    printf(failures ? "failed: %d\n" : "ok\n", failures);
    return failures != 0;
}
