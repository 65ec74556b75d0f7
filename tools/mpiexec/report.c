// SPDX-License-Identifier: BSD-2-Clause
// report.c: sentences about the end of a job, and backtraces.
#include "report.h"
#include "abi/image.h"
#include "deadlock.h"
#include "say.h"
#include "symbols.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_VECTOR 256u
#define VECTOR_GENERAL_PROTECTION 13u
#define KERNEL_SPAN (16ull << 20) // addresses that may belong to the kernel

// --- backtraces ---

// kernel.elf is installed beside the tools: PREFIX/bin/mpiexec, PREFIX/lib/torito/kernel.elf.
static struct symbols *kernel_symbols(void)
{
    char path[PATH_MAX];
    ssize_t bytes = readlink("/proc/self/exe", path, sizeof path - 1);
    struct symbols *symbols;
    char *slash, *file;

    if (bytes <= 0)
        return NULL;
    path[bytes] = '\0';
    slash = strrchr(path, '/');
    *(slash != NULL ? slash : path) = '\0';
    file = need_format("%s/../lib/torito/kernel.elf", path);
    symbols = access(file, R_OK) == 0 ? symbols_open(file) : NULL;
    free(file);
    return symbols;
}

// A backtrace in the making: whose symbols were needed so far.
struct backtrace {
    const struct job_end *end;
    const struct plan_program *program;
    struct symbols *image, *kernel;
};

static void frame_say(struct backtrace *trace, uint32_t index)
{
    const struct job_end *end = trace->end;
    uint64_t address = end->frames[index],
             look = address - (index > 0); // into the call, not behind it
    uint64_t image_end = end->slot + trace->program->image.header->bss_end;
    bool in_kernel = look >= IMAGE_KERNEL_BASE && look < IMAGE_KERNEL_BASE + KERNEL_SPAN;
    bool in_image = end->slot != 0 && look >= end->slot && look < image_end;
    char *text = NULL, *line;

    if (in_kernel && trace->kernel == NULL)
        trace->kernel = kernel_symbols();
    if (in_image && trace->image == NULL)
        trace->image = symbols_open(trace->program->path);
    if (in_kernel && trace->kernel != NULL)
        text = symbols_describe(trace->kernel, look);
    else if (in_image && trace->image != NULL)
        text = symbols_describe(trace->image, look - end->slot);
    // In the image: the address addr2line and objdump know it by.
    line = need_format("  #%-2u 0x%012llx %s%s\n", index,
                       (unsigned long long)(in_image ? address - end->slot : address),
                       text != NULL ? text : "??", in_kernel ? " (kernel)" : "");
    say_raw(line, strlen(line));
    free(line);
    free(text);
}

static void backtrace_say(const struct job_end *end, const struct plan *plan)
{
    struct backtrace trace = {.end = end,
                              .program = &plan->program[plan->section[end->section].program]};

    for (uint32_t i = 0; i < end->frame_count; i++) {
        uint32_t same = i;

        frame_say(&trace, i);
        while (same + 1 < end->frame_count && end->frames[same + 1] == end->frames[i])
            same++; // a recursion
        if (same > i + 1) {
            char *line = need_format("  ... the same up to #%u\n", same);

            say_raw(line, strlen(line));
            free(line);
            i = same;
        }
    }
    symbols_close(trace.image);
    symbols_close(trace.kernel);
}

// --- a job that said how it ended ---

// "segmentation fault (SIGSEGV)", "integer division by zero (SIGFPE)"
static char *signal_text(const struct job_end *end)
{
    const char *known = end->signal < 65 ? sigdescr_np((int)end->signal) : NULL;
    const char *name = end->signal < 65 ? sigabbrev_np((int)end->signal) : NULL;
    char *text;

    if (name == NULL)
        return need_format("signal %u", end->signal);
    if (end->signal == SIGFPE && end->code == FPE_INTDIV)
        known = "integer division by zero";
    text = need_format("%s (SIG%s)", known, name);
    text[0] = (char)tolower((unsigned char)text[0]);
    return text;
}

static void core_say(const struct job_end *end, const struct plan *plan)
{
    if (end->core_file > 0)
        say("core file core.%u in %s; to look at it: gdb %s core.%u", end->rank,
            plan->section[end->section].cwd,
            plan->program[plan->section[end->section].program].path, end->rank);
    else if (end->core_file == -ENOSYS)
        say("no core file: the program has no files there");
    else if (end->core_file < 0)
        say("no core file: %s", strerror(-end->core_file));
}

static void signal_say(const struct job_end *end, const struct plan *plan)
{
    static const char *const access[] = {"reading", "writing", "executing"};
    bool fault = (end->signal == SIGSEGV || end->signal == SIGBUS) && end->vector != NO_VECTOR;
    char *what = signal_text(end), *where = NULL;

    if (fault && end->vector == VECTOR_GENERAL_PROTECTION)
        where = need(strdup(", at an address no memory can have or by a forbidden instruction"));
    else if (fault)
        where = need_format(" %s address 0x%llx", access[end->access % 3],
                            (unsigned long long)end->address);
    if (end->rank == JOB_NO_RANK)
        say("the job: %s%s", what, where != NULL ? where : "");
    else
        say("rank %u of %u (core %u): %s%s%s%s", end->rank, plan->ranks, end->core, what,
            where != NULL ? where : "", end->text[0] != '\0' ? ": " : "", end->text);
    backtrace_say(end, plan);
    core_say(end, plan);
    free(what);
    free(where);
}

