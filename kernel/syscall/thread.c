// SPDX-License-Identifier: BSD-2-Clause
// thread.c: the calling thread: its end, its id, its thread pointer.
#include "kernel/syscall/calls.h"
#include <asm/errno.h>
#include <asm/prctl.h>

#define USER_END 0x800000000000ull // FS base must be canonical; the payload lives far below

long sys_set_tid_address(struct thread *self, const uint64_t arg[6])
{
    self->clear_tid = arg[0];
    return (long)self->tid;
}

long sys_gettid(struct thread *self, const uint64_t arg[6])
{
    (void)arg;
    return (long)self->tid;
}

_Noreturn static void rank_leave(struct thread *self, int status)
{
    futex_forget(self->rank);
    rank_exit(status & 255);
}

// The joiner waits for the id at clear_tid to become 0. It may free the thread's own stack then, but
// not before this core switches, and by then the kernel stack is all that is needed.
long sys_exit(struct thread *self, const uint64_t arg[6])
{
    if (self->rank->thread_count == 1)
        rank_leave(self, (int)arg[0]);
    robust_exit(self);
    if (self->clear_tid && user_writable(self->clear_tid, sizeof(uint32_t))) {
        *(volatile uint32_t *)self->clear_tid = 0;
        futex_wake(self->clear_tid, 1, UINT32_MAX);
    }
    thread_exit(rank_thread_free);
}

long sys_exit_group(struct thread *self, const uint64_t arg[6])
{
    rank_leave(self, (int)arg[0]);
}

long sys_sched_yield(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    sched_yield();
    return 0;
}

// GS is the kernel's: -EPERM.
long sys_arch_prctl(struct thread *self, const uint64_t arg[6])
{
    switch ((int)arg[0]) {
    case ARCH_SET_FS:
        if (arg[1] >= USER_END)
            return -EPERM;
        self->fs_base = arg[1];
        machine->fs_set(arg[1]);
        return 0;
    case ARCH_GET_FS:
        if (!user_writable(arg[1], sizeof(uintptr_t)))
            return -EFAULT;
        *(uintptr_t *)arg[1] = machine->fs_get();
        return 0;
    case ARCH_SET_GS:
    case ARCH_GET_GS:
        return -EPERM;
    default:
        return -EINVAL;
    }
}
