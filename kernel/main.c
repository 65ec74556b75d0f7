// SPDX-License-Identifier: BSD-2-Clause
// main.c: from a machine that runs to ranks that run.
#include "kernel/bus/bus.h"
#include "kernel/io/io.h"
#include "kernel/rank/core_memory.h"
#include "kernel/rank/rank.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/syscall.h"
#include "lib/lib.h"

// Each core creates the ranks that live on it, in memory near it.
static void core_ranks_create(struct core *core)
{
    for (uint32_t r = 0; r < rank_count; r++)
        if (rank_core(r, rank_count, core_count) == core->index) {
            rank_create(r);
            io_open_rank(rank_get(r));
        }
}

static void core_main(struct core *core)
{
    sched_run(core, core_ranks_create);
}

size_t kernel_memory_bytes(uint32_t cores)
{
    return ROUND_UP(bus_memory_bytes(cores), PAGE_BYTES) +
           ROUND_UP(RANKS_MAX * sizeof(void *), PAGE_BYTES) + core_memory_bytes(cores);
}

void kernel_main(const struct boot *boot)
{
    uint32_t cores = boot->job ? boot->job->cores : boot->cores;
    uint32_t ranks = boot->job ? boot->job->ranks : boot->ranks;

    boot_info = boot;
    job_region = boot->job;
    if (job_region && (job_region->flags & JOB_TIMINGS))
        job_region->boot_tsc = __builtin_ia32_rdtsc();
    job_end_report = crash_print;
    rank_at_exit = io_close_rank;
    rank_trace_empty = io_trace_empty;
    syscall_trace = boot->job ? (boot->job->flags & JOB_STRACE) != 0 : boot->strace;
    if (ranks < 1 || ranks > RANKS_MAX)
        panic("%u ranks asked for; Torito runs 1 to %d", ranks, RANKS_MAX);
    if (cores < 1 || cores > CORES_MAX || cores > boot->cores)
        panic("%u cores asked for; there can be 1 to %u", cores,
              boot->cores < CORES_MAX ? boot->cores : CORES_MAX);
    if (job_region && (job_region->flags & JOB_CORES_SHARED))
        machine->idle_spins = machine->poll_spins = 0;
    core_count = cores;
    bus_init(boot->memory, cores);
    rank_peers = (void *)((char *)boot->memory + ROUND_UP(bus_memory_bytes(cores), PAGE_BYTES));
    core_memory_init((char *)rank_peers + ROUND_UP(RANKS_MAX * sizeof(void *), PAGE_BYTES));
    ranks_init(ranks);
    machine->cores_start(cores, core_main);
}
