// SPDX-License-Identifier: BSD-2-Clause
// host.h: what the files of machine linux share: system calls of the host and the core they run on.
#pragma once
#include "machine/machine.h"
#include <asm/unistd_64.h>
#include <stdatomic.h>

// A core is a thread of the process. Its stacks lie behind it in one mapping: see cores.c.
struct linux_core {
    struct core core;       // first: %gs points at it
    _Atomic uint32_t wake;  // enum wake_state; futex word
    uintptr_t trap_stack;   // top: where trap_landing runs
    uintptr_t signal_stack; // bottom of the alternate stack for the host's signals
    struct regs trap_regs;  // of the payload's last exception
    void (*entry)(struct core *core);
};

#define SIGNAL_STACK_BYTES (64ul << 10)
#define TRAP_STACK_BYTES (64ul << 10)

// entry.S
long host_syscall(long nr, long a, long b, long c, long d, long e, long f);
long host_clone(unsigned long flags, uintptr_t stack_top, void (*entry)(void *), void *arg);
void host_sigreturn(void);

#define HOST_ARG(x) ((long)(x))
#define host0(nr) host_syscall(nr, 0, 0, 0, 0, 0, 0)
#define host1(nr, a) host_syscall(nr, HOST_ARG(a), 0, 0, 0, 0, 0)
#define host2(nr, a, b) host_syscall(nr, HOST_ARG(a), HOST_ARG(b), 0, 0, 0, 0)
#define host3(nr, a, b, c) host_syscall(nr, HOST_ARG(a), HOST_ARG(b), HOST_ARG(c), 0, 0, 0)
#define host4(nr, a, b, c, d) \
    host_syscall(nr, HOST_ARG(a), HOST_ARG(b), HOST_ARG(c), HOST_ARG(d), 0, 0)
#define host6(nr, a, b, c, d, e, f) \
    host_syscall(nr, HOST_ARG(a), HOST_ARG(b), HOST_ARG(c), HOST_ARG(d), HOST_ARG(e), HOST_ARG(f))

// Ends the process with one sentence on standard error.
_Noreturn void host_fail(const char *sentence);

// signals.c: sends the payload's system calls and faults to the kernel. `process` once, before any
// other thread starts; `core` on each core's own thread.
void signals_start_process(bool seccomp);
void signals_start_core(struct linux_core *core);

// time.c: finds clock_gettime in the vDSO.
void time_start(uintptr_t vdso);
uint64_t linux_now_ns(void);
uint64_t linux_wall_ns(void);

// memory.c
int linux_slot_create(uint32_t rank, uint32_t ranks, const struct payload *payload,
                      struct slot_memory *out);
int linux_map(uintptr_t addr, size_t bytes, int prot, bool fresh);
int linux_unmap(uintptr_t addr, size_t bytes);
int linux_protect(uintptr_t addr, size_t bytes, int prot);
int linux_discard(uintptr_t addr, size_t bytes, int prot);
uint64_t linux_memory_bytes(void);

// cores.c
uint32_t cores_allowed(void); // CPUs this process may use
void linux_cores_start(uint32_t count, void (*entry)(struct core *core)) __attribute__((noreturn));
void linux_core_idle(struct core *self, uint64_t deadline_ns);
void linux_core_wake(uint32_t index);
struct core *linux_core_get(uint32_t index);
void linux_bind(bool bind); // pin cores to CPUs: decided before cores_start
