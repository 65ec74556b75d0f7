// SPDX-License-Identifier: BSD-2-Clause
// crash.c: says why a job ended, for runs without a launcher: one sentence, then the calls that led
// there.
//
// Machine linux reads the names from the running image's own symbol table; elsewhere the offsets are
// for `addr2line -f -e IMAGE`.
#include "kernel/rank/rank.h"
#include "kernel/signal/signal.h"
#include "kernel/signal/symbols.h"
#include "lib/lib.h"
#include <asm/siginfo.h>
#include <linux/signal.h>

static const struct {
    const char *name, *text;
} signals[] = {
    [SIGHUP] = {"SIGHUP", "hang-up"},
    [SIGINT] = {"SIGINT", "interrupted"},
    [SIGQUIT] = {"SIGQUIT", "quit"},
    [SIGILL] = {"SIGILL", "illegal instruction"},
    [SIGTRAP] = {"SIGTRAP", "breakpoint or trace trap"},
    [SIGABRT] = {"SIGABRT", "aborted"},
    [SIGBUS] = {"SIGBUS", "bus error"},
    [SIGFPE] = {"SIGFPE", "arithmetic error"},
    [SIGKILL] = {"SIGKILL", "killed"},
    [SIGUSR1] = {"SIGUSR1", "user signal 1"},
    [SIGSEGV] = {"SIGSEGV", "segmentation fault"},
    [SIGUSR2] = {"SIGUSR2", "user signal 2"},
    [SIGPIPE] = {"SIGPIPE", "write to a closed pipe"},
    [SIGALRM] = {"SIGALRM", "alarm clock"},
    [SIGTERM] = {"SIGTERM", "terminated"},
    [SIGXCPU] = {"SIGXCPU", "CPU time limit"},
    [SIGXFSZ] = {"SIGXFSZ", "file size limit"},
    [SIGSYS] = {"SIGSYS", "bad system call"},
};

static void print(const char *text, int bytes, size_t size)
{
    machine->console_write(2, text, (size_t)bytes < size ? (size_t)bytes : size - 1);
}

static const char *fpe_text(uint32_t code)
{
    switch (code) {
    case FPE_INTDIV:
        return "integer division by zero";
    case FPE_FLTDIV:
        return "floating-point division by zero";
    case FPE_FLTOVF:
        return "floating-point overflow";
    case FPE_FLTUND:
        return "floating-point underflow";
    case FPE_FLTRES:
        return "inexact floating-point result";
    case FPE_FLTINV:
        return "invalid floating-point operation";
    default:
        return signals[SIGFPE].text;
    }
}

// "segmentation fault (SIGSEGV)"
static int put_signal(char *to, size_t size, const struct job_end *end)
{
    uint32_t n = end->signal;

    if (n >= sizeof signals / sizeof signals[0] || !signals[n].name)
        return format(to, size, "signal %u", n);
    return format(to, size, "%s (%s)", n == SIGFPE ? fpe_text(end->code) : signals[n].text,
                  signals[n].name);
}

static void print_signal(const struct job_end *end)
{
    static const char *const access[] = {"reading", "writing", "executing"};
    char line[640];
    int at = format(line, sizeof line, "torito: rank %u of %u (core %u): ", end->rank, rank_count,
                    end->core);

    at += put_signal(line + at, sizeof line - (size_t)at, end);
    if (end->vector == 14 && end->access < 3)
        at += format(line + at, sizeof line - (size_t)at, " %s address 0x%lx", access[end->access],
                     end->address);
    if (end->text[0])
        at += format(line + at, sizeof line - (size_t)at, ": %s", end->text);
    at += format(line + at, sizeof line - (size_t)at, "\n");
    print(line, at, sizeof line);
}

