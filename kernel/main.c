// SPDX-License-Identifier: BSD-2-Clause
// main.c: from a machine that runs to ranks that run.
#include "abi/file.h"
#include "kernel/bus/bus.h"
#include "kernel/file/forward/forward.h"
#include "kernel/file/p9/p9.h"
#include "kernel/io/io.h"
#include "kernel/rank/core_memory.h"
#include "kernel/rank/rank.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/syscall.h"
#include "kernel/virtio/console.h"
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

// The kernel's own memory, in this order; each part starts a page.
struct parts {
    size_t bus, peers, core_memory, console, p9;
};

static struct parts memory_parts(const struct boot *boot, uint32_t cores)
{
    return (struct parts){
        .bus = ROUND_UP(bus_memory_bytes(cores), PAGE_BYTES),
        .peers = ROUND_UP(RANKS_MAX * sizeof(void *), PAGE_BYTES),
        .core_memory = ROUND_UP(core_memory_bytes(cores), PAGE_BYTES),
        .console = ROUND_UP(virtio_console_bytes(boot), PAGE_BYTES),
        .p9 = ROUND_UP(p9_bytes(boot), PAGE_BYTES),
    };
}

size_t kernel_memory_bytes(const struct boot *boot, uint32_t cores)
{
    struct parts parts = memory_parts(boot, cores);

    return parts.bus + parts.peers + parts.core_memory + parts.console + parts.p9;
}

static void files_init(const struct boot *boot, void *memory)
{
    struct job_files *files = NULL;

    if (job_region && job_region->files_offset)
        files = (struct job_files *)((char *)job_region + job_region->files_offset);
    if (files && files->queues)
        forward_init(files);
    else if (!job_region || files)
        p9_init(boot, files, memory);
}

static void memory_give_out(const struct boot *boot)
{
    struct parts parts = memory_parts(boot, core_count);
    char *at = boot->memory;

    // Asked again, now that boot is whole, the answer may be no more than what was taken.
    assert(kernel_memory_bytes(boot, core_count) <= boot->memory_bytes);
    bus_init(at, core_count);
    rank_peers = (void *)(at += parts.bus);
    core_memory_init(at += parts.peers);
    at += parts.core_memory;
    if (parts.console)
        virtio_console_init(boot, at);
    at += parts.console;
    files_init(boot, at);
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
    sched_stuck_call(cores, deadlock_end);
    if (job_region)
        sched_asked_call(&job_region->asked, cores, deadlock_tell);
    syscall_trace = boot->job ? (boot->job->flags & JOB_STRACE) != 0 : boot->strace;
    if (ranks < 1 || ranks > RANKS_MAX)
        panic("%u ranks asked for; Torito runs 1 to %d", ranks, RANKS_MAX);
    if (cores < 1 || cores > CORES_MAX || cores > boot->cores)
        panic("%u cores asked for; there can be 1 to %u", cores,
              boot->cores < CORES_MAX ? boot->cores : CORES_MAX);
    if (job_region && (job_region->flags & JOB_CORES_SHARED))
        machine->idle_spins = machine->poll_spins = 0;
    core_count = cores;
    memory_give_out(boot);
    ranks_init(ranks);
    machine->cores_start(cores, core_main);
}
