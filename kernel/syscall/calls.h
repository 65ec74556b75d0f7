// SPDX-License-Identifier: BSD-2-Clause
// calls.h: the handlers of this room besides the file families (file.h), and what they share.
#pragma once
#include "kernel/rank/rank.h"
#include "kernel/syscall/syscall.h"

// Pointers of the payload are looked at before use; one address space makes them valid as they are.
static inline bool user_readable(uint64_t addr, size_t bytes)
{
    return slot_check(addr, bytes, PROT_R);
}

static inline bool user_writable(uint64_t addr, size_t bytes)
{
    return slot_check(addr, bytes, PROT_R | PROT_W);
}

// Memory: memory.c, memory_advice.c
// What is mapped in a slot now. Any core may ask; another rank's answer may be a moment old.
size_t slot_mapped_bytes(const struct slot *slot);
long sys_brk(struct thread *self, const uint64_t arg[6]);
long sys_mmap(struct thread *self, const uint64_t arg[6]);
long sys_munmap(struct thread *self, const uint64_t arg[6]);
long sys_mremap(struct thread *self, const uint64_t arg[6]);
long sys_mprotect(struct thread *self, const uint64_t arg[6]);
long sys_madvise(struct thread *self, const uint64_t arg[6]);
long sys_mincore(struct thread *self, const uint64_t arg[6]);
long sys_msync(struct thread *self, const uint64_t arg[6]);
long sys_mlock(struct thread *self, const uint64_t arg[6]);
long sys_munlock(struct thread *self, const uint64_t arg[6]);
long sys_mlock2(struct thread *self, const uint64_t arg[6]);
long sys_mlockall(struct thread *self, const uint64_t arg[6]);
long sys_munlockall(struct thread *self, const uint64_t arg[6]);
long sys_membarrier(struct thread *self, const uint64_t arg[6]);
long sys_set_mempolicy(struct thread *self, const uint64_t arg[6]);
long sys_get_mempolicy(struct thread *self, const uint64_t arg[6]);
long sys_mbind(struct thread *self, const uint64_t arg[6]);

// Clocks and sleeps: time.c
long sys_clock_gettime(struct thread *self, const uint64_t arg[6]);
long sys_clock_getres(struct thread *self, const uint64_t arg[6]);
long sys_clock_settime(struct thread *self, const uint64_t arg[6]);
long sys_clock_nanosleep(struct thread *self, const uint64_t arg[6]);
long sys_nanosleep(struct thread *self, const uint64_t arg[6]);
long sys_gettimeofday(struct thread *self, const uint64_t arg[6]);
long sys_settimeofday(struct thread *self, const uint64_t arg[6]);
long sys_time(struct thread *self, const uint64_t arg[6]);
long sys_times(struct thread *self, const uint64_t arg[6]);
long sys_getrusage(struct thread *self, const uint64_t arg[6]);

// Futexes: futex.c
long sys_futex(struct thread *self, const uint64_t arg[6]);
// Wakes up to `count` threads that wait on addr; any core. Returns how many.
long futex_wake(uintptr_t addr, long count, uint32_t bitset);
// Takes the rank's threads off the table before the rank goes away.
void futex_forget(struct rank *rank);

// Robust lists: robust.c
long sys_set_robust_list(struct thread *self, const uint64_t arg[6]);
long sys_get_robust_list(struct thread *self, const uint64_t arg[6]);
// Marks and wakes the locks that the thread holds as it ends.
void robust_exit(struct thread *self);

// Threads: clone.c, thread.c
long sys_clone(struct thread *self, const uint64_t arg[6]);
long sys_clone3(struct thread *self, const uint64_t arg[6]);
long sys_set_tid_address(struct thread *self, const uint64_t arg[6]);
long sys_exit(struct thread *self, const uint64_t arg[6]);
long sys_exit_group(struct thread *self, const uint64_t arg[6]);
long sys_gettid(struct thread *self, const uint64_t arg[6]);
long sys_arch_prctl(struct thread *self, const uint64_t arg[6]);
long sys_sched_yield(struct thread *self, const uint64_t arg[6]);

// Which core and how: affinity.c
long sys_sched_setaffinity(struct thread *self, const uint64_t arg[6]);
long sys_sched_getaffinity(struct thread *self, const uint64_t arg[6]);
long sys_sched_setscheduler(struct thread *self, const uint64_t arg[6]);
long sys_sched_getscheduler(struct thread *self, const uint64_t arg[6]);
long sys_sched_setparam(struct thread *self, const uint64_t arg[6]);
long sys_sched_getparam(struct thread *self, const uint64_t arg[6]);
long sys_sched_get_priority_max(struct thread *self, const uint64_t arg[6]);
long sys_sched_get_priority_min(struct thread *self, const uint64_t arg[6]);
long sys_sched_rr_get_interval(struct thread *self, const uint64_t arg[6]);
long sys_getpriority(struct thread *self, const uint64_t arg[6]);
long sys_setpriority(struct thread *self, const uint64_t arg[6]);
long sys_getcpu(struct thread *self, const uint64_t arg[6]);

// Who and where: identity.c
long sys_getpid(struct thread *self, const uint64_t arg[6]);
long sys_getppid(struct thread *self, const uint64_t arg[6]);
long sys_getpgrp(struct thread *self, const uint64_t arg[6]);
long sys_getpgid(struct thread *self, const uint64_t arg[6]);
long sys_getsid(struct thread *self, const uint64_t arg[6]);
long sys_setpgid(struct thread *self, const uint64_t arg[6]);
long sys_setsid(struct thread *self, const uint64_t arg[6]);
long sys_wait4(struct thread *self, const uint64_t arg[6]);
long sys_waitid(struct thread *self, const uint64_t arg[6]);
long sys_getuid(struct thread *self, const uint64_t arg[6]);
long sys_geteuid(struct thread *self, const uint64_t arg[6]);
long sys_getgid(struct thread *self, const uint64_t arg[6]);
long sys_getegid(struct thread *self, const uint64_t arg[6]);
long sys_getresuid(struct thread *self, const uint64_t arg[6]);
long sys_getresgid(struct thread *self, const uint64_t arg[6]);
long sys_getgroups(struct thread *self, const uint64_t arg[6]);
long sys_setuid(struct thread *self, const uint64_t arg[6]);
long sys_setgid(struct thread *self, const uint64_t arg[6]);
long sys_setreuid(struct thread *self, const uint64_t arg[6]);
long sys_setregid(struct thread *self, const uint64_t arg[6]);
long sys_setresuid(struct thread *self, const uint64_t arg[6]);
long sys_setresgid(struct thread *self, const uint64_t arg[6]);
long sys_setfsuid(struct thread *self, const uint64_t arg[6]);
long sys_setfsgid(struct thread *self, const uint64_t arg[6]);
long sys_setgroups(struct thread *self, const uint64_t arg[6]);
long sys_capget(struct thread *self, const uint64_t arg[6]);
long sys_capset(struct thread *self, const uint64_t arg[6]);

// What the system is and allows: info.c
long sys_uname(struct thread *self, const uint64_t arg[6]);
long sys_sysinfo(struct thread *self, const uint64_t arg[6]);
long sys_getrlimit(struct thread *self, const uint64_t arg[6]);
long sys_setrlimit(struct thread *self, const uint64_t arg[6]);
long sys_prlimit64(struct thread *self, const uint64_t arg[6]);
long sys_getrandom(struct thread *self, const uint64_t arg[6]);
long sys_prctl(struct thread *self, const uint64_t arg[6]);
long sys_personality(struct thread *self, const uint64_t arg[6]);
