// SPDX-License-Identifier: BSD-2-Clause
// deadlock.c: who waits for what: the end of a job that is stuck, and the answer to a launcher that asks.
//
// Stuck: all cores sleep, and nothing will wake them (kernel/sched/quiet.h). So the core that has found it
// out may read the memory of all ranks and their stacks, and even run a function of theirs: libmpi itself
// says what its requests are (explain in abi/services.h). The functions that wait, and where the program
// calls them, are found from the stacks; who prints the table looks up their names.
//
// Asked (kernel/sched/asked.h): the job goes on, and each core tells of its own ranks alone.
#include "kernel/signal/signal.h"
#include "lib/lib.h"
#include "machine/regs.h"
#include <stdatomic.h>

#define STATUS 123           // docs/mpiexec.md
#define BY_HAND_LINES_MAX 64 // without a launcher

static _Atomic uint32_t claimed;

// The next line of the table, or `spare` where that has no place for it.
static struct job_wait *line_start(const struct rank *rank, struct job_wait *spare)
{
    struct job_wait *line = spare;
    uint32_t at;

    if (job_region) {
        at = atomic_fetch_add_explicit(&job_region->wait_count, 1, memory_order_relaxed);
        if (at < job_region->waits_max)
            line = (struct job_wait *)((char *)job_region + job_region->waits_offset) + at;
    }
    line->rank = rank->index;
    line->core = rank->core;
    line->slot = rank->slot.memory.base;
    line->frame_count = 0;
    line->waited_ns = 0;
    line->text[0] = '\0';
    return line;
}

static void line_end(struct job_wait *line, enum job_wait_kind kind)
{
    static uint32_t lines;

    // release: the line before its kind. Pairs with the launcher's acquire.
    atomic_store_explicit(&line->kind, kind, memory_order_release);
    if (!job_region && kind != JOB_WAIT_NONE && lines++ < BY_HAND_LINES_MAX) // one core tells
        crash_print_wait(line);
}

// Where the thread is in the program: behind its call of the scheduler, or in its system call.
static void line_frames(struct job_wait *line, const struct rank *rank, const struct thread *thread)
{
    const uint64_t *frame = thread->wait_frame;
    struct regs regs = {.rip = 0};

    if (thread->poll || thread->yields)
        regs = (struct regs){.rip = frame[1] - 1, .rbp = frame[0], .rsp = (uintptr_t)(frame + 2)};
    else if (thread->regs)
        regs = *thread->regs;
    if (regs.rip)
        line->frame_count = unwind(rank, &regs, line->frames, JOB_WAIT_FRAMES_MAX);
}

// Lets the rank's library speak. It may use its thread pointer, as all of a libc does.
static void explain(struct job_wait *line, const struct rank *rank, struct thread *thread,
                    uintptr_t fs_base, bool runs)
{
    uintptr_t own = machine->fs_get();

    if (!rank->explain)
        return;
    machine->fs_set(fs_base);
    rank->explain(thread, runs, line->text, sizeof line->text);
    machine->fs_set(own);
    line->text[sizeof line->text - 1] = '\0';
}

static enum job_wait_kind kind_of(const struct thread *thread)
{
    if (thread->poll)
        return JOB_WAIT_MPI;
    if (thread->yields)
        return JOB_WAIT_POLL;
    if (thread->state != THREAD_BLOCKED)
        return JOB_WAIT_TURN;
    return thread->hopeful ? JOB_WAIT_OUTSIDE : JOB_WAIT_THREAD;
}

static void tell_thread(const struct rank *rank, struct thread *thread, uint64_t now, bool runs)
{
    struct job_wait spare, *line = line_start(rank, &spare);

    if (thread->since_ns && thread->poll)
        line->waited_ns = now - thread->since_ns;
    line_frames(line, rank, thread);
    if (thread->poll)
        explain(line, rank, thread, thread->fs_base, runs);
    line_end(line, kind_of(thread));
}

static void tell_messages(const struct rank *rank, uintptr_t fs_base, bool runs)
{
    struct job_wait spare, *line = line_start(rank, &spare);

    explain(line, rank, NULL, fs_base, runs);
    line_end(line, line->text[0] ? JOB_WAIT_MESSAGE : JOB_WAIT_NONE);
}

// All its threads in MPI; of a rank without any its main thread.
static void tell_rank(const struct rank *rank, bool runs)
{
    uint64_t now = machine->now_ns();
    struct thread *some = NULL;
    struct job_wait spare;
    bool in_mpi = false;

    if (rank->ended) {
        line_end(line_start(rank, &spare), JOB_WAIT_ENDED);
        return;
    }
    for (struct thread *thread = rank->threads; thread; thread = thread->rank_next) {
        if (thread->state == THREAD_EXITED || thread->tid == 0)
            continue;
        some = thread; // the last is the main thread
        if (!thread->poll && !thread->yields)
            continue;
        tell_thread(rank, thread, now, runs);
        in_mpi = true;
    }
    if (some && !in_mpi)
        tell_thread(rank, some, now, runs);
    if (some)
        tell_messages(rank, some->fs_base, runs);
}

void deadlock_tell(void)
{
    for (uint32_t i = 0; i < rank_count; i++) {
        const struct rank *rank = rank_get(i);

        if (rank && rank->core == core_self()->index)
            tell_rank(rank, true);
    }
    // release: all lines before the word. Pairs with the launcher's acquire.
    atomic_fetch_add_explicit(&job_region->told, 1, memory_order_release);
}

void deadlock_end(void)
{
    static const char text[] = "deadlock: every rank waits, and no message is under way";
    struct job_end end = {.cause = JOB_STUCK,
                          .rank = JOB_NO_RANK,
                          .core = core_self()->index,
                          .status = STATUS,
                          .vector = 256};

    if (atomic_exchange_explicit(&claimed, 1, memory_order_relaxed))
        for (;;) // another core tells
            __builtin_ia32_pause();
    memcpy(end.text, text, sizeof text);
    if (!job_region)
        crash_print(&end);
    for (uint32_t i = 0; i < rank_count; i++)
        if (rank_get(i) && !(job_region && job_region->asked)) // else each core has told, or does
            tell_rank(rank_get(i), false);
    if (!job_region)
        end.cause = JOB_EXIT; // has been told
    job_end(&end);
}
