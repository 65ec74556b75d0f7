// SPDX-License-Identifier: BSD-2-Clause
// syscall.h: what a payload's libc asks: one table, one file per family, the same on both machines.
//
// A handler gets the calling thread and the six argument registers and returns the result or a
// negative errno. It may block: sched_block lets other threads of the core run. Pointers of the
// payload are checked with slot_check before use: -EFAULT, never a fault in the kernel.
#pragma once
#include "kernel/rank/rank.h"

typedef long syscall_handler(struct thread *self, const uint64_t arg[6]);

struct syscall {
    const char *name;
    syscall_handler *handler; // NULL: ENOSYS, said once per rank with its name if `loud`
    const char *args;         // how --strace prints them: strace.c
    bool loud;
};

#define SYSCALL_MAX 512
extern const struct syscall syscall_table[SYSCALL_MAX];

// true: print every call of every rank.
extern bool syscall_trace;
// Prints one line "name(args) = result" as JOB_TRACE; called before and after the handler.
void strace_print(struct thread *self, const struct syscall *call, uint64_t nr,
                  const uint64_t arg[6], long result);
