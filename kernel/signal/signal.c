// SPDX-License-Identifier: BSD-2-Clause
// signal.c: from a signal that is raised to its handler, its default action, or nothing.
#include "abi/job.h"
#include "kernel/io/io.h"
#include "kernel/signal/core.h"
#include "kernel/signal/deliver.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <asm/siginfo.h>
#include <asm/unistd_64.h>
#include <linux/futex.h>

static const uint64_t default_is_nothing =
    1ull << (SIGCHLD - 1) | 1ull << (SIGURG - 1) | 1ull << (SIGWINCH - 1) | 1ull << (SIGCONT - 1);
// Nobody could continue a rank that stopped.
static const uint64_t default_is_stop =
    1ull << (SIGSTOP - 1) | 1ull << (SIGTSTP - 1) | 1ull << (SIGTTIN - 1) | 1ull << (SIGTTOU - 1);

bool signal_ignored(struct rank *rank, int signo)
{
    uintptr_t handler = signal_action_of(rank, signo)->handler;

    return handler == (uintptr_t)SIG_IGN ||
           (handler == (uintptr_t)SIG_DFL &&
            ((default_is_nothing | default_is_stop) & signal_bit(signo)) != 0);
}

static bool blocks(const struct thread *thread, int signo)
{
    return (thread->sigmask & signal_bit(signo)) != 0;
}

// Who shall get a signal for the whole rank: the running thread, one that a wake brings to the way
// out of its system call, any other that does not block it; or NULL.
static struct thread *receiver(const struct rank *rank, int signo)
{
    struct thread *self = thread_self(), *found = NULL;

    for (struct thread *thread = rank->threads; thread; thread = thread->rank_next) {
        if (blocks(thread, signo))
            continue;
        if (thread == self)
            return self;
        if (!found || (thread->in_syscall && !found->in_syscall))
            found = thread;
    }
    return found;
}

static void wake(struct thread *thread)
{
    if (thread != thread_self())
        sched_wake(thread);
}

static void raise_ignored(struct rank *rank, int signo)
{
    if ((default_is_stop & signal_bit(signo)) &&
        signal_action_of(rank, signo)->handler == (uintptr_t)SIG_DFL)
        io_note(rank, "signal %d would stop the rank for ever; it is ignored", signo);
}

void signal_raise(struct rank *rank, struct thread *thread, const struct signal_info *info)
{
    struct thread *target = thread ? thread : receiver(rank, info->signo);
    bool blocked = !target || blocks(target, info->signo);

    if (!blocked && signal_ignored(rank, info->signo)) { // a blocked one stays: its action may change
        raise_ignored(rank, info->signo);
        return;
    }
    *(thread ? &thread->sigpending : &rank->sigpending) |= signal_bit(info->signo);
    rank->sigcode[info->signo - 1] = info->code;
    if (target) {
        wake(target); // even if it blocks the signal: it may be in rt_sigtimedwait
        return;
    }
    for (struct thread *any = rank->threads; any; any = any->rank_next)
        wake(any);
}

bool signal_take(struct thread *thread, uint64_t set, struct signal_info *info)
{
    uint64_t *from = thread->sigpending & set ? &thread->sigpending : &thread->rank->sigpending;

    if (!(*from & set))
        return false;
    info->signo = __builtin_ctzll(*from & set) + 1;
    info->code = thread->rank->sigcode[info->signo - 1];
    info->address = 0;
    info->vector = SIGNAL_NO_VECTOR;
    info->access = 0;
    *from &= ~signal_bit(info->signo);
    return true;
}

bool signal_enter(struct thread *thread, struct regs *regs, const struct signal_info *info,
                  uint64_t mask)
{
    struct signal_action *action = signal_action_of(thread->rank, info->signo);

    if (!frame_push(thread, regs, info, action, mask))
        return false;
    thread->sigmask |= action->mask;
    if (!(action->flags & SA_NODEFER))
        thread->sigmask |= signal_bit(info->signo);
    thread->sigmask &= ~SIGNALS_UNBLOCKABLE;
    if (action->flags & SA_RESETHAND)
        action->handler = (uintptr_t)SIG_DFL;
    return true;
}

