// SPDX-License-Identifier: BSD-2-Clause
// signals_stack.c: alternate signal stacks, and recovery from a stack overflow on one, in the main
// thread and in another. Prints one line per part, then "ok". The same on any Linux.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALTERNATE_BYTES 32768

static __thread sigjmp_buf escape;
static __thread char *alternate;
static __thread volatile int on_alternate;

static void check(int right, const char *what)
{
    if (!right) {
        printf("FAILED: %s\n", what);
        exit(1);
    }
}

static int is_alternate(const void *here)
{
    return (const char *)here >= alternate && (const char *)here < alternate + ALTERNATE_BYTES;
}

static void on_overflow(int signo, siginfo_t *info, void *context)
{
    char here;

    (void)signo, (void)info, (void)context;
    on_alternate = is_alternate(&here);
    siglongjmp(escape, 1);
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
    const ucontext_t *uc = context;
    stack_t stack;
    char here;

    (void)signo, (void)info;
    on_alternate = is_alternate(&here);
    sigaltstack(NULL, &stack);
    check((stack.ss_flags == SS_ONSTACK) == on_alternate, "sigaltstack says where it is");
    if (on_alternate) {
        check(uc->uc_stack.ss_sp == alternate, "the frame names the stack");
        check(sigaltstack(&stack, NULL) == -1 && errno == EPERM, "no change while it is in use");
    }
}

static volatile char sink;
static volatile int last = -1;

static __attribute__((noinline)) int deeper(int n)
{
    volatile char room[4000];

    room[n % 4000] = (char)n;
    sink = room[n % 4000];
    return n == last ? 0 : deeper(n + 1) + room[n % 4000];
}

static void overflow(void)
{
    struct sigaction action = {.sa_sigaction = on_overflow, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    sigaction(SIGSEGV, &action, NULL);
    for (int round = 0; round < 3; round++) {
        on_alternate = 0;
        if (sigsetjmp(escape, 1) == 0) {
            deeper(0);
            check(0, "an endless recursion ended");
        }
        check(on_alternate, "the overflow is handled on the alternate stack");
    }
}

static void alternate_set(void)
{
    stack_t stack = {.ss_size = ALTERNATE_BYTES}, old;

    alternate = malloc(ALTERNATE_BYTES);
    stack.ss_sp = alternate;
    check(sigaltstack(&stack, &old) == 0, "sigaltstack");
    check(old.ss_flags == SS_DISABLE, "there was none before");
    stack.ss_size = 100;
    check(sigaltstack(&stack, NULL) == -1 && errno == ENOMEM, "one that is too small");
}

static void flags(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t none = {.ss_flags = SS_DISABLE};

    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    check(on_alternate == 1, "SA_ONSTACK");
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    check(on_alternate == 0, "without SA_ONSTACK");
    check(sigaltstack(&none, NULL) == 0, "off again");
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    check(on_alternate == 0, "SA_ONSTACK without a stack");
}

static void *thread(void *unused)
{
    alternate_set();
    overflow();
    return unused;
}

int main(void)
{
    pthread_t other;

    alternate_set();
    overflow();
    puts("overflow in the main thread");
    pthread_create(&other, NULL, thread, NULL);
    pthread_join(other, NULL);
    puts("overflow in a thread");
    flags();
    puts("flags");
    puts("ok");
    return 0;
}
