// SPDX-License-Identifier: BSD-2-Clause
// calls.c: the system calls about signals.
//
// A rank is a process without others: its process group and session are itself, and every other
// process id is nobody's.
#include "kernel/signal/deliver.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <asm/siginfo.h>
#include <linux/time_types.h>

#define SIGSET_BYTES 8 // the one size Linux accepts
#define NS_PER_S 1000000000ull

static bool readable(uint64_t addr, size_t bytes)
{
    return slot_check(addr, bytes, PROT_R);
}

static bool writable(uint64_t addr, size_t bytes)
{
    return slot_check(addr, bytes, PROT_R | PROT_W);
}

static bool valid(uint64_t signo)
{
    return signo >= 1 && signo <= SIGNALS_MAX;
}

// rt_sigaction(signo, new, old, size)
long sys_rt_sigaction(struct thread *self, const uint64_t arg[6])
{
    struct rank *rank = self->rank;
    struct signal_action next, *action;
    int signo = (int)arg[0];

    if (!valid(arg[0]) || arg[3] != SIGSET_BYTES)
        return -EINVAL;
    if (arg[1] && (signal_bit(signo) & SIGNALS_UNBLOCKABLE))
        return -EINVAL;
    if ((arg[1] && !readable(arg[1], sizeof next)) || (arg[2] && !writable(arg[2], sizeof next)))
        return -EFAULT;
    action = signal_action_of(rank, signo);
    if (arg[1])
        memcpy(&next, (const void *)arg[1], sizeof next);
    if (arg[2])
        memcpy((void *)arg[2], action, sizeof *action);
    if (!arg[1])
        return 0;
    next.mask &= ~SIGNALS_UNBLOCKABLE;
    *action = next;
    if (signal_ignored(rank, signo)) { // POSIX: what is pending is gone then, blocked or not
        rank->sigpending &= ~signal_bit(signo);
        for (struct thread *thread = rank->threads; thread; thread = thread->rank_next)
            thread->sigpending &= ~signal_bit(signo);
    } else if (job_region && next.handler != (uintptr_t)SIG_DFL) {
        timer_watch_launcher(rank);
    }
    return 0;
}

// rt_sigprocmask(how, new, old, size)
long sys_rt_sigprocmask(struct thread *self, const uint64_t arg[6])
{
    uint64_t old = self->sigmask, set;

    if (arg[3] != SIGSET_BYTES)
        return -EINVAL;
    if ((arg[1] && !readable(arg[1], SIGSET_BYTES)) || (arg[2] && !writable(arg[2], SIGSET_BYTES)))
        return -EFAULT;
    if (arg[1]) {
        memcpy(&set, (const void *)arg[1], sizeof set);
        if (arg[0] == SIG_BLOCK)
            set |= old;
        else if (arg[0] == SIG_UNBLOCK)
            set = old & ~set;
        else if (arg[0] != SIG_SETMASK)
            return -EINVAL;
        self->sigmask = set & ~SIGNALS_UNBLOCKABLE;
    }
    if (arg[2])
        memcpy((void *)arg[2], &old, sizeof old);
    return 0;
}

// rt_sigreturn()
long sys_rt_sigreturn(struct thread *self, const uint64_t arg[6])
{
    struct signal_info info = {.signo = SIGSEGV, .code = SI_KERNEL, .vector = SIGNAL_NO_VECTOR};

    (void)arg;
    if (!frame_pop(self, self->regs))
        signal_fatal(self->regs, &info, "return from a signal handler without an intact frame");
    return (long)self->regs->rax;
}

// rt_sigpending(set, size)
long sys_rt_sigpending(struct thread *self, const uint64_t arg[6])
{
    uint64_t pending = (self->sigpending | self->rank->sigpending) & self->sigmask;

    if (arg[1] > SIGSET_BYTES)
        return -EINVAL;
    if (!writable(arg[0], arg[1]))
        return -EFAULT;
    memcpy((void *)arg[0], &pending, arg[1]);
    return 0;
}

// Waits until a signal is pending that the thread lets in and that does something.
static void wait_for_signal(struct thread *self)
{
    struct rank *rank = self->rank;
    uint64_t ready;

    for (;;) { // ended by a signal
        while ((ready = (self->sigpending | rank->sigpending) & ~self->sigmask) != 0) {
            uint64_t bit = ready & -ready;

            if (!signal_ignored(rank, __builtin_ctzll(ready) + 1))
                return;
            self->sigpending &= ~bit;
            rank->sigpending &= ~bit;
        }
        sched_block(NEVER);
    }
}

// rt_sigsuspend(set, size)
long sys_rt_sigsuspend(struct thread *self, const uint64_t arg[6])
{
    uint64_t mask;

    if (arg[1] != SIGSET_BYTES)
        return -EINVAL;
    if (!readable(arg[0], SIGSET_BYTES))
        return -EFAULT;
    memcpy(&mask, (const void *)arg[0], sizeof mask);
    signal_mask_for_call(self, mask);
    wait_for_signal(self);
    return -EINTR;
}

// pause()
long sys_pause(struct thread *self, const uint64_t arg[6])
{
    (void)arg;
    wait_for_signal(self);
    return -EINTR;
}

