// SPDX-License-Identifier: BSD-2-Clause
// c_program.c: what a C program uses: globals, heap, stdio, threads, signals, arguments, environment.
//
// It prints only what is the same on every machine, each line with its rank in front, so that the
// sorted outputs of two machines can be compared.
#include <errno.h>
#include <mpi.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define STEPS 1000

static int rank, ranks;
static unsigned counter = 17;   // .data: every rank has its own
static uint32_t table[1 << 14]; // .bss
static _Thread_local int mine = 3;
static volatile sig_atomic_t signals;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_here = PTHREAD_COND_INITIALIZER;
static int arrived;
static jmp_buf back;

#define SAY(...) (printf("rank %d of %d: ", rank, ranks), printf(__VA_ARGS__), (void)putchar('\n'))

// FNV-1a.
static uint32_t checksum(uint32_t sum, const void *data, size_t bytes)
{
    for (const unsigned char *p = data; bytes--; p++)
        sum = (sum ^ *p) * 16777619u;
    return sum;
}

static size_t piece_bytes(size_t i)
{
    return 32 * i * i + 2; // the last ones are beyond the size from which libc takes mmap
}

// Pieces of many sizes, grown and freed in another order than they came.
static uint32_t use_heap(void)
{
    enum { PIECES = 100 };
    unsigned char *piece[PIECES];
    uint32_t sum = 2166136261u;

    for (size_t i = 0; i < PIECES; i++) {
        size_t bytes = piece_bytes(i);

        piece[i] = malloc(bytes / 2);
        if (!piece[i] || !(piece[i] = realloc(piece[i], bytes))) // NOLINT: ends if it fails
            return 0;
        memset(piece[i], (int)(i + (size_t)rank), bytes);
    }
    for (size_t i = 0; i < PIECES; i++) {
        size_t at = i * 7 % PIECES;

        sum = checksum(sum, piece[at], piece_bytes(at));
        free(piece[at]);
    }
    return sum;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

// A thread adds its share to `counter`, then waits for the others: mutex, condition, thread-local data.
static void *work(void *number)
{
    for (int i = 0; i < STEPS; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        mine++;
        pthread_mutex_unlock(&lock);
    }
    pthread_mutex_lock(&lock);
    arrived++;
    pthread_cond_broadcast(&all_here);
    while (arrived < THREADS)
        pthread_cond_wait(&all_here, &lock);
    pthread_mutex_unlock(&lock);
    return (void *)((intptr_t)number * mine);
}

static void use_threads(void)
{
    pthread_t thread[THREADS];
    intptr_t sum = 0;

    for (intptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], NULL, work, (void *)i) != 0)
            MPI_Abort(MPI_COMM_WORLD, 1);
    for (int i = 0; i < THREADS; i++) {
        void *result;

        pthread_join(thread[i], &result);
        sum += (intptr_t)result;
    }
    SAY("threads: counter %u, sum %ld, main's own %d", counter, (long)sum, mine);
}

static void on_signal(int number)
{
    signals += number;
}

static void use_signals(void)
{
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    SAY("signal %s", signals == SIGUSR1 ? "handled" : "lost");
    if (setjmp(back) == 0)
        longjmp(back, 1);
    else
        SAY("back by longjmp");
}

int main(int argc, char **argv)
{
    const char *greeting = getenv("GREETING");
    char text[64];
    double half;
    int number;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int i = 1; i < argc; i++)
        SAY("argument %d of %d is [%s]", i, argc - 1, argv[i]);
    SAY("GREETING is [%s]", greeting ? greeting : "not set");
    snprintf(text, sizeof text, "%d %a", rank * 3, 0.5);
    if (sscanf(text, "%d %lf", &number, &half) == 2)
        SAY("stdio: %d %.3f %08.3e %s", number, half, 1.0 / 3, strerror(ENOENT));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        table[i] = (uint32_t)((i + (size_t)rank) * 2654435761u);
    qsort(table, sizeof table / sizeof *table, sizeof *table, compare);
    SAY("sorted: %08x", checksum(2166136261u, table, sizeof table));
    SAY("heap: %08x", use_heap());
    counter += (unsigned)rank;
    use_threads();
    use_signals();
    fprintf(stderr, "rank %d of %d: a line on standard error\n", rank, ranks);
    MPI_Finalize();
    SAY("ok");
    return 0;
}
