// SPDX-License-Identifier: BSD-2-Clause
// fault.c KIND [RANK]: rank RANK (the last one if not given) says "armed" and then fails in the way
// KIND names, three calls deep; the others wait for ever. Built with -O0 -g, so that each call is a frame.
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile int zero;
static int *volatile nowhere;

static int fail_null(void)
{
    return *nowhere; // NULL-READ: the tests look for this line
}

static int fail_write(void)
{
    *(volatile int *)&fail_null = 1; // code is not writable
    return 0;
}

static int fail_divide(void)
{
    return 100 / zero;
}

static int fail_overflow(int depth)
{
    volatile char page[4096];

    page[0] = (char)depth;
    return fail_overflow(depth + 1) + page[0];
}

static int fail_abort(void)
{
    abort();
}

static int fail_jump(void)
{
    int (*function)(void) = (int (*)(void))(void *)nowhere;

    return function();
}

static int fail_illegal(void)
{
    __asm__ volatile("ud2");
    return 0;
}

// Takes memory until there is none; malloc's NULL is an answer, not yet an error of the job.
static int fail_memory(void)
{
    size_t bytes = 1u << 20, total = 0;

    for (;;) {
        char *block = malloc(bytes);

        if (block == NULL) {
            fprintf(stderr, "malloc returned NULL after %zu MiB\n", total >> 20);
            abort();
        }
        memset(block, 1, bytes);
        total += bytes;
    }
}

static int fail_as(const char *kind)
{
    if (strcmp(kind, "null") == 0)
        return fail_null();
    if (strcmp(kind, "write") == 0)
        return fail_write();
    if (strcmp(kind, "divide") == 0)
        return fail_divide();
    if (strcmp(kind, "overflow") == 0)
        return fail_overflow(0);
    if (strcmp(kind, "abort") == 0)
        return fail_abort();
    if (strcmp(kind, "jump") == 0)
        return fail_jump();
    if (strcmp(kind, "illegal") == 0)
        return fail_illegal();
    if (strcmp(kind, "memory") == 0)
        return fail_memory();
    if (strcmp(kind, "mpi") == 0)
        return MPI_Abort(MPI_COMM_WORLD, 7);
    if (strcmp(kind, "raise") == 0)
        return raise(SIGTERM);
    exit((int)strtol(kind, NULL, 10));
}

int main(int argc, char **argv)
{
    int rank, ranks, chosen;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    chosen = argc > 2 ? (int)strtol(argv[2], NULL, 10) : ranks - 1;
    if (argc < 2)
        return 2;
    if (rank == chosen) {
        puts("armed");
        fflush(stdout);
        return fail_as(argv[1]);
    }
    for (;;)
        pause();
}
