// SPDX-License-Identifier: BSD-2-Clause
// robust.c: robust futexes: a lock whose owner ends is marked FUTEX_OWNER_DIED and handed on.
//
// The list lies in the payload's memory and is the payload's to corrupt: every pointer is checked,
// and the walk is bounded. struct robust_list_head of <linux/futex.h> tells the layout.
#include "kernel/syscall/calls.h"
#include <asm/errno.h>
#include <linux/futex.h>

long sys_set_robust_list(struct thread *self, const uint64_t arg[6])
{
    if (arg[1] != sizeof(struct robust_list_head))
        return -EINVAL;
    self->robust_list = arg[0];
    return 0;
}

long sys_get_robust_list(struct thread *self, const uint64_t arg[6])
{
    if ((int)arg[0] != 0 && (uint32_t)arg[0] != self->tid)
        return -ESRCH;
    if (!user_writable(arg[1], sizeof(uintptr_t)) || !user_writable(arg[2], sizeof(size_t)))
        return -EFAULT;
    *(uintptr_t *)arg[1] = self->robust_list;
    *(size_t *)arg[2] = sizeof(struct robust_list_head);
    return 0;
}

// One lock of the dead thread. `pending`: it was between taking or releasing the lock and noting so
// in the list, and may have released it without waking anybody.
static void lock_abandon(uint32_t tid, uintptr_t addr, bool pending)
{
    _Atomic uint32_t *word = (_Atomic uint32_t *)addr;
    uint32_t value;

    if (addr & 3 || !user_writable(addr, sizeof *word))
        return;
    value = atomic_load_explicit(word, memory_order_relaxed);
    if (pending && (value & FUTEX_TID_MASK) == 0) {
        futex_wake(addr, 1, FUTEX_BITSET_MATCH_ANY);
        return;
    }
    do { // a failed exchange means that a waiter set its bit meanwhile
        if ((value & FUTEX_TID_MASK) != tid)
            return;
        // seq_cst: what the owner wrote under the lock before the next owner sees it dead
    } while (!atomic_compare_exchange_weak_explicit(word, &value,
                                                    (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED,
                                                    memory_order_seq_cst, memory_order_relaxed));
    if (value & FUTEX_WAITERS)
        futex_wake(addr, 1, FUTEX_BITSET_MATCH_ANY);
}

void robust_exit(struct thread *self)
{
    const struct robust_list_head *head = (const struct robust_list_head *)self->robust_list;
    uintptr_t entry, pending;

    if (!head || !user_readable(self->robust_list, sizeof *head))
        return;
    // Bit 0 of a pointer marks a lock with priority inheritance: nobody can take one here.
    entry = (uintptr_t)head->list.next & ~1ul;
    pending = (uintptr_t)head->list_op_pending & ~1ul;
    for (int count = 0; count < ROBUST_LIST_LIMIT && entry != (uintptr_t)&head->list; count++) {
        uintptr_t next;

        if (!user_readable(entry, sizeof(struct robust_list)))
            return;
        next = (uintptr_t)((const struct robust_list *)entry)->next & ~1ul;
        if (entry != pending)
            lock_abandon(self->tid, entry + (uintptr_t)head->futex_offset, false);
        entry = next;
    }
    if (pending)
        lock_abandon(self->tid, pending + (uintptr_t)head->futex_offset, true);
}
