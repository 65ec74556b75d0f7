// SPDX-License-Identifier: BSD-2-Clause
// affinity.c: which core, and with what priority. A rank lives on one core, and its threads take
// turns without priorities: questions are answered so, and wishes for anything else are refused.
#include "kernel/syscall/calls.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <asm/unistd_64.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/time_types.h>

#define CPUS_MAX 8192 // Linux's own limit

// Names the id a thread of this rank, or the rank? 0 is the caller.
static bool is_own(const struct thread *self, uint64_t id)
{
    uint32_t tid = (uint32_t)id;

    if (tid == 0 || tid == rank_pid(self->rank))
        return true;
    for (const struct thread *thread = self->rank->threads; thread; thread = thread->rank_next)
        if (thread->tid == tid)
            return true;
    return false;
}

// The number of the rank's core as a program may see it elsewhere, too: the host's (in /sys, by the
// vDSO's getcpu), or the machine's own. A mask of CPUs has *mask_bytes.
static uint32_t cpu_number(const struct thread *self, size_t *mask_bytes)
{
    uint64_t mask[CPUS_MAX / 64];
    uint32_t cpu = self->core;
    long bytes = machine->host_call(__NR_sched_getaffinity,
                                    (const uint64_t[6]){0, sizeof mask, (uintptr_t)mask});

    *mask_bytes = ROUND_UP(self->rank->services.cores, 64) / 8;
    if (bytes <= 0)
        return cpu;
    *mask_bytes = (size_t)bytes;
    // A core that the host may move is where it is just now.
    machine->host_call(__NR_getcpu, (const uint64_t[6]){(uintptr_t)&cpu});
    return cpu;
}

// As Linux with a cpuset of one core: a mask is cut to that core, and refused without it.
long sys_sched_setaffinity(struct thread *self, const uint64_t arg[6])
{
    size_t bytes;
    uint32_t cpu = cpu_number(self, &bytes);
    const uint8_t *mask = (const uint8_t *)arg[2];

    if (!is_own(self, arg[0]))
        return -ESRCH;
    if (arg[1] <= cpu / 8)
        return -EINVAL;
    if (!user_readable(arg[2] + cpu / 8, 1))
        return -EFAULT;
    return mask[cpu / 8] >> cpu % 8 & 1 ? 0 : -EINVAL;
}

long sys_sched_getaffinity(struct thread *self, const uint64_t arg[6])
{
    size_t bytes;
    uint32_t cpu = cpu_number(self, &bytes);
    uint8_t *mask = (uint8_t *)arg[2];

    if (!is_own(self, arg[0]))
        return -ESRCH;
    if (arg[1] < bytes || arg[1] % sizeof(long))
        return -EINVAL;
    if (!user_writable(arg[2], bytes))
        return -EFAULT;
    memset(mask, 0, bytes);
    mask[cpu / 8] = (uint8_t)(1u << cpu % 8);
    return (long)bytes; // as many as Linux's libcs expect: they clear the rest
}

long sys_sched_getscheduler(struct thread *self, const uint64_t arg[6])
{
    return is_own(self, arg[0]) ? SCHED_NORMAL : -ESRCH;
}

// struct sched_param is one int, the priority.
long sys_sched_setscheduler(struct thread *self, const uint64_t arg[6])
{
    if (!is_own(self, arg[0]))
        return -ESRCH;
    if (!user_readable(arg[2], sizeof(int)))
        return -EFAULT;
    if (((int)arg[1] & ~SCHED_RESET_ON_FORK) != SCHED_NORMAL)
        return -EPERM;
    return *(const int *)arg[2] == 0 ? 0 : -EINVAL;
}

long sys_sched_setparam(struct thread *self, const uint64_t arg[6])
{
    if (!is_own(self, arg[0]))
        return -ESRCH;
    if (!user_readable(arg[1], sizeof(int)))
        return -EFAULT;
    return *(const int *)arg[1] == 0 ? 0 : -EINVAL;
}

long sys_sched_getparam(struct thread *self, const uint64_t arg[6])
{
    if (!is_own(self, arg[0]))
        return -ESRCH;
    if (!user_writable(arg[1], sizeof(int)))
        return -EFAULT;
    *(int *)arg[1] = 0;
    return 0;
}

// The ranges that Linux documents, for programs that compute a priority from them.
long sys_sched_get_priority_max(struct thread *self, const uint64_t arg[6])
{
    int policy = (int)arg[0];

    (void)self;
    if (policy == SCHED_FIFO || policy == SCHED_RR)
        return 99;
    return policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE ? 0 : -EINVAL;
}

long sys_sched_get_priority_min(struct thread *self, const uint64_t arg[6])
{
    long max = sys_sched_get_priority_max(self, arg);

    return max > 0 ? 1 : max;
}

// 0: a thread runs as long as it likes.
long sys_sched_rr_get_interval(struct thread *self, const uint64_t arg[6])
{
    if (!is_own(self, arg[0]))
        return -ESRCH;
    if (!user_writable(arg[1], sizeof(struct __kernel_timespec)))
        return -EFAULT;
    *(struct __kernel_timespec *)arg[1] = (struct __kernel_timespec){0};
    return 0;
}

// The call returns 20 - nice, so that an answer is never negative.
long sys_getpriority(struct thread *self, const uint64_t arg[6])
{
    if (arg[0] > PRIO_USER)
        return -EINVAL;
    return arg[0] != PRIO_PROCESS || is_own(self, arg[1]) ? 20 : -ESRCH;
}

long sys_setpriority(struct thread *self, const uint64_t arg[6])
{
    if (arg[0] > PRIO_USER)
        return -EINVAL;
    if (arg[0] == PRIO_PROCESS && !is_own(self, arg[1]))
        return -ESRCH;
    return (int)arg[2] == 0 ? 0 : -EACCES;
}

long sys_getcpu(struct thread *self, const uint64_t arg[6])
{
    size_t bytes;

    if ((arg[0] && !user_writable(arg[0], sizeof(uint32_t))) ||
        (arg[1] && !user_writable(arg[1], sizeof(uint32_t))))
        return -EFAULT;
    if (arg[0])
        *(uint32_t *)arg[0] = cpu_number(self, &bytes);
    if (arg[1])
        *(uint32_t *)arg[1] = 0;
    return 0;
}