static int job_end_say(const struct ending *ending, const struct plan *plan)
{
    const struct job_end *end = &ending->end;
    int status = (int)(end->status & 255);

    switch ((enum job_cause)end->cause) {
    case JOB_DONE:
        break;
    case JOB_EXIT:
        say("rank %u exited with status %d%s%s", end->rank, status,
            end->text[0] != '\0' ? ": " : "", end->text);
        break;
    case JOB_ABORT:
        if (end->text[0] != '\0') // MPI's own complaint
            say("rank %u of %u: %s", end->rank, plan->ranks, end->text);
        else
            say("rank %u of %u called MPI_Abort with status %d", end->rank, plan->ranks, status);
        backtrace_say(end, plan);
        break;
    case JOB_SIGNAL:
        if (end->signal != SIGPIPE) // its reader has left: the status says enough, as a shell's does
            signal_say(end, plan);
        status = status != 0 ? status : STATUS_SIGNAL + (int)(end->signal & 127);
        break;
    case JOB_STUCK:
        say("%s", end->text);
        waits_say(ending, plan);
        break;
    case JOB_PANIC:
        say("the kernel stopped on core %u: %s", end->core, end->text);
        backtrace_say(end, plan);
        status = status != 0 ? status : STATUS_HOST;
        break;
    default:
        say("the job ended for a reason mpiexec does not know (%u)", end->cause);
        status = STATUS_HOST;
    }
    return status;
}

// --- a machine that went without a word ---

static void console_say(const struct ending *ending)
{
    if (ending->console[0] == '\0' || say_verbose) // with -v it has been seen already
        return;
    say_raw(ending->console, strlen(ending->console));
    if (ending->console[strlen(ending->console) - 1] != '\n')
        say_raw("\n", 1);
}

static int died_say(const struct ending *ending, const struct plan *plan)
{
    const char *what = plan->machine == MACHINE_LINUX ? "the job's process" : "QEMU";
    int wait = ending->wait_status;

    if (strstr(ending->console, "cannot start ") == ending->console && !ending->booted) {
        say("%.*s", (int)strcspn(ending->console, "\n"), ending->console);
        return plan->machine == MACHINE_LINUX ? STATUS_NOT_IMAGE : STATUS_HOST;
    }
    if (WIFSIGNALED(wait)) {
        int number = WTERMSIG(wait);

        console_say(ending);
        say("%s was killed by signal %d (%s) before the job ended%s", what, number,
            sigdescr_np(number) != NULL ? sigdescr_np(number) : "unknown",
            number == SIGKILL ? "; was the host short of memory?" : "");
    } else if (!ending->booted && plan->machine != MACHINE_LINUX && WEXITSTATUS(wait) == 1) {
        say("%s", qemu_explain(ending->console));
    } else {
        console_say(ending);
        say("%s ended with status %d before the job had ended", what, WEXITSTATUS(wait));
    }
    return STATUS_HOST;
}

int report_ending(const struct ending *ending, const struct plan *plan)
{
    switch (ending->kind) {
    case ENDING_JOB:
        return job_end_say(ending, plan);
    case ENDING_TIMEOUT:
        say("timed out after %g s", plan->options->timeout_s);
        waits_say(ending, plan);
        return STATUS_TIMEOUT;
    case ENDING_SIGNAL:
        say_note("ended by signal %d (%s)", ending->signal, sigdescr_np(ending->signal));
        waits_say(ending, plan);
        return STATUS_SIGNAL + ending->signal;
    case ENDING_SINK:
        if (ending->sink->error == EPIPE)
            return STATUS_SIGNAL + SIGPIPE; // as any program whose reader has left
        say("cannot write %s: %s", ending->sink->name, strerror(ending->sink->error));
        return STATUS_HOST;
    case ENDING_DIED:
        break;
    }
    return died_say(ending, plan);
}

// --- timings ---

static double ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

void report_timings(const struct ending *ending, const struct plan *plan, const struct job *job,
                    const struct child *child)
{
    uint64_t khz = host_tsc_khz(plan->start);
    uint64_t boot = job->boot_tsc, main = job->main_tsc;
    uint64_t booted_ns = ending->booted_ns;

    say("%8.2f ms  mpiexec, until it started the machine", ms(child->started_ns - plan->start.ns));
    if (ending->booted && main > boot && khz != 0) {
        uint64_t kernel_ns = (uint64_t)((double)(main - boot) / (double)khz * 1e6);

        // A process reads the clock we read; a VM's starts with the VM, so there the end of the boot
        // is when we saw it.
        if (plan->machine == MACHINE_LINUX && main > plan->start.tsc)
            booted_ns =
                plan->start.ns + (uint64_t)((double)(main - plan->start.tsc) / (double)khz * 1e6);
        say("%8.2f ms  %s", ms(booted_ns - child->started_ns - kernel_ns),
            plan->machine == MACHINE_LINUX ? "Linux, until the kernel ran"
                                           : "QEMU and firmware, until the kernel ran");
        say("%8.2f ms  kernel, until the first rank ran", ms(kernel_ns));
    } else if (ending->booted) {
        say("%8.2f ms  machine and kernel, until the first rank ran",
            ms(booted_ns - child->started_ns));
    }
    if (ending->booted)
        say("%8.2f ms  program", ms(ending->ended_ns - booted_ns));
    say("%8.2f ms  in all", ms(ending->ended_ns - plan->start.ns));
}
