// SPDX-License-Identifier: BSD-2-Clause
// deadlock.c: the end of a job that is stuck: who waits for what.
//
// All cores sleep, and nothing will wake them (kernel/sched/quiet.h). So the core that has found it out
// may read the memory of all ranks and their stacks, and even run a function of theirs: libmpi itself
// says what its requests are (explain in abi/services.h). The functions that wait, and where the program
// calls them, are found from the stacks; who prints the table looks up their names.
#include "kernel/signal/signal.h"
#include "lib/lib.h"
#include "machine/regs.h"
#include <stdatomic.h>

#define STATUS 123           // docs/mpiexec.md
#define BY_HAND_LINES_MAX 64 // without a launcher

static _Atomic uint32_t claimed;
static uint32_t lines;
static struct job_wait line; // one at a time

static void line_put(void)
{
    uint32_t at = lines++;

    if (!job_region) {
        if (at < BY_HAND_LINES_MAX)
            crash_print_wait(&line);
    } else if (at < job_region->waits_max) {
        struct job_wait *table = (void *)((char *)job_region + job_region->waits_offset);

        table[at] = line;
    }
}

static void line_start(const struct rank *rank, enum job_wait_kind kind)
{
    line = (struct job_wait){
        .kind = kind, .rank = rank->index, .core = rank->core, .slot = rank->slot.memory.base};
}

// Where the thread is in the program: behind its call of sched_wait, or in its system call.
static void line_frames(const struct rank *rank, const struct thread *thread)
{
    const uint64_t *frame = thread->wait_frame;
    struct regs regs = {.rip = 0};

    if (thread->poll)
        regs = (struct regs){.rip = frame[1] - 1, .rbp = frame[0], .rsp = (uintptr_t)(frame + 2)};
    else if (thread->regs)
        regs = *thread->regs;
    if (regs.rip)
        line.frame_count = unwind(rank, &regs, line.frames, JOB_WAIT_FRAMES_MAX);
}

// Lets the rank's library speak. It may use its thread pointer, as all of a libc does.
static void explain(const struct rank *rank, struct thread *thread, uintptr_t fs_base)
{
    uintptr_t own = machine->fs_get();

    if (!rank->explain)
        return;
    machine->fs_set(fs_base);
    rank->explain(thread, line.text, sizeof line.text);
    machine->fs_set(own);
    line.text[sizeof line.text - 1] = '\0';
}

static void tell_thread(const struct rank *rank, struct thread *thread, uint64_t now)
{
    line_start(rank, thread->poll ? JOB_WAIT_MPI : JOB_WAIT_THREAD);
    if (thread->since_ns && thread->poll)
        line.waited_ns = now - thread->since_ns;
    line_frames(rank, thread);
    if (thread->poll)
        explain(rank, thread, thread->fs_base);
    line_put();
}

static void tell_rank(const struct rank *rank, uint64_t now)
{
    struct thread *some = NULL;
    bool in_mpi = false;

    for (struct thread *thread = rank->threads; thread; thread = thread->rank_next) {
        if (thread->state != THREAD_BLOCKED || thread->tid == 0)
            continue;
        some = thread; // the last is the main thread
        if (!thread->poll)
            continue;
        tell_thread(rank, thread, now);
        in_mpi = true;
    }
    if (some && !in_mpi)
        tell_thread(rank, some, now);
    if (!some)
        return;
    line_start(rank, JOB_WAIT_MESSAGE);
    explain(rank, NULL, some->fs_base);
    if (line.text[0])
        line_put();
}

void deadlock_end(void)
{
    static const char text[] = "deadlock: every rank waits, and no message is under way";
    struct job_end end = {.cause = JOB_STUCK,
                          .rank = JOB_NO_RANK,
                          .core = core_self()->index,
                          .status = STATUS,
                          .vector = 256};
    uint64_t now = machine->now_ns();

    if (atomic_exchange_explicit(&claimed, 1, memory_order_relaxed))
        for (;;) // another core tells
            __builtin_ia32_pause();
    memcpy(end.text, text, sizeof text);
    if (!job_region)
        crash_print(&end);
    for (uint32_t i = 0; i < rank_count; i++) {
        const struct rank *rank = rank_get(i);

        if (!rank)
            continue;
        if (rank->ended) {
            line_start(rank, JOB_WAIT_ENDED);
            line_put();
        } else {
            tell_rank(rank, now);
        }
    }
    if (job_region)
        job_region->wait_count = lines;
    else
        end.cause = JOB_EXIT; // has been told
    job_end(&end);
}