// Recursion repeats a frame: it is printed once, with how often.
static void print_frames(const struct job_end *end)
{
    struct symbol symbol[JOB_FRAMES_MAX];

    for (uint32_t i = 0; i < end->frame_count; i++)
        symbol[i] = (struct symbol){.addr = end->frames[i] - end->slot};
    symbols_find(symbol, end->frame_count);
    for (uint32_t i = 0, next; i < end->frame_count; i = next) {
        char line[256];
        int at = format(line, sizeof line, "  #%u 0x%lx ", i, end->frames[i]);

        if (symbol[i].name[0])
            at += format(line + at, sizeof line - (size_t)at, "%s+0x%lx", symbol[i].name,
                         symbol[i].addr - symbol[i].start);
        else if (symbol[i].addr < IMAGE_DIRECT_BASE) // not a wild jump
            at += format(line + at, sizeof line - (size_t)at, "image+0x%lx", symbol[i].addr);
        else
            at += format(line + at, sizeof line - (size_t)at, "outside the image");
        for (next = i + 1; next < end->frame_count && end->frames[next] == end->frames[i];)
            next++;
        if (next > i + 1)
            at += format(line + at, sizeof line - (size_t)at, ", %u times", next - i);
        at += format(line + at, sizeof line - (size_t)at, "\n");
        print(line, at, sizeof line);
    }
}

// "MPI_Recv" if that is the function the user has called: the outermost of MPI's.
static const char *wait_call(const struct symbol symbol[], uint32_t count, uint32_t *caller)
{
    *caller = count;
    for (uint32_t i = count; i-- > 0;) {
        const char *name = symbol[i].name + (symbol[i].name[0] == 'P');

        if (strncmp(name, "MPI_", 4) == 0) {
            *caller = i + 1;
            return name;
        }
    }
    return "a call of MPI";
}

void crash_print_wait(const struct job_wait *wait)
{
    struct symbol symbol[JOB_WAIT_FRAMES_MAX];
    uint32_t caller;
    const char *call;
    char line[512];
    int at = format(line, sizeof line, "  rank %u ", wait->rank);

    for (uint32_t i = 0; i < wait->frame_count; i++)
        symbol[i] = (struct symbol){.addr = wait->frames[i] - wait->slot};
    symbols_find(symbol, wait->frame_count);
    call = wait_call(symbol, wait->frame_count, &caller);
    if (wait->kind == JOB_WAIT_ENDED)
        at += format(line + at, sizeof line - (size_t)at, "has ended");
    else if (wait->kind == JOB_WAIT_THREAD)
        at += format(line + at, sizeof line - (size_t)at, "waits for another of its threads");
    else if (wait->kind == JOB_WAIT_MESSAGE)
        at += format(line + at, sizeof line - (size_t)at, "has not received %s", wait->text);
    else
        at += format(line + at, sizeof line - (size_t)at, "waits in %s(%s)", call, wait->text);
    if (wait->kind == JOB_WAIT_MPI && caller < wait->frame_count)
        at += format(line + at, sizeof line - (size_t)at, ", called from %s+0x%lx",
                     symbol[caller].name[0] ? symbol[caller].name : "image",
                     symbol[caller].addr - symbol[caller].start);
    at += format(line + at, sizeof line - (size_t)at, "\n");
    print(line, at, sizeof line);
}

void crash_print(const struct job_end *end)
{
    char line[512];
    int at;

    switch (end->cause) {
    case JOB_ABORT:
        if (end->text[0])
            at = format(line, sizeof line, "torito: rank %u of %u: %s\n", end->rank, rank_count,
                        end->text);
        else
            at = format(line, sizeof line, "torito: rank %u of %u called MPI_Abort with status %u\n",
                        end->rank, rank_count, end->status);
        print(line, at, sizeof line);
        break;
    case JOB_SIGNAL:
        if (end->signal == SIGPIPE) // the reader has seen enough: `./program | head -n 1`
            break;
        print_signal(end);
        print_frames(end);
        break;
    case JOB_PANIC:
    case JOB_STUCK:
        at = format(line, sizeof line, "torito: %s\n", end->text);
        print(line, at, sizeof line);
        break;
    default: // JOB_DONE, JOB_EXIT: the exit status says it
        break;
    }
}
