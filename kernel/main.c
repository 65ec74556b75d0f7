// SPDX-License-Identifier: BSD-2-Clause
// main.c: from a machine that runs to ranks that run.
#include "kernel/io/io.h"
#include "kernel/rank/rank.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/syscall.h"
#include "lib/lib.h"

// Each core creates the ranks that live on it, in memory near it.
static void core_ranks_create(struct core *core)
{
    uint32_t cores = job_region ? job_region->cores : boot_info->cores;

    for (uint32_t r = 0; r < rank_count; r++)
        if (rank_core(r, rank_count, cores) == core->index) {
            rank_create(r);
            io_open_rank(rank_get(r));
        }
}

static void core_main(struct core *core)
{
    sched_run(core, core_ranks_create);
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
    syscall_trace = boot->job ? (boot->job->flags & JOB_STRACE) != 0 : boot->strace;
    if (ranks < 1 || ranks > RANKS_MAX)
        panic("%u ranks asked for; Torito runs 1 to %d", ranks, RANKS_MAX);
    if (cores < 1 || cores > CORES_MAX || cores > boot->cores)
        panic("%u cores asked for; there can be 1 to %u", cores,
              boot->cores < CORES_MAX ? boot->cores : CORES_MAX);
    ranks_init(ranks);
    machine->cores_start(cores, core_main);
}
