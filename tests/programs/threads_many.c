// SPDX-License-Identifier: BSD-2-Clause
// threads_many.c: 1500 threads alive at once, each with its stack, its variable and its turn.
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define THREADS 1500
#define STACK_BYTES (32ul << 10)
#define HOLES 2500

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static long arrived;
static int open_gate;
static _Thread_local long own;

static void *thread_main(void *arg)
{
    own = (long)arg;
    pthread_mutex_lock(&lock);
    arrived++;
    while (!open_gate)
        pthread_cond_wait(&turn, &lock);
    pthread_mutex_unlock(&lock);
    return own == (long)arg ? arg : NULL;
}

static void threads(void)
{
    static pthread_t thread[THREADS];
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    for (long i = 0; i < THREADS; i++) {
        int rc = pthread_create(&thread[i], &attr, thread_main, (void *)(i + 1));

        if (rc != 0) {
            printf("thread %ld: %s\n", i, strerror(rc));
            exit(1);
        }
    }
    pthread_mutex_lock(&lock);
    open_gate = 1;
    pthread_cond_broadcast(&turn);
    pthread_mutex_unlock(&lock);
    for (long i = 0; i < THREADS; i++) {
        void *result;

        pthread_join(thread[i], &result);
        if (result != (void *)(i + 1))
            exit(2);
    }
    if (arrived != THREADS)
        exit(3);
}

// Memory full of holes: every other page may be written.
static void holes(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * HOLES * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        exit(4);
    for (size_t i = 0; i < HOLES; i++) {
        if (mprotect(memory + 2 * i * page, page, PROT_READ | PROT_WRITE) != 0)
            exit(5);
        memory[2 * i * page] = (char)i;
    }
    for (size_t i = 0; i < HOLES; i++)
        if (memory[2 * i * page] != (char)i || memory[(2 * i + 1) * page] != 0)
            exit(6);
    if (munmap(memory, 2 * HOLES * page) != 0)
        exit(7);
}

int main(void)
{
    threads();
    holes();
    printf("ok\n");
    return 0;
}
