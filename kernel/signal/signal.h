// SPDX-License-Identifier: BSD-2-Clause
// signal.h: exceptions and signals of a rank: to the payload's handler, or the end of the job.
//
// A signal with a handler is delivered by writing Linux's x86-64 signal frame on the payload's stack
// and sending the thread to the handler; rt_sigreturn undoes it. A fatal one ends the job with the
// rank, core, address and a backtrace made from the payload's .eh_frame.
//
// Threads are never interrupted, so a signal reaches its thread on the way out of a system call: one
// that blocks is woken and says -EINTR, one that computes gets it at its next system call. Exceptions
// are delivered at once. As on Linux, a pending signal is a bit: more of the same kind are one.
#pragma once
#include "kernel/rank/rank.h"

// Linux's siginfo, as far as it is filled in.
struct signal_info {
    int signo, code;
    uint64_t address;
    uint32_t vector; // x86 exception, 256: none
    uint32_t access; // struct job_end's
};

#define SIGNAL_NO_VECTOR 256u

// Raises a signal for `thread` of the running rank (tgkill) or, thread NULL, for the rank (kill).
// Delivered before the thread next returns to the payload. Of info, signo and code count.
void signal_raise(struct rank *rank, struct thread *thread, const struct signal_info *info);

// Called by kernel_syscall on the way out, with the result already in regs->rax: delivers what is
// pending and not blocked. Also looks at the launcher's requests (struct job's `signals`).
void signal_deliver(struct regs *regs);

// For ppoll, pselect6, epoll_pwait: blocks `mask` instead of the thread's own until the call is over
// and the signals it let in are delivered; the handler's return then restores the thread's own.
void signal_mask_for_call(struct thread *self, uint64_t mask);

// The system calls of the family; the table in kernel/syscall names them.
long sys_rt_sigaction(struct thread *self, const uint64_t arg[6]);
long sys_rt_sigprocmask(struct thread *self, const uint64_t arg[6]);
long sys_rt_sigreturn(struct thread *self,
                      const uint64_t arg[6]); // replaces self->regs; result is ignored
long sys_rt_sigpending(struct thread *self, const uint64_t arg[6]);
long sys_rt_sigsuspend(struct thread *self, const uint64_t arg[6]);
long sys_rt_sigtimedwait(struct thread *self, const uint64_t arg[6]);
long sys_sigaltstack(struct thread *self, const uint64_t arg[6]);
long sys_kill(struct thread *self, const uint64_t arg[6]);
long sys_tkill(struct thread *self, const uint64_t arg[6]);
long sys_tgkill(struct thread *self, const uint64_t arg[6]);
long sys_pause(struct thread *self, const uint64_t arg[6]);
long sys_alarm(struct thread *self, const uint64_t arg[6]);
long sys_setitimer(struct thread *self, const uint64_t arg[6]); // ITIMER_REAL
long sys_getitimer(struct thread *self, const uint64_t arg[6]);

// Fills frames with instruction addresses, innermost first, from the registers and the payload's
// unwind tables. A caller's address is its return address less one: it lies in the instruction that
// called. Reads only memory that slot_check allows. Returns how many.
uint32_t unwind(const struct rank *rank, const struct regs *regs, uint64_t frames[], uint32_t max);

// All threads of the job are blocked for ever (kernel/sched/quiet.h): ends the job with a table of who
// waits for what, where, and since when. On any stack.
_Noreturn void deadlock_end(void);

// For sched_asked_call: writes down the same for the ranks of the running core, while the job goes on.
void deadlock_tell(void);

// Prints a line of that table to the console, for runs without a launcher.
void crash_print_wait(const struct job_wait *wait);

// Prints what struct job_end says to the console, with function names where the image's symbols can
// be read (machine linux); for runs without a launcher.
void crash_print(const struct job_end *end);