// Calls that Linux starts again after a handler with SA_RESTART (signal(7)): not those that measure
// time, not those that wait for a signal.
static bool call_restarts(uint64_t nr, const struct regs *regs)
{
    int command;

    switch (nr) {
    case __NR_read:
    case __NR_readv:
    case __NR_pread64:
    case __NR_preadv:
    case __NR_write:
    case __NR_writev:
    case __NR_pwrite64:
    case __NR_pwritev:
    case __NR_open:
    case __NR_openat:
    case __NR_ioctl:
    case __NR_fcntl:
    case __NR_flock:
    case __NR_connect:
    case __NR_accept:
    case __NR_accept4:
    case __NR_sendto:
    case __NR_recvfrom:
    case __NR_sendmsg:
    case __NR_recvmsg:
    case __NR_wait4:
    case __NR_waitid:
    case __NR_getrandom:
        return true;
    case __NR_futex:
        command = (int)regs->rsi & FUTEX_CMD_MASK;
        return (command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET) || regs->r10 == 0; // time-out
    default:
        return false;
    }
}

// Before a handler runs: makes an interrupted call happen again behind it, if it should.
static void restart(struct regs *regs, const struct signal_action *action)
{
    uint64_t nr = regs->vector;

    if (nr == (uint64_t)REGS_FULL_RESTORE || (int64_t)regs->rax != -EINTR ||
        !(action->flags & SA_RESTART) || !call_restarts(nr, regs))
        return;
    regs->rip -= 2; // the `syscall` instruction
    regs->rax = nr;
}

static void deliver_pending(struct thread *self, struct regs *regs)
{
    struct signal_info info;

    while (signal_take(self, ~self->sigmask, &info)) { // each round takes one of the pending
        uint64_t mask = self->sigmask_kept ? self->sigmask_own : self->sigmask;

        if (signal_ignored(self->rank, info.signo))
            continue;
        if (signal_action_of(self->rank, info.signo)->handler == (uintptr_t)SIG_DFL)
            signal_fatal(regs, &info, NULL);
        restart(regs, signal_action_of(self->rank, info.signo));
        if (!signal_enter(self, regs, &info, mask)) {
            info.signo = SIGSEGV;
            info.code = SI_KERNEL;
            signal_fatal(regs, &info, "no room on the stack for a signal handler's frame");
        }
        self->sigmask_kept = false; // the handler's return restores the thread's own
    }
    if (self->sigmask_kept) {
        self->sigmask = self->sigmask_own;
        self->sigmask_kept = false;
    }
}

void signal_deliver(struct regs *regs)
{
    struct thread *self = thread_self();

    if (job_region)
        launcher_check(self->rank);
    if (self->rank->alarm_ns)
        timer_check(self->rank);
    if (self->sigmask_kept || ((self->sigpending | self->rank->sigpending) & ~self->sigmask))
        deliver_pending(self, regs);
}

void signal_mask_for_call(struct thread *self, uint64_t mask)
{
    self->sigmask_own = self->sigmask;
    self->sigmask_kept = true;
    self->sigmask = mask & ~SIGNALS_UNBLOCKABLE;
}

void signal_fatal(const struct regs *regs, const struct signal_info *info, const char *text)
{
    const struct thread *self = thread_self();
    const struct rank *rank = self->rank;
    struct job_end end = {.cause = JOB_SIGNAL,
                          .rank = rank->index,
                          .core = self->core,
                          .status = 128 + (uint32_t)info->signo,
                          .signal = (uint32_t)info->signo,
                          .code = (uint32_t)info->code,
                          .vector = info->vector,
                          .access = info->access,
                          .address = info->address,
                          .slot = rank->slot.memory.base,
                          .thread = self->tid,
                          .section = rank->section};

    if (text)
        format(end.text, sizeof end.text, "%s", text);
    end.frame_count = unwind(rank, regs, end.frames, JOB_FRAMES_MAX);
    if (job_region && job_region->flags & JOB_CORE)
        core_end(&end, regs, info);
    job_end(&end);
}
