// SPDX-License-Identifier: BSD-2-Clause
// signals_fatal.c KIND: dies of a signal that nobody handles, through functions of known names. The
// caller checks the status (128 + signal under mpiexec) and what is said about it.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int zero, last = -1;
static char *volatile nowhere;
static volatile char sink;

static __attribute__((noinline)) void fatal_null(void)
{
    *nowhere = 1;
}

static __attribute__((noinline)) void fatal_read(void)
{
    sink = *nowhere;
}

static __attribute__((noinline)) void fatal_call(void)
{
    ((void (*)(void))nowhere)();
    sink = 1;
}

static __attribute__((noinline)) void fatal_constant(void)
{
    static const char text[] = "constant";

    *(volatile char *)text = 'C';
}

static __attribute__((noinline)) void fatal_data(void)
{
    static char data[16] = {(char)0xc3};

    ((void (*)(void))data)();
    sink = 1;
}

static __attribute__((noinline)) void fatal_divide(void)
{
    __asm__ volatile("xorl %%edx, %%edx; movl $7, %%eax; idivl %0" : : "r"(zero) : "eax", "edx");
}

static __attribute__((noinline)) int fatal_overflow(int n)
{
    volatile char room[1000];

    room[n % 1000] = (char)n;
    sink = room[n % 1000];
    return n == last ? 0 : fatal_overflow(n + 1) + room[n % 1000];
}

static void *overflow_thread(void *unused)
{
    sink = (char)fatal_overflow(0);
    return unused;
}

static void in_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, overflow_thread, NULL);
    pthread_join(thread, NULL);
}

static void on_signal(int signo)
{
    (void)signo;
    fatal_null();
}

static void in_handler(void)
{
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
}

static void blocked(void)
{
    sigset_t set;

    sigfillset(&set);
    signal(SIGSEGV, on_signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fatal_null();
}

// The flags of the program must not be the kernel's: every instruction traps, system calls included.
static void single_step(void)
{
    __asm__ volatile("subq $128, %%rsp; pushfq; orq $0x100, (%%rsp); popfq; nop; addq $128, %%rsp"
                     :
                     :
                     : "memory", "cc");
}

static volatile int steps;

static void on_step(int signo)
{
    (void)signo;
    steps++;
}

// Steps over a system call, then switches stepping off.
static void stepped(void)
{
    long pid;

    signal(SIGTRAP, on_step);
    __asm__ volatile(
        "subq $128, %%rsp; pushfq; orq $0x100, (%%rsp); popfq; movl $39, %%eax; syscall;"
        "pushfq; andq $~0x100, (%%rsp); popfq; addq $128, %%rsp"
        : "=a"(pid)
        :
        : "rcx", "r11", "memory", "cc");
    if (pid == getpid() && steps >= 4)
        exit(0);
}

int main(int argc, char *argv[])
{
    const char *kind = argc > 1 ? argv[1] : "";

    puts("before");
    fflush(stdout);
    if (strcmp(kind, "null") == 0)
        fatal_null();
    else if (strcmp(kind, "read") == 0)
        fatal_read();
    else if (strcmp(kind, "call") == 0)
        fatal_call();
    else if (strcmp(kind, "constant") == 0)
        fatal_constant();
    else if (strcmp(kind, "data") == 0)
        fatal_data();
    else if (strcmp(kind, "divide") == 0)
        fatal_divide();
    else if (strcmp(kind, "overflow") == 0)
        sink = (char)fatal_overflow(0);
    else if (strcmp(kind, "thread") == 0)
        in_thread();
    else if (strcmp(kind, "handler") == 0)
        in_handler();
    else if (strcmp(kind, "blocked") == 0)
        blocked();
    else if (strcmp(kind, "step") == 0)
        single_step();
    else if (strcmp(kind, "stepped") == 0)
        stepped();
    else if (strcmp(kind, "abort") == 0)
        abort();
    else if (strcmp(kind, "term") == 0)
        raise(SIGTERM);
    else if (strcmp(kind, "kill") == 0)
        kill(getpid(), SIGKILL);
    puts("alive");
    return 1;
}
