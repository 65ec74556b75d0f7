// SPDX-License-Identifier: BSD-2-Clause
// signals_timer.c: alarm, setitimer, and calls that they interrupt or restart. Prints one line per
// part, then "ok". The same on any Linux.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int alarms;
static volatile int word;

static void check(int right, const char *what)
{
    if (!right) {
        printf("FAILED: %s (%d alarms, errno %d)\n", what, alarms, errno);
        exit(1);
    }
}

static void on_alarm(int signo)
{
    (void)signo;
    alarms++;
    word = 1;
}

static void handle(int flags)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};

    sigaction(SIGALRM, &action, NULL);
    alarms = 0;
    word = 0;
}

static void in_ms(int value_ms, int interval_ms)
{
    struct itimerval timer = {.it_value.tv_usec = value_ms * 1000,
                              .it_interval.tv_usec = interval_ms * 1000};

    check(setitimer(ITIMER_REAL, &timer, NULL) == 0, "setitimer");
}

static double now_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void interrupted_sleep(void)
{
    struct timespec wanted = {20, 0}, left;
    double start = now_s();

    handle(SA_RESTART); // sleeps are never restarted
    in_ms(30, 0);
    check(nanosleep(&wanted, &left) == -1 && errno == EINTR && alarms == 1, "nanosleep ends");
    check(now_s() - start < 15 && left.tv_sec >= 5, "and says what is left");
    in_ms(30, 0);
    check(pause() == -1 && errno == EINTR && alarms == 2, "pause");
    puts("interrupted sleep");
}

static void remaining(void)
{
    struct itimerval timer;

    handle(0);
    check(alarm(50) == 0, "no alarm before");
    check(alarm(0) == 50, "alarm says what is left");
    check(alarm(0) == 0, "and is off then");
    alarm(100);
    getitimer(ITIMER_REAL, &timer);
    check(timer.it_value.tv_sec >= 90 && timer.it_value.tv_sec <= 100, "getitimer");
    alarm(1);
    pause();
    check(alarms == 1, "alarm");
    getitimer(ITIMER_REAL, &timer);
    check(timer.it_value.tv_sec == 0 && timer.it_value.tv_usec == 0, "once only");
    puts("remaining");
}

static void periodic(void)
{
    handle(0);
    in_ms(10, 10);
    while (alarms < 5)
        pause();
    in_ms(0, 0);
    puts("periodic");
}

// Between the calls of a loop that never blocks.
static void computing(void)
{
    double start = now_s();

    handle(0);
    in_ms(20, 0);
    while (alarms == 0 && now_s() - start < 20)
        getppid(); // a system call: now_s may be none
    check(alarms == 1, "an alarm while computing");
    puts("computing");
}

// The handler changes the word: a wait that starts again finds that and says EAGAIN.
static void restarted(void)
{
    handle(0);
    in_ms(30, 0);
    check(syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0) == -1 && errno == EINTR,
          "without SA_RESTART");
    handle(SA_RESTART);
    in_ms(30, 0);
    check(syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0) == -1 && errno == EAGAIN,
          "with SA_RESTART");
    check(alarms == 1, "its handler ran");
    puts("restarted");
}

// --- threads ---

static volatile int in_thread;
static pthread_t sleeper;

static void on_user(int signo)
{
    (void)signo;
    in_thread = pthread_equal(pthread_self(), sleeper) ? 1 : -1;
}

static void *sleep_long(void *result)
{
    struct timespec wanted = {20, 0};

    *(int *)result = nanosleep(&wanted, NULL) == -1 && errno == EINTR;
    return NULL;
}

static void other_thread(void)
{
    struct sigaction action = {.sa_handler = on_user};
    struct timespec moment = {0, 20000000};
    sigset_t set, old;
    int result = 0;

    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_create(&sleeper, NULL, sleep_long, &result);
    nanosleep(&moment, NULL);
    pthread_kill(sleeper, SIGUSR1);
    pthread_join(sleeper, NULL);
    check(result && in_thread == 1, "pthread_kill of a thread that sleeps");
    in_thread = result = 0;
    pthread_create(&sleeper, NULL, sleep_long, &result);
    nanosleep(&moment, NULL);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    kill(getpid(), SIGUSR1); // only the other lets it in
    pthread_join(sleeper, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    check(result && in_thread == 1, "kill finds the thread that does not block it");
    puts("other thread");
}

int main(void)
{
    interrupted_sleep();
    remaining();
    periodic();
    computing();
    restarted();
    other_thread();
    puts("ok");
    return 0;
}
