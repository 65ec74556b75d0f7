// SPDX-License-Identifier: BSD-2-Clause
// end.c: how a job ends. The first reason wins; every other core that finds one stops here.
#include "kernel/rank/rank.h"
#include "lib/lib.h"
#include <stdatomic.h>

void (*job_end_report)(const struct job_end *end);
static _Atomic uint32_t end_claimed; // by the core of this index + 1

_Noreturn static void wait_for_end(void)
{
    for (;;) // the core that came first stops the machine
        __builtin_ia32_pause();
}

// --trace: what the ranks did last is worth most when a job ends early. The other cores still run: a record
// that one of them is writing may be torn, as the launcher sees by its times.
static void records_save(void)
{
    for (uint32_t r = 0; r < rank_count; r++) {
        struct rank *rank = rank_get(r);

        if (rank && rank->trace)
            rank_trace_end(rank, true);
    }
}

void job_end(const struct job_end *end)
{
    uint32_t mine = core_self()->index + 1, first = 0;

    if (!atomic_compare_exchange_strong_explicit(&end_claimed, &first, mine, memory_order_relaxed,
                                                 memory_order_relaxed)) {
        if (first != mine)
            wait_for_end();
        machine->exit(125); // this core failed while it told of the first reason
    }
    if (job_region) {
        records_save();
        atomic_store_explicit(&job_region->end_claimed, 1, memory_order_relaxed);
        job_region->end = *end;
        // release: the reasons before the state. Pairs with the launcher's acquire.
        atomic_store_explicit(&job_region->state, JOB_ENDED, memory_order_release);
        machine->kick();
    } else if (job_end_report) {
        job_end_report(end);
    }
    machine->exit((int)end->status);
}

void panic(const char *text, ...)
{
    struct core *core = core_self();
    struct job_end end = {
        .cause = JOB_PANIC, .rank = JOB_NO_RANK, .core = core->index, .status = 125, .vector = 256};
    va_list list;

    va_start(list, text);
    format_list(end.text, sizeof end.text, text, list);
    va_end(list);
    job_end(&end);
}

void assert_failed(const char *expression, const char *file, int line)
{
    panic("%s:%d: assertion failed: %s", file, line, expression);
}
