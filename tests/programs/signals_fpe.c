// SPDX-License-Identifier: BSD-2-Clause
// signals_fpe.c: SSE's floating-point exceptions and their codes. Prints one line, then "ok". The same
// on any Linux; QEMU's emulation (TCG) never raises them.
#define _GNU_SOURCE
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static sigjmp_buf escape;
static volatile int seen_code;

static void check(int right, const char *what)
{
    if (!right) {
        printf("FAILED: %s (code %d)\n", what, seen_code);
        exit(1);
    }
}

static void on_fpe(int signo, siginfo_t *info, void *context)
{
    (void)context;
    seen_code = info->si_code;
    siglongjmp(escape, signo);
}

static void fpe(int exception, double a, double b, int code, const char *what)
{
    volatile double x = a, y = b, z;

    for (int round = 0; round < 10; round++) {
        seen_code = 0;
        if (sigsetjmp(escape, 1) == 0) {
            feclearexcept(FE_ALL_EXCEPT);
            feenableexcept(exception);
            z = exception == FE_OVERFLOW || exception == FE_UNDERFLOW ? x * y : x / y;
            (void)z;
            check(0, what);
        }
        fesetenv(FE_DFL_ENV);
        check(seen_code == code, what);
    }
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO};

    sigaction(SIGFPE, &action, NULL);
    fpe(FE_DIVBYZERO, 1, 0, FPE_FLTDIV, "division by zero");
    fpe(FE_INVALID, 0, 0, FPE_FLTINV, "invalid operation");
    fpe(FE_OVERFLOW, 1e300, 1e300, FPE_FLTOVF, "overflow");
    fpe(FE_UNDERFLOW, 1e-300, 1e-300, FPE_FLTUND, "underflow");
    fpe(FE_INEXACT, 1, 3, FPE_FLTRES, "inexact result");
    puts("exceptions");
    puts("ok");
    return 0;
}
