// SPDX-License-Identifier: BSD-2-Clause
// memory_advice.c: hints about memory, locking, and what else has a simple truth in a slot.
#include "kernel/syscall/calls.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <asm/unistd_64.h>
#include <linux/membarrier.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>

#define BYTES_MAX (1ul << 47)
#define OWN_STACK_BYTES (64ul << 10) // glibc keeps the last 16 KiB of what it gives back

// Is a whole-page range mapped throughout? -EINVAL, -ENOMEM as the callers document.
static long range_check(uintptr_t addr, size_t bytes)
{
    if (addr % PAGE_BYTES)
        return -EINVAL;
    if (bytes > BYTES_MAX || !slot_check(addr, ROUND_UP(bytes, PAGE_BYTES), 0))
        return -ENOMEM;
    return 0;
}

// Does the range end a little below the caller's stack pointer, in the same stretch of memory? Then it
// is the unused part of the caller's own stack (and its guard), whose contents are undefined by the ABI.
static bool is_own_stack(const struct thread *self, uintptr_t addr, size_t bytes)
{
    uintptr_t end = addr + ROUND_UP(bytes, PAGE_BYTES), sp = self->regs->rsp;

    return end > addr && end <= sp && sp - end <= OWN_STACK_BYTES &&
           slot_check(addr, sp - addr, 0) && slot_check(end - 1, sp - end + 1, PROT_R | PROT_W);
}

// MADV_DONTNEED: the memory reads as zero afterwards. A libc gives back the stack of every thread
// that ends; to clear all of it would cost more than the thread did, and nobody may look at it.
static long discard(const struct thread *self, uintptr_t addr, size_t bytes)
{
    if (bytes > BYTES_MAX || addr % PAGE_BYTES)
        return -EINVAL;
    return is_own_stack(self, addr, bytes) ? 0 : slot_discard(&self->rank->slot, addr, bytes);
}

// Other hints may be ignored. What would have to do with forks, files or bad pages is not for memory
// like this: -EINVAL.
long sys_madvise(struct thread *self, const uint64_t arg[6])
{
    switch ((int)arg[2]) {
    case MADV_DONTNEED:
        return discard(self, arg[0], arg[1]);
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_FREE:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_DONTFORK: // nobody forks
    case MADV_DOFORK:
    case MADV_DONTDUMP: // nobody dumps
    case MADV_DODUMP:
    case MADV_COLD:
    case MADV_PAGEOUT:
        return range_check(arg[0], arg[1]);
    default:
        return -EINVAL;
    }
}

// What is mapped is in memory, as far as anybody here can tell.
long sys_mincore(struct thread *self, const uint64_t arg[6])
{
    size_t pages = ROUND_UP(arg[1], PAGE_BYTES) / PAGE_BYTES;
    long rc = range_check(arg[0], arg[1]);

    (void)self;
    if (rc)
        return rc;
    if (!user_writable(arg[2], pages))
        return -EFAULT;
    memset((void *)arg[2], 1, pages);
    return 0;
}

// Where there is no host, nothing is mapped that would have to be written back.
long sys_msync(struct thread *self, const uint64_t arg[6])
{
    long rc;

    (void)self;
    if (arg[2] & ~(uint64_t)(MS_ASYNC | MS_SYNC | MS_INVALIDATE) ||
        (arg[2] & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
        return -EINVAL;
    rc = range_check(arg[0], arg[1]);
    if (rc == 0)
        rc = machine->host_call(__NR_msync, arg);
    return rc == -ENOSYS ? 0 : rc;
}

// Locking: a host decides for its process; without one, memory never leaves.
static long lock_call(long nr, const uint64_t arg[6])
{
    long rc = machine->host_call(nr, arg);

    return rc == -ENOSYS ? range_check(ROUND_DOWN(arg[0], PAGE_BYTES), arg[1]) : rc;
}

long sys_mlock(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return lock_call(__NR_mlock, arg);
}

long sys_munlock(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return lock_call(__NR_munlock, arg);
}

long sys_mlock2(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return (arg[2] & ~(uint64_t)MLOCK_ONFAULT) ? -EINVAL : lock_call(__NR_mlock2, arg);
}

// "All" would mean all ranks of the process on a host: not this rank's to decide.
long sys_mlockall(struct thread *self, const uint64_t arg[6])
{
    static const uint64_t nobody[6];

    (void)self;
    if (arg[0] == 0 || arg[0] & ~(uint64_t)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
        return -EINVAL;
    return machine->host_call(__NR_getuid, nobody) == -ENOSYS ? 0 : -EPERM;
}

long sys_munlockall(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return 0;
}

// All threads of a rank run on one core, one at a time: between two of them lies a switch, and no
// other core runs any. Barriers across the ranks are not offered.
long sys_membarrier(struct thread *self, const uint64_t arg[6])
{
    const int offered = MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
    int command = (int)arg[0];

    (void)self;
    if (arg[1])
        return -EINVAL;
    if (command == MEMBARRIER_CMD_QUERY)
        return offered;
    return command & offered && command != offered ? 0 : -EINVAL;
}

// A rank's memory is its slot, wherever that lies: the default policy, and no other.
long sys_set_mempolicy(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return (int)arg[0] == MPOL_DEFAULT ? 0 : -ENOSYS;
}

long sys_mbind(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return (int)arg[2] == MPOL_DEFAULT ? range_check(arg[0], arg[1]) : -ENOSYS;
}

long sys_get_mempolicy(struct thread *self, const uint64_t arg[6])
{
    size_t mask_bytes = ROUND_UP(arg[2], 64) / 8;

    (void)self;
    if (arg[4]) // of an address, or which nodes may be used: nobody knows
        return -ENOSYS;
    if (arg[2] > 1u << 20)
        return -EINVAL;
    if ((arg[0] && !user_writable(arg[0], sizeof(int))) ||
        (arg[1] && !user_writable(arg[1], mask_bytes)))
        return -EFAULT;
    if (arg[0])
        *(int *)arg[0] = MPOL_DEFAULT;
    if (arg[1])
        memset((void *)arg[1], 0, mask_bytes);
    return 0;
}
