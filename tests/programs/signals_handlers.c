// SPDX-License-Identifier: BSD-2-Clause
// signals_handlers.c: exceptions and raised signals with handlers, masks and waits; no fork, no timer.
// Prints one line per part, then "ok". The same on any Linux.
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf escape;
static volatile int seen, seen_code, depth;
static void *volatile seen_address;
static volatile greg_t seen_trap;
static volatile int zero;

static void check(int right, const char *what)
{
    if (!right) {
        printf("FAILED: %s (signal %d, code %d, address %p, trap %d)\n", what, seen, seen_code,
               seen_address, (int)seen_trap);
        exit(1);
    }
}

static void note(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    check(signo == info->si_signo, "siginfo names the signal");
    seen = signo;
    seen_code = info->si_code;
    seen_address = info->si_addr;
    seen_trap = uc->uc_mcontext.gregs[REG_TRAPNO];
}

static void on_jump(int signo, siginfo_t *info, void *context)
{
    note(signo, info, context);
    siglongjmp(escape, signo);
}

static void on_count(int signo, siginfo_t *info, void *context)
{
    note(signo, info, context);
    depth++;
}

static void handle(int signo, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

    check(sigaction(signo, &action, NULL) == 0, "sigaction");
}

// --- exceptions, left by siglongjmp ---

static void null_read(void)
{
    __asm__ volatile("movl 0x10, %%eax" : : : "eax");
}

static void null_write(void)
{
    __asm__ volatile("movl $1, 0x18" : : : "memory");
}

static void code_write(void)
{
    __asm__ volatile("movb $0, (%0)" : : "r"(null_read) : "memory");
}

static void null_call(void)
{
    ((void (*)(void))(uintptr_t)zero)();
}

static void data_call(void)
{
    static char data[16] = {(char)0xc3};

    ((void (*)(void))(uintptr_t)data)();
}

static void divide(void)
{
    __asm__ volatile("xorl %%edx, %%edx; movl $7, %%eax; idivl %0" : : "r"(zero) : "eax", "edx");
}

static void undefined(void)
{
    __asm__ volatile("ud2");
}

static void not_canonical(void)
{
    __asm__ volatile("movq (%0), %%rax" : : "r"(0x8000000000000000ul) : "rax");
}

static void try(void (*cause)(void), int signo, int code, int trap, const char *what)
{
    for (int round = 0; round < 50; round++) {
        int caught;

        seen = 0;
        caught = sigsetjmp(escape, 1);
        if (caught == 0) {
            cause();
            check(0, what);
        }
        check(caught == signo && seen_code == code && seen_trap == trap, what);
    }
}

static void exceptions(void)
{
    sigset_t set;

    handle(SIGSEGV, on_jump, 0);
    handle(SIGFPE, on_jump, 0);
    handle(SIGILL, on_jump, 0);
    try(null_read, SIGSEGV, SEGV_MAPERR, 14, "null read");
    check(seen_address == (void *)0x10, "address of the null read");
    try(null_write, SIGSEGV, SEGV_MAPERR, 14, "null write");
    check(seen_address == (void *)0x18, "address of the null write");
    try(code_write, SIGSEGV, SEGV_ACCERR, 14, "write to code");
    check(seen_address == (void *)null_read, "address of the write to code");
    try(null_call, SIGSEGV, SEGV_MAPERR, 14, "null call");
    try(data_call, SIGSEGV, SEGV_ACCERR, 14, "execution of data");
    try(divide, SIGFPE, FPE_INTDIV, 0, "division by zero");
    check((char *)seen_address >= (char *)divide && (char *)seen_address < (char *)divide + 64,
          "address of the division");
    try(undefined, SIGILL, ILL_ILLOPN, 6, "undefined instruction");
    try(not_canonical, SIGSEGV, SI_KERNEL, 13, "address that is not canonical");
    check(seen_address == NULL, "no address of one that is not canonical");
    sigprocmask(SIG_BLOCK, NULL, &set);
    check(!sigismember(&set, SIGSEGV), "siglongjmp restores the mask");
    puts("exceptions");
}

// --- exceptions whose handler mends the cause ---

static volatile char *page;

static void on_protect(int signo, siginfo_t *info, void *context)
{
    note(signo, info, context);
    check(info->si_addr == page + 100, "address of the protected page");
    mprotect((void *)page, 4096, PROT_READ | PROT_WRITE);
    depth++;
}

// `int3` is one byte and reported behind it; `ud2` two, reported at it.
static void on_skip(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    note(signo, info, context);
    if (signo == SIGILL)
        uc->uc_mcontext.gregs[REG_RIP] += 2;
    uc->uc_mcontext.gregs[REG_RAX] = 4711;
    uc->uc_mcontext.gregs[REG_R13] += 1;
}

