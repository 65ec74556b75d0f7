// SPDX-License-Identifier: BSD-2-Clause
// cores.c: cores are threads of this process, each pinned to a CPU of its own where there are enough.
//
// Sleeping: the core's futex word says AWAKE, SLEEPING or WOKEN. The sleeper exchanges in SLEEPING
// and looks whether it was WOKEN; the waker exchanges in WOKEN and looks whether it was SLEEPING.
#include "lib/lib.h"
#include "machine/linux/host.h"
#include <asm/prctl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/time.h>

#define CORE_STACK_BYTES (64ul << 10)
#define IDLE_SPINS 1000 // about 20 us: shorter waits are not worth a system call
#define POLL_SPINS \
    50000             // a millisecond or two: who waits for a message waits for a core that works
#define CPU_WORDS 128 // 8192 CPUs

enum wake_state { AWAKE, SLEEPING, WOKEN };

static struct linux_core *cores[CORES_MAX];
static uint32_t core_count;
static bool pin;
static bool bind_wanted = true;

void linux_bind(bool bind)
{
    bind_wanted = bind;
}

static uint32_t cpus_get(uint64_t mask[CPU_WORDS])
{
    long bytes = host3(__NR_sched_getaffinity, 0, CPU_WORDS * 8, mask);
    uint32_t count = 0;

    for (long i = 0; i < bytes / 8; i++)
        for (uint64_t left = mask[i]; left; left &= left - 1)
            count++;
    return count;
}

uint32_t cores_allowed(void)
{
    uint64_t mask[CPU_WORDS] = {0};
    uint32_t count = cpus_get(mask);

    return count ? count : 1;
}

// Pins the calling thread to the n-th of the CPUs this process may use.
static void pin_to(uint32_t n, const uint64_t allowed[CPU_WORDS])
{
    uint64_t mask[CPU_WORDS] = {0};

    for (uint32_t cpu = 0; cpu < CPU_WORDS * 64; cpu++)
        if (allowed[cpu / 64] >> cpu % 64 & 1 && n-- == 0) {
            mask[cpu / 64] = 1ul << cpu % 64;
            host3(__NR_sched_setaffinity, 0, sizeof mask, mask);
            return;
        }
}

static uint64_t allowed_at_start[CPU_WORDS];

// One mapping per core, from low to high: guard, stack, guard, trap stack, signal stack, the core.
static struct linux_core *core_create(uint32_t index)
{
    size_t bytes = 2 * PAGE_BYTES + CORE_STACK_BYTES + TRAP_STACK_BYTES + SIGNAL_STACK_BYTES +
                   ROUND_UP(sizeof(struct linux_core), PAGE_BYTES);
    long at = host6(__NR_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct linux_core *core;
    uintptr_t trap;

    if (at < 0 && at > -4096)
        host_fail("no memory for the stacks of a core");
    trap = (uintptr_t)at + PAGE_BYTES + CORE_STACK_BYTES + PAGE_BYTES;
    host3(__NR_mprotect, at, PAGE_BYTES, PROT_NONE);
    host3(__NR_mprotect, trap - PAGE_BYTES, PAGE_BYTES, PROT_NONE);
    core = (struct linux_core *)(trap + TRAP_STACK_BYTES + SIGNAL_STACK_BYTES);
    core->core.self = &core->core;
    core->core.index = index;
    core->trap_stack = trap + TRAP_STACK_BYTES;
    core->signal_stack = trap + TRAP_STACK_BYTES;
    core->core.syscall_stack = trap - PAGE_BYTES; // until a thread runs: the top of the core's stack
    return core;
}

static void core_run(void *arg)
{
    struct linux_core *core = arg;

    host2(__NR_arch_prctl, ARCH_SET_GS, core);
    if (pin)
        pin_to(core->core.index, allowed_at_start);
    signals_start_core(core);
    core->entry(&core->core);
}

// Linux interrupts the CPUs that run other threads of this process; switching to a thread is a fence, too.
static void cores_fence(void)
{
    long rc = host3(__NR_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);

    assert(rc == 0); // once registered, it cannot fail
}

void linux_cores_start(uint32_t count, void (*entry)(struct core *core))
{
    uint32_t cpus = cpus_get(allowed_at_start);

    core_count = count;
    // Alone, a core may go where Linux likes; several must not meet on one CPU.
    pin = bind_wanted && count > 1 && count <= cpus;
    machine->idle_spins = count <= cpus ? IDLE_SPINS : 0;
    machine->poll_spins = count <= cpus ? POLL_SPINS : 0;
    if (count <= cpus && host3(__NR_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0)
        machine->cores_fence = cores_fence;
    for (uint32_t i = 0; i < count; i++) {
        cores[i] = core_create(i);
        cores[i]->entry = entry;
    }
    for (uint32_t i = 1; i < count; i++)
        if (host_clone(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
                       cores[i]->core.syscall_stack, core_run, cores[i]) < 0)
            host_fail(
                "the host starts no more threads for the cores; use --cores or raise ulimit -u");
    core_run(cores[0]);
    __builtin_unreachable();
}

struct core *linux_core_get(uint32_t index)
{
    return &cores[index]->core;
}

void linux_core_idle(struct core *self, uint64_t deadline_ns)
{
    struct linux_core *core = (struct linux_core *)self;
    struct timespec timeout, *limit = NULL;

    // [K] acq_rel on both sides: what the waker wrote before is seen after. An exchange here, too: a
    // plain store could reach memory after the caller's next look at its inbox, and undo a wake
    // that came between the two.
    if (atomic_exchange_explicit(&core->wake, SLEEPING, memory_order_acq_rel) == WOKEN) {
        atomic_exchange_explicit(&core->wake, AWAKE, memory_order_acq_rel); // [K]
        return;
    }
    if (deadline_ns != NEVER) {
        uint64_t now = linux_now_ns(), wait = deadline_ns > now ? deadline_ns - now : 0;

        timeout.tv_sec = (long)(wait / 1000000000u);
        timeout.tv_nsec = (long)(wait % 1000000000u);
        limit = &timeout;
    }
    host4(__NR_futex, &core->wake, FUTEX_WAIT_PRIVATE, SLEEPING, limit);
    atomic_exchange_explicit(&core->wake, AWAKE, memory_order_acq_rel); // [K]
}

void linux_core_wake(uint32_t index)
{
    struct linux_core *core = cores[index];

    if (atomic_exchange_explicit(&core->wake, WOKEN, memory_order_acq_rel) == SLEEPING) // [K]
        host3(__NR_futex, &core->wake, FUTEX_WAKE_PRIVATE, 1);
}