// The deadline of a relative time-out; false if it is malformed.
static bool deadline_of(const struct __kernel_timespec *timeout, uint64_t *deadline_ns)
{
    uint64_t now = machine->now_ns();

    if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= (long long)NS_PER_S)
        return false;
    if ((uint64_t)timeout->tv_sec >= (NEVER - now) / NS_PER_S - 1)
        *deadline_ns = NEVER;
    else
        *deadline_ns = now + (uint64_t)timeout->tv_sec * NS_PER_S + (uint64_t)timeout->tv_nsec;
    return true;
}

// rt_sigtimedwait(set, siginfo, timeout, size)
long sys_rt_sigtimedwait(struct thread *self, const uint64_t arg[6])
{
    uint64_t deadline = NEVER, set;
    struct signal_info info;

    if (arg[3] != SIGSET_BYTES)
        return -EINVAL;
    if (!readable(arg[0], SIGSET_BYTES) || (arg[1] && !writable(arg[1], sizeof(siginfo_t))) ||
        (arg[2] && !readable(arg[2], sizeof(struct __kernel_timespec))))
        return -EFAULT;
    memcpy(&set, (const void *)arg[0], sizeof set);
    set &= ~SIGNALS_UNBLOCKABLE;
    if (arg[2] && !deadline_of((const struct __kernel_timespec *)arg[2], &deadline))
        return -EINVAL;
    while (!signal_take(self, set, &info)) { // ended by a signal or the deadline
        if ((self->sigpending | self->rank->sigpending) & ~self->sigmask)
            return -EINTR;
        if (deadline <= machine->now_ns())
            return -EAGAIN;
        sched_block(deadline);
    }
    if (arg[1])
        siginfo_fill((void *)arg[1], self->rank, &info);
    return info.signo;
}

// sigaltstack(new, old)
long sys_sigaltstack(struct thread *self, const uint64_t arg[6])
{
    uint64_t sp = self->regs->rsp;
    bool on = sp > self->altstack && sp - self->altstack <= self->altstack_bytes;
    stack_t next, old = {.ss_sp = (void *)self->altstack,
                         .ss_flags = self->altstack_bytes == 0 ? SS_DISABLE
                                     : on                      ? SS_ONSTACK
                                                               : 0,
                         .ss_size = self->altstack_bytes};

    if ((arg[0] && !readable(arg[0], sizeof next)) || (arg[1] && !writable(arg[1], sizeof old)))
        return -EFAULT;
    if (arg[0]) {
        memcpy(&next, (const void *)arg[0], sizeof next);
        if (on)
            return -EPERM;
        // SS_AUTODISARM is refused as an unknown flag: Linux before 4.7 does so too.
        if (next.ss_flags != 0 && next.ss_flags != SS_ONSTACK && next.ss_flags != SS_DISABLE)
            return -EINVAL;
        if (next.ss_flags != SS_DISABLE && next.ss_size < MINSIGSTKSZ)
            return -ENOMEM;
        self->altstack = next.ss_flags == SS_DISABLE ? 0 : (uintptr_t)next.ss_sp;
        self->altstack_bytes = next.ss_flags == SS_DISABLE ? 0 : next.ss_size;
    }
    if (arg[1])
        memcpy((void *)arg[1], &old, sizeof old);
    return 0;
}

// kill(pid, signo): 0, the own group, everybody (-1): that is the rank.
long sys_kill(struct thread *self, const uint64_t arg[6])
{
    struct rank *rank = self->rank;
    int pid = (int)arg[0], own = (int)rank_pid(rank);
    struct signal_info info = {.signo = (int)arg[1], .code = SI_USER, .vector = SIGNAL_NO_VECTOR};

    if (arg[1] != 0 && !valid(arg[1]))
        return -EINVAL;
    if (pid != own && pid != 0 && pid != -1 && pid != -own)
        return -ESRCH;
    if (arg[1] != 0)
        signal_raise(rank, NULL, &info);
    return 0;
}

static long thread_kill(struct thread *self, int tid, uint64_t signo)
{
    struct signal_info info = {.signo = (int)signo, .code = SI_TKILL, .vector = SIGNAL_NO_VECTOR};

    if (tid <= 0 || (signo != 0 && !valid(signo)))
        return -EINVAL;
    for (struct thread *thread = self->rank->threads; thread; thread = thread->rank_next) {
        if (thread->tid != (uint32_t)tid)
            continue;
        if (signo != 0)
            signal_raise(self->rank, thread, &info);
        return 0;
    }
    return -ESRCH;
}

// tkill(tid, signo)
long sys_tkill(struct thread *self, const uint64_t arg[6])
{
    return thread_kill(self, (int)arg[0], arg[1]);
}

// tgkill(pid, tid, signo)
long sys_tgkill(struct thread *self, const uint64_t arg[6])
{
    if ((int)arg[0] <= 0)
        return -EINVAL;
    if ((uint32_t)arg[0] != rank_pid(self->rank))
        return -ESRCH;
    return thread_kill(self, (int)arg[1], arg[2]);
}
