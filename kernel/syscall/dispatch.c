// SPDX-License-Identifier: BSD-2-Clause
// dispatch.c: from the entry code to a handler and back.
#include "kernel/io/io.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/calls.h"
#include "kernel/syscall/strace.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <asm/unistd_64.h>

// A thread that calls the kernel in a loop without ever blocking (a clock, say) lets the others of
// its core run once in so many calls.
#define CALLS_PER_TURN 64

static const struct syscall nameless = {.loud = true}; // strace_format shows its number

// Says once per rank and call that something a program may count on is not there.
static void refusal_say(struct rank *rank, const struct syscall *call, uint64_t nr)
{
    uint64_t index = nr == __NR_clone3 ? __NR_clone : nr; // libcs try one, then the other
    uint8_t *said = &rank->enosys_said[index % SYSCALL_MAX / 8];
    uint8_t bit = (uint8_t)(1u << index % 8);

    if (*said & bit)
        return;
    *said |= bit;
    if (nr == __NR_clone || nr == __NR_clone3) // how fork, system and posix_spawn arrive
        io_note(rank, "%s of a new process is not available here (ENOSYS): a rank is one process",
                call->name);
    else if (call->name)
        io_note(rank, "%s is not available here (ENOSYS)", call->name);
    else
        io_note(rank, "system call %lu is not available here (ENOSYS)", nr);
}

static bool returns(uint64_t nr)
{
    return nr != __NR_exit && nr != __NR_exit_group && nr != __NR_rt_sigreturn;
}

static long call_run(struct thread *self, const struct syscall *call, uint64_t nr,
                     const uint64_t arg[6])
{
    long result = -ENOSYS;

    if (syscall_trace && !returns(nr))
        strace_print(self, call, nr, arg, STRACE_NO_RESULT);
    if (call->handler)
        result = call->handler(self, arg);
    if (result == -ENOSYS && call->loud)
        refusal_say(self->rank, call, nr);
    if (syscall_trace && returns(nr))
        strace_print(self, call, nr, arg, result);
    return result;
}

void kernel_syscall(struct regs *regs)
{
    struct thread *self = thread_self();
    const uint64_t nr = regs->rax;
    const uint64_t arg[6] = {regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9};
    const struct syscall *call = &nameless;
    long result;

    if (nr < SYSCALL_MAX && syscall_table[nr].name)
        call = &syscall_table[nr];
    self->in_syscall = true;
    self->regs = regs;
    if (++self->calls % CALLS_PER_TURN == 0)
        sched_yield();
    result = call_run(self, call, nr, arg);
    if (nr != __NR_rt_sigreturn) // that one has replaced all registers
        regs->rax = (uint64_t)result;
    signal_deliver(regs);
    self->regs = NULL;
    self->in_syscall = false;
}
