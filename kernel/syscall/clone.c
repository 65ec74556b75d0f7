// SPDX-License-Identifier: BSD-2-Clause
// clone.c: new threads of a rank, clone(2) and clone3(2).
//
// A rank has one address space, one table of descriptors and one set of signal handlers, so only a
// thread that shares all of them can be made. Whatever asks for a process (fork, vfork, posix_spawn
// arrive here from a libc) gets -ENOSYS.
#include "kernel/syscall/calls.h"
#include "lib/lib.h"
#include "machine/x86/x86.h"
#include <asm/errno.h>
#include <linux/sched.h>

#define CLONE_NEEDED (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
// CLONE_DETACHED and CLONE_SYSVSEM come with every thread and mean nothing here.
#define CLONE_KNOWN \
    (CLONE_NEEDED | CLONE_SYSVSEM | CLONE_DETACHED | CLONE_SETTLS | CLONE_PARENT_SETTID | \
     CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)

struct clone_request {
    uint64_t flags;
    uint64_t parent_tid, child_tid; // where to put the new thread's id
    uint64_t stack;                 // its stack pointer; 0: the caller's
    uint64_t tls;
};

// The new thread's first steps: out of the kernel with the registers of its parent.
static void child_start(void *arg)
{
    struct thread *self = thread_self();

    machine->vector_restore(self->vector_area);
    self->in_syscall = false;
    regs_restore(arg);
}

static long request_check(const struct clone_request *request)
{
    if ((request->flags & CLONE_NEEDED) != CLONE_NEEDED || request->flags & ~(uint64_t)CLONE_KNOWN)
        return -ENOSYS;
    if (request->flags & CLONE_PARENT_SETTID && !user_writable(request->parent_tid, sizeof(int)))
        return -EFAULT;
    if (request->flags & CLONE_CHILD_SETTID && !user_writable(request->child_tid, sizeof(int)))
        return -EFAULT;
    return 0;
}

static long clone_thread(struct thread *self, const struct clone_request *request)
{
    struct thread *child;
    struct regs *regs;
    long rc = request_check(request);

    if (rc)
        return rc;
    child = rank_thread_create(self->rank);
    if (!child)
        return -EAGAIN; // pthread_create(3)'s word for no memory
    regs = (struct regs *)(ROUND_DOWN(child->kernel_stack, 64) - ROUND_UP(sizeof *regs, 64));
    *regs = *self->regs;
    regs->rax = 0;
    regs->rcx = regs->rip; // as `syscall` leaves them
    regs->r11 = regs->rflags;
    if (request->stack)
        regs->rsp = request->stack;
    thread_init(child, self->core, (uintptr_t)regs, child_start, regs);
    machine->vector_save(child->vector_area);
    child->fs_base = (request->flags & CLONE_SETTLS) ? request->tls : machine->fs_get();
    child->sigmask = self->sigmask;
    memcpy(child->name, self->name, sizeof child->name);
    if (request->flags & CLONE_CHILD_CLEARTID)
        child->clear_tid = request->child_tid;
    if (request->flags & CLONE_PARENT_SETTID)
        *(uint32_t *)request->parent_tid = child->tid;
    if (request->flags & CLONE_CHILD_SETTID)
        *(uint32_t *)request->child_tid = child->tid;
    rc = (long)child->tid;
    thread_start(child);
    return rc;
}

// The low byte of the flags is the signal a process would send at its end; threads send none.
long sys_clone(struct thread *self, const uint64_t arg[6])
{
    return clone_thread(self, &(struct clone_request){.flags = arg[0] & ~(uint64_t)CSIGNAL,
                                                      .stack = arg[1],
                                                      .parent_tid = arg[2],
                                                      .child_tid = arg[3],
                                                      .tls = arg[4]});
}

// struct clone_args may be longer than the one known here, if the rest is zero.
long sys_clone3(struct thread *self, const uint64_t arg[6])
{
    const struct clone_args *args = (const struct clone_args *)arg[0];
    size_t bytes = arg[1];
    struct clone_args copy = {0};

    if (bytes < CLONE_ARGS_SIZE_VER0)
        return -EINVAL;
    if (bytes > PAGE_BYTES)
        return -E2BIG;
    if (!user_readable(arg[0], bytes))
        return -EFAULT;
    for (size_t at = sizeof copy; at < bytes; at++)
        if (((const char *)args)[at])
            return -E2BIG;
    memcpy(&copy, args, bytes < sizeof copy ? bytes : sizeof copy);
    if (copy.flags & CSIGNAL || copy.exit_signal || !copy.stack != !copy.stack_size)
        return (copy.flags & CLONE_THREAD) ? -EINVAL : -ENOSYS;
    if (copy.set_tid || copy.set_tid_size)
        return -EPERM;
    return clone_thread(self, &(struct clone_request){.flags = copy.flags,
                                                      .stack = copy.stack + copy.stack_size,
                                                      .parent_tid = copy.parent_tid,
                                                      .child_tid = copy.child_tid,
                                                      .tls = copy.tls});
}