static void mended(void)
{
    long rax, r13 = 100, r14 = 200;

    page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    handle(SIGSEGV, on_protect, 0);
    depth = 0;
    page[100] = 42;
    check(depth == 1 && page[100] == 42, "the store happens after all");
    check(seen_code == SEGV_ACCERR, "code of the protected page");
    handle(SIGILL, on_skip, 0);
    handle(SIGTRAP, on_skip, 0);
    __asm__ volatile("movq %1, %%r13; movq %2, %%r14; ud2; int3; movq %%r13, %1; movq %%r14, %2"
                     : "=a"(rax), "+r"(r13), "+r"(r14)
                     :
                     : "r13", "r14", "memory");
    check(rax == 4711 && r13 == 102 && r14 == 200, "registers that the handler changed");
    check(seen == SIGTRAP && seen_code == SI_KERNEL, "breakpoint");
    puts("mended");
}

// --- raised ones ---

static void on_nested(int signo, siginfo_t *info, void *context)
{
    int before = depth++;

    note(signo, info, context);
    if (before < 3)
        raise(signo);
}

static volatile int order[8], order_count;

static void on_order(int signo, siginfo_t *info, void *context)
{
    note(signo, info, context);
    order[order_count++] = signo;
    if (signo == SIGUSR1)
        raise(SIGUSR2);
    order[order_count++] = -signo;
}

static void raised(void)
{
    struct sigaction action = {.sa_sigaction = on_order, .sa_flags = SA_SIGINFO};

    handle(SIGUSR1, on_count, 0);
    depth = 0;
    check(raise(SIGUSR1) == 0 && depth == 1 && seen_code == SI_TKILL, "raise");
    check(kill(getpid(), SIGUSR1) == 0 && depth == 2 && seen_code == SI_USER, "kill");
    check(kill(getpid(), 0) == 0, "kill with signal 0");
    check(kill(99999, SIGUSR1) == -1 && errno == ESRCH, "kill of another process");
    check(kill(getpid(), 65) == -1 && errno == EINVAL, "kill with no signal");
    handle(SIGUSR1, on_nested, SA_NODEFER);
    depth = 0;
    raise(SIGUSR1);
    check(depth == 4, "SA_NODEFER nests");
    handle(SIGUSR1, on_count, SA_RESETHAND);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &action);
    check(action.sa_handler == SIG_DFL, "SA_RESETHAND");
    action = (struct sigaction){.sa_sigaction = on_order, .sa_flags = SA_SIGINFO};
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, NULL);
    handle(SIGUSR2, on_order, 0);
    raise(SIGUSR1);
    check(order_count == 4 && order[0] == SIGUSR1 && order[1] == -SIGUSR1 && order[2] == SIGUSR2,
          "sa_mask defers");
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    raise(SIGCHLD);
    raise(SIGWINCH);
    check(sigaction(SIGKILL, &action, NULL) == -1 && errno == EINVAL, "SIGKILL has no handler");
    puts("raised");
}

// --- masks and waits ---

static void masks(void)
{
    sigset_t set, old, pending;
    struct timespec soon = {0, 1000000};
    siginfo_t info;
    int signo;

    handle(SIGUSR1, on_count, 0);
    handle(SIGUSR2, on_count, 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGKILL);
    sigprocmask(SIG_BLOCK, &set, &old);
    depth = 0;
    raise(SIGUSR1);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR2);
    sigpending(&pending);
    check(depth == 0 && sigismember(&pending, SIGUSR1) && sigismember(&pending, SIGUSR2),
          "pending");
    sigprocmask(SIG_BLOCK, NULL, &pending);
    check(!sigismember(&pending, SIGKILL), "SIGKILL is never blocked");
    sigprocmask(SIG_SETMASK, &old, NULL);
    check(depth == 2, "unblocked: each kind once");
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigfillset(&pending);
    sigdelset(&pending, SIGUSR1);
    check(sigsuspend(&pending) == -1 && errno == EINTR && depth == 3, "sigsuspend");
    raise(SIGUSR2);
    check(sigwait(&set, &signo) == 0 && signo == SIGUSR2 && depth == 3, "sigwait");
    check(sigtimedwait(&set, &info, &soon) == -1 && errno == EAGAIN, "sigtimedwait: nothing came");
    kill(getpid(), SIGUSR1);
    check(sigtimedwait(&set, &info, &soon) == SIGUSR1 && info.si_pid == getpid(), "sigtimedwait");
    raise(SIGUSR1);
    signal(SIGUSR1, SIG_IGN);
    sigpending(&pending);
    check(!sigismember(&pending, SIGUSR1), "SIG_IGN drops what is pending");
    sigprocmask(SIG_SETMASK, &old, NULL);
    check(depth == 3, "nothing is left");
    puts("masks");
}

int main(void)
{
    exceptions();
    mended();
    raised();
    masks();
    puts("ok");
    return 0;
}
