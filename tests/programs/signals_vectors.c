// SPDX-License-Identifier: BSD-2-Clause
// signals_vectors.c: floating-point and vector state across handlers, and x87 exceptions.
// Prints one line per part, then "ok". The same on any Linux.
#define _GNU_SOURCE
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int handled;
static volatile uint32_t mxcsr_in_handler;
static volatile uint16_t control_in_handler;
static sigjmp_buf escape;
static volatile int seen_code;

static void check(int right, const char *what)
{
    if (!right) {
        printf("FAILED: %s (code %d, mxcsr %x, control %x)\n", what, seen_code, mxcsr_in_handler,
               control_in_handler);
        exit(1);
    }
}

// Overwrites every vector register that there is, and the modes.
static void on_signal(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    uint32_t mxcsr = 0x7f80;
    uint16_t control = 0x0c7f;

    (void)signo, (void)info;
    __asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(mxcsr_in_handler), "=m"(control_in_handler));
    __asm__ volatile("pxor %%xmm0, %%xmm0; pxor %%xmm1, %%xmm1; pxor %%xmm7, %%xmm7;"
                     "pxor %%xmm8, %%xmm8; pxor %%xmm15, %%xmm15;"
                     "fldz; fldz; fldz; ldmxcsr %0; fldcw %1"
                     :
                     : "m"(mxcsr), "m"(control)
                     : "xmm0", "xmm1", "xmm7", "xmm8", "xmm15");
    if (__builtin_cpu_supports("avx"))
        __asm__ volatile("vzeroall" : : : "memory");
    check(uc->uc_mcontext.fpregs != NULL, "the frame has the vector state");
    handled++;
}

struct state {
    unsigned char vector[16][32];
    uint32_t mxcsr;
    uint16_t control, unused;
    double x87;
};

// Loads the state, raises the signal by a system call, stores the state: all in one statement, so that
// the compiler uses no register in between.
static void through(const struct state *in, struct state *out, int wide)
{
    long pid = getpid(), tid = syscall(SYS_gettid);

    if (wide)
        __asm__ volatile("vmovdqu (%0), %%ymm0; vmovdqu 32(%0), %%ymm1; vmovdqu 480(%0), %%ymm15"
                         :
                         : "r"(in)
                         : "memory");
    else
        __asm__ volatile("movdqu (%0), %%xmm0; movdqu 32(%0), %%xmm1; movdqu 480(%0), %%xmm15"
                         :
                         : "r"(in)
                         : "memory");
    __asm__ volatile("ldmxcsr 512(%[in]); fldcw 516(%[in]); fldl 520(%[in])\n\t"
                     "syscall\n\t"
                     "stmxcsr 512(%[out]); fnstcw 516(%[out]); fstpl 520(%[out])"
                     :
                     : [in] "r"(in), [out] "r"(out), "a"((long)SYS_tgkill), "D"(pid), "S"(tid),
                       "d"((long)SIGUSR1)
                     : "rcx", "r11", "memory");
    if (wide)
        __asm__ volatile(
            "vmovdqu %%ymm0, (%0); vmovdqu %%ymm1, 32(%0); vmovdqu %%ymm15, 480(%0); vzeroupper"
            :
            : "r"(out)
            : "memory");
    else
        __asm__ volatile("movdqu %%xmm0, (%0); movdqu %%xmm1, 32(%0); movdqu %%xmm15, 480(%0)"
                         :
                         : "r"(out)
                         : "memory");
}

static void kept(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    int wide = __builtin_cpu_supports("avx");
    struct state in, out;

    sigaction(SIGUSR1, &action, NULL);
    memset(&in, 0, sizeof in);
    for (int r = 0; r < 16; r++)
        for (int i = 0; i < (wide ? 32 : 16); i++)
            in.vector[r][i] = (unsigned char)(16 * r + i + 1);
    memset(in.vector[2], 0, sizeof in.vector[0] * 13); // only 0, 1 and 15 are looked at
    in.mxcsr = 0x3fa0;                                 // round down, one flag up
    in.control = 0x077f;
    in.x87 = 1234.5678;
    memset(&out, 0, sizeof out);
    through(&in, &out, wide);
    check(handled == 1, "the handler ran");
    check(memcmp(&in, &out, sizeof in) == 0, "the state is as it was");
    check(mxcsr_in_handler == 0x1f80 && control_in_handler == 0x037f, "the handler starts afresh");
    fesetenv(FE_DFL_ENV);
    puts("kept");
}

// The handler changes the interrupted code's xmm0 through its context.
static void on_change(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    double value = 2.5;

    (void)signo, (void)info;
    memcpy(&uc->uc_mcontext.fpregs->_xmm[0], &value, sizeof value);
    uc->uc_mcontext.gregs[REG_RIP] += 2; // behind ud2
}

static void changed(void)
{
    struct sigaction action = {.sa_sigaction = on_change, .sa_flags = SA_SIGINFO};
    double value = 1.0;

    sigaction(SIGILL, &action, NULL);
    __asm__ volatile("movsd %0, %%xmm0; ud2; movsd %%xmm0, %0" : "+m"(value) : : "xmm0");
    check(value == 2.5, "a handler changes a register");
    puts("changed");
}

static void on_fpe(int signo, siginfo_t *info, void *context)
{
    (void)context;
    seen_code = info->si_code;
    siglongjmp(escape, signo);
}

static void x87(void)
{
    struct sigaction action = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO};

    volatile long double x = 1, y = 0, z;

    sigaction(SIGFPE, &action, NULL);
    seen_code = 0;
    if (sigsetjmp(escape, 1) == 0) {
        feclearexcept(FE_ALL_EXCEPT);
        feenableexcept(FE_DIVBYZERO);
        z = x / y;
        (void)z;
        __asm__ volatile("fwait");
        check(0, "x87 division by zero");
    }
    fesetenv(FE_DFL_ENV);
    check(seen_code == FPE_FLTDIV, "x87 division by zero");
    puts("x87 exception");
}

int main(void)
{
    kept();
    changed();
    x87();
    puts("ok");
    return 0;
}
