// SPDX-License-Identifier: BSD-2-Clause
// threads.c: POSIX threads as the C library builds them on clone and futex. Prints `ok` at the end.
#define _GNU_SOURCE
#include <errno.h>
#include <immintrin.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define STEPS 2000

static int failures;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t items;
static long sum;
static int turn;
static __thread int mine = 40;
static int detached_done;

static void check(int is_so, const char *what)
{
    if (!is_so) {
        printf("not so: %s\n", what);
        failures++;
    }
}

static void *count(void *arg)
{
    for (int i = 0; i < STEPS; i++) {
        pthread_mutex_lock(&lock);
        sum++;
        if (i % 16 == 0)
            sched_yield(); // with the lock held: the others must block
        pthread_mutex_unlock(&lock);
    }
    mine += 2;
    return (void *)((uintptr_t)arg + (uintptr_t)mine);
}

static void check_mutex(void)
{
    pthread_t thread[THREADS];

    for (uintptr_t i = 0; i < THREADS; i++)
        check(pthread_create(&thread[i], NULL, count, (void *)i) == 0, "a thread is made");
    for (uintptr_t i = 0; i < THREADS; i++) {
        void *result;

        check(pthread_join(thread[i], &result) == 0, "a thread is joined");
        check((uintptr_t)result == i + 42, "it has thread-local variables of its own");
    }
    check(sum == (long)THREADS * STEPS, "no step is lost");
    check(mine == 40, "the main thread's own are untouched");
}

// Each waits for its turn, over and over.
static void *take_turns(void *arg)
{
    int me = (int)(intptr_t)arg;

    for (int round = 0; round < 200; round++) {
        pthread_mutex_lock(&lock);
        while (turn != me)
            pthread_cond_wait(&turn_changed, &lock);
        turn = (turn + 1) % THREADS;
        pthread_cond_broadcast(&turn_changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void *meet(void *arg)
{
    long *serial = arg;

    for (int round = 0; round < 200; round++)
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            __atomic_fetch_add(serial, 1, __ATOMIC_RELAXED);
    return NULL;
}

static void run_all(void *(*entry)(void *), void *arg, int numbered)
{
    pthread_t thread[THREADS];

    for (intptr_t i = 0; i < THREADS; i++)
        check(pthread_create(&thread[i], NULL, entry, numbered ? (void *)i : arg) == 0,
              "a thread is made");
    for (int i = 0; i < THREADS; i++)
        check(pthread_join(thread[i], NULL) == 0, "a thread is joined");
}

static struct timespec moment(clockid_t clock, long delay_ns)
{
    struct timespec time;

    clock_gettime(clock, &time);
    time.tv_nsec += delay_ns;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

static void check_timeouts(void)
{
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    struct timespec then = moment(CLOCK_REALTIME, 20000000), now;

    pthread_mutex_lock(&lock);
    check(pthread_cond_timedwait(&never, &lock, &then) == ETIMEDOUT, "a wait times out");
    pthread_mutex_unlock(&lock);
    clock_gettime(CLOCK_REALTIME, &now);
    check(now.tv_sec > then.tv_sec || (now.tv_sec == then.tv_sec && now.tv_nsec >= then.tv_nsec),
          "and not too early");
    sem_init(&items, 0, 1);
    then = moment(CLOCK_REALTIME, 10000000);
    check(sem_timedwait(&items, &then) == 0, "a semaphore that is there");
    check(sem_timedwait(&items, &then) == -1 && errno == ETIMEDOUT, "and one that is not");
    check(sem_trywait(&items) == -1 && errno == EAGAIN, "without waiting");
}

static void *post_later(void *arg)
{
    (void)arg;
    nanosleep(&(struct timespec){0, 2000000}, NULL);
    sem_post(&items);
    return NULL;
}

static void *finish(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    detached_done++;
    pthread_cond_broadcast(&turn_changed);
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void check_detached(void)
{
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 64 << 10);
    for (int i = 0; i < THREADS; i++)
        check(pthread_create(&thread, &attr, finish, NULL) == 0, "a detached thread is made");
    pthread_mutex_lock(&lock);
    while (detached_done < THREADS)
        pthread_cond_wait(&turn_changed, &lock);
    pthread_mutex_unlock(&lock);
    pthread_attr_destroy(&attr);
}

static void *nothing(void *arg)
{
    return arg;
}

static void check_many(void)
{
    pthread_t thread;
    void *result;

    for (uintptr_t i = 0; i < 1000; i++) {
        if (pthread_create(&thread, NULL, nothing, (void *)i) || pthread_join(thread, &result) ||
            (uintptr_t)result != i) {
            check(0, "a thousand threads, one after the other");
            return;
        }
    }
}

// The thread ends with the lock held; the next owner learns of it.
static void *die_holding(void *arg)
{
    pthread_mutex_lock(arg);
    return NULL;
}

static void check_robust(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t robust;
    pthread_t thread;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attr);
    pthread_create(&thread, NULL, die_holding, &robust);
    pthread_join(thread, NULL);
    check(pthread_mutex_lock(&robust) == EOWNERDEAD, "the owner of a robust lock is dead");
    check(pthread_mutex_consistent(&robust) == 0, "the lock is made whole");
    check(pthread_mutex_unlock(&robust) == 0, "and used again");
}

// Floating-point state: a thread starts with its maker's rounding, and keeps its own over a switch.
static void *round_up(void *arg)
{
    volatile double one = 1, three = 3;
    double up;

    check(_MM_GET_ROUNDING_MODE() == _MM_ROUND_DOWN, "rounding is inherited");
    _MM_SET_ROUNDING_MODE(_MM_ROUND_UP);
    sched_yield();
    up = one / three;
    *(double *)arg = up;
    check(_MM_GET_ROUNDING_MODE() == _MM_ROUND_UP, "rounding survives a switch");
    return NULL;
}

static void check_rounding(void)
{
    volatile double one = 1, three = 3;
    pthread_t thread;
    double up = 0;

    _MM_SET_ROUNDING_MODE(_MM_ROUND_DOWN);
    pthread_create(&thread, NULL, round_up, &up);
    sched_yield();
    check(one / three < up || up == 0, "rounding is each thread's own");
    pthread_join(thread, NULL);
    check(one / three < up, "1/3 rounded up is larger than rounded down");
    _MM_SET_ROUNDING_MODE(_MM_ROUND_NEAREST);
}

int main(void)
{
    long serial = 0;
    pthread_t poster;
    cpu_set_t cores;

    setvbuf(stdout, NULL, _IOLBF, 0);
    check(getpid() == (pid_t)syscall(SYS_gettid), "the main thread has the id of its process");
    check(sched_getaffinity(0, sizeof cores, &cores) == 0 && CPU_COUNT(&cores) >= 1,
          "there is a core to run on");
    check_mutex();
    run_all(take_turns, NULL, 1);
    check(turn == 0, "all turns were taken");
    pthread_barrier_init(&barrier, NULL, THREADS);
    run_all(meet, &serial, 0);
    check(serial == 200, "one thread of each barrier is the serial one");
    check_timeouts();
    pthread_create(&poster, NULL, post_later, NULL);
    check(sem_wait(&items) == 0, "a semaphore posted later");
    pthread_join(poster, NULL);
    check_detached();
    check_many();
    check_robust();
    check_rounding();
    printf(failures ? "failed: %d\n" : "ok\n", failures);
    return failures != 0;
}
