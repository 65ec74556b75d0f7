// SPDX-License-Identifier: BSD-2-Clause
// clocks.c: clocks go forwards and sleeps last. Prints `ok` at the end.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ll
#define MS 1000000ll

static int failures;
static volatile sig_atomic_t alarms;

static void check(int is_so, const char *what)
{
    if (!is_so) {
        printf("not so: %s\n", what);
        failures++;
    }
}

static long long read_ns(clockid_t clock)
{
    struct timespec time = {0};

    check(clock_gettime(clock, &time) == 0, "the clock is there");
    check(time.tv_nsec >= 0 && time.tv_nsec < NS_PER_S, "its nanoseconds are in range");
    return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static void check_clocks(void)
{
    static const clockid_t clocks[] = {
        CLOCK_REALTIME,         CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,      CLOCK_REALTIME_COARSE,
        CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,  CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
    struct timespec resolution;

    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        long long before = read_ns(clocks[i]), now;

        for (int turn = 0; turn < 1000; turn++, before = now) {
            now = read_ns(clocks[i]);
            if (now < before) {
                check(0, "a clock does not go backwards");
                break;
            }
        }
        check(clock_getres(clocks[i], &resolution) == 0 && resolution.tv_sec == 0 &&
                  resolution.tv_nsec > 0,
              "a clock has a resolution");
    }
    check(clock_gettime(77, &resolution) == -1 && errno == EINVAL, "there is no clock 77");
}

static void check_wall(void)
{
    struct timeval day;
    long long wall = read_ns(CLOCK_REALTIME);

    check(gettimeofday(&day, NULL) == 0, "gettimeofday");
    check(day.tv_sec - wall / NS_PER_S <= 1 && day.tv_sec >= wall / NS_PER_S, "agrees");
    check(wall / NS_PER_S > 1700000000, "the wall clock has been set");
    check(day.tv_usec >= 0 && day.tv_usec < 1000000, "microseconds are in range");
    check(day.tv_sec - time(NULL) <= 1 && time(NULL) - day.tv_sec <= 1, "time agrees");
}

static void check_sleeps(void)
{
    long long start = read_ns(CLOCK_MONOTONIC), end;
    struct timespec time;

    check(nanosleep(&(struct timespec){0, 20 * MS}, NULL) == 0, "a sleep");
    end = read_ns(CLOCK_MONOTONIC);
    check(end - start >= 20 * MS && end - start < 3 * NS_PER_S, "lasts");
    start = end;
    time = (struct timespec){(start + 15 * MS) / NS_PER_S, (start + 15 * MS) % NS_PER_S};
    check(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == 0, "until a moment");
    check(read_ns(CLOCK_MONOTONIC) >= start + 15 * MS, "that has come");
    check(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == 0, "that has gone by");
    start = read_ns(CLOCK_REALTIME);
    time = (struct timespec){(start + 5 * MS) / NS_PER_S, (start + 5 * MS) % NS_PER_S};
    check(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL) == 0, "of the wall clock");
    check(read_ns(CLOCK_REALTIME) >= start + 5 * MS, "that has come");
    check(nanosleep(&(struct timespec){0, NS_PER_S}, NULL) == -1 && errno == EINVAL, "bad time");
    check(nanosleep(&(struct timespec){-1, 0}, NULL) == -1 && errno == EINVAL, "negative time");
    check(usleep(0) == 0 && usleep(1000) == 0, "usleep");
}

static void on_alarm(int signo)
{
    (void)signo;
    alarms++;
}

static void *interrupt(void *arg)
{
    nanosleep(&(struct timespec){0, 20 * MS}, NULL);
    pthread_kill(*(pthread_t *)arg, SIGUSR1);
    return NULL;
}

static void check_interrupted(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    struct timespec left = {0};
    pthread_t self = pthread_self(), other;

    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&other, NULL, interrupt, &self);
    check(nanosleep(&(struct timespec){30, 0}, &left) == -1 && errno == EINTR, "a sleep disturbed");
    check(alarms == 1, "by a signal");
    check(left.tv_sec == 29 && left.tv_nsec > 0, "what is left of it is told");
    pthread_join(other, NULL);
}

// Many sleepers at once: they wake in the order of their times, not of their coming.
static int woken[4];
static int woken_count;

static void *sleeper(void *arg)
{
    int which = *(int *)arg;

    nanosleep(&(struct timespec){0, (4 - which) * 30 * MS}, NULL);
    woken[__atomic_fetch_add(&woken_count, 1, __ATOMIC_RELAXED)] = which;
    return NULL;
}

static void check_order(void)
{
    int which[4] = {0, 1, 2, 3};
    pthread_t thread[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&thread[i], NULL, sleeper, &which[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < 4; i++)
        check(woken[i] == 3 - i, "sleepers wake in the order of their times");
}

static void check_usage(void)
{
    struct rusage usage;
    struct tms ticks;
    struct timespec time;
    clockid_t clock_of_thread;

    check(getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_utime.tv_sec >= 0 && usage.ru_maxrss > 0,
          "getrusage");
    check(getrusage(RUSAGE_CHILDREN, &usage) == 0 && usage.ru_utime.tv_sec == 0, "no children");
    check(pthread_getcpuclockid(pthread_self(), &clock_of_thread) == 0 &&
              clock_gettime(clock_of_thread, &time) == 0,
          "pthread_getcpuclockid");
    check(times(&ticks) != (clock_t)-1 && ticks.tms_cutime == 0, "times");
    check(clock() != (clock_t)-1, "clock");
}

int main(void)
{
    check_clocks();
    check_wall();
    check_sleeps();
    check_interrupted();
    check_order();
    check_usage();
    printf(failures ? "failed: %d\n" : "ok\n", failures);
    return failures != 0;
}
