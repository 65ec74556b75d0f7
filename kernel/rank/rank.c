// SPDX-License-Identifier: BSD-2-Clause
// rank.c: ranks and their threads: creation on the rank's own core, and the end of a rank.
//
// struct rank, its region table and its descriptors lie at the end of the slot, so everything that
// belongs to a rank is in memory of its own.
#include "kernel/rank/rank.h"
#include "kernel/rank/core_memory.h"
#include "kernel/rank/service.h"
#include "kernel/rank/start.h"
#include "lib/lib.h"
#include <linux/futex.h>
#include <stdatomic.h>

const struct boot *boot_info;
struct job *job_region;
uint32_t core_count;
uint32_t rank_count;
void *_Atomic *rank_peers;
void (*rank_at_exit)(struct rank *rank);
void (*rank_trace_empty)(struct rank *rank, bool now);
static _Atomic uint32_t ranks_left;

void ranks_init(uint32_t count)
{
    rank_count = count;
    atomic_store_explicit(&ranks_left, count, memory_order_relaxed); // before any other core runs
    slots_init(count);
}

uint32_t rank_core(uint32_t rank, uint32_t ranks, uint32_t cores)
{
    return (uint32_t)((uint64_t)rank * cores / ranks);
}

_Noreturn static void no_memory(const struct payload *payload, uint32_t index, uint32_t core)
{
    struct job_end end = {
        .cause = JOB_PANIC, .rank = index, .core = core, .status = 125, .vector = 256};
    uint64_t need = payload->header->bss_end - payload->header->data_start;

    format(
        end.text, sizeof end.text,
        "too little memory: a rank needs %lu MiB for its data and 1 MiB more for stack and heap, "
        "the machine has %lu MiB for %u ranks; use --mem or fewer ranks",
        (need >> 20) + 1, machine->memory_bytes() >> 20, rank_count);
    job_end(&end);
}

// Which section of the job a rank belongs to, and the payload that section runs.
static void section_find(struct rank *rank, uint32_t *section, const struct job_section **found)
{
    const struct job_section *list;
    uint32_t before = 0;

    *section = 0;
    *found = NULL;
    if (!job_region)
        return;
    list = (const void *)((const char *)job_region + job_region->sections_offset);
    for (uint32_t i = 0; i < job_region->section_count; i++) {
        if (rank->index < before + list[i].ranks) {
            *section = i;
            *found = &list[i];
            return;
        }
        before += list[i].ranks;
    }
    panic("rank %u belongs to no section of the job", rank->index);
}

// --trace: the buffer, in the rank's own slot. false: no memory.
static bool trace_create(struct rank *rank)
{
    intptr_t at;

    if (!job_region || !(job_region->flags & JOB_RECORD))
        return true;
    at = slot_map(&rank->slot, 0, sizeof *rank->trace, PROT_R | PROT_W, false);
    if (at < 0)
        return false;
    rank->trace = (struct trace_buffer *)at;
    rank->trace->every = job_region->flags & JOB_RECORD_ALL;
    return true;
}

void rank_trace_end(struct rank *rank, bool now)
{
    struct trace_buffer *trace = rank->trace;

    rank_trace_empty(rank, now);
    if (!trace->gap_begin ||
        !slot_check((uintptr_t)trace->calls_left, sizeof *trace->calls_left, PROT_R))
        return;
    trace_gap_close(trace, __builtin_ia32_rdtsc());
    rank_trace_empty(rank, now);
}

void rank_create(uint32_t index)
{
    struct rank on_stack = {.index = index}, *rank;
    uint32_t core = core_self()->index, section;
    const struct job_section *job_section;
    const struct payload *payload;
    struct payload own;
    struct slot_memory memory;
    struct thread *main_thread;
    size_t kernel_bytes = PAGE_BYTES + ROUND_UP(sizeof *rank, 64) + ROUND_UP(SLOT_TABLE_BYTES, 64) +
                          RANK_FILES_MAX * sizeof(struct file);

    kernel_bytes = ROUND_UP(kernel_bytes, PAGE_BYTES);
    section_find(&on_stack, &section, &job_section);
    payload = payload_of_section(section, &own);
    if (machine->slot_create(index, rank_count, payload, &memory) ||
        memory.end - memory.start < kernel_bytes ||
        machine->map(memory.end - kernel_bytes, kernel_bytes, PROT_R | PROT_W, memory.zeroed))
        no_memory(payload, index, core);
    rank = (struct rank *)(memory.end - kernel_bytes + rank_colour(index));
    rank->index = index;
    rank->core = core;
    rank->section = section;
    rank->job_section = job_section;
    if (payload == &own) {
        rank->own_payload = own;
        payload = &rank->own_payload;
    }
    rank->payload = payload;
    rank->cwd_fd = -1;
    rank->user_ns_start = machine->now_ns();
    rank->file = (void *)((char *)rank + ROUND_UP(sizeof *rank, 64) + ROUND_UP(SLOT_TABLE_BYTES, 64));
    if (slot_create(&rank->slot, index, &memory, payload, kernel_bytes,
                    (void *)((char *)rank + ROUND_UP(sizeof *rank, 64))))
        no_memory(payload, index, core);
    if (!trace_create(rank))
        no_memory(payload, index, core);
    services_fill(rank);
    main_thread = rank_thread_create(rank);
    if (!main_thread)
        no_memory(payload, index, core);
    main_thread->trace = rank->trace;
    thread_init(main_thread, core, main_thread->kernel_stack, start_rank, rank);
    thread_start(main_thread);
}

// What a thread that lived before leaves to the next one: its memory, and its place in the inbox of
// the core. A late waker may be writing there at this moment, so all around it is cleared and not it.
static void thread_clear(struct thread *thread)
{
    uintptr_t kernel_stack = thread->kernel_stack;
    void *vector_area = thread->vector_area;

    memset(thread, 0, offsetof(struct thread, inbox_next));
    memset((char *)thread + offsetof(struct thread, rank), 0,
           sizeof *thread - offsetof(struct thread, rank));
    atomic_store_explicit(&thread->wake_pending, 0, memory_order_relaxed); // it meant the old thread
    thread->kernel_stack = kernel_stack;
    thread->vector_area = vector_area;
}

// Thread ids are unique in the job, fit the 30 bits a futex has for them, and come round again after
// a million threads of a rank. The main thread's is the rank's process id.
static uint32_t tid_new(struct rank *rank)
{
    const struct thread *thread;
    uint32_t tid;

    do { // ends: a rank has far fewer live threads than ids
        tid = rank_pid(rank) + rank->next_tid++ % (FUTEX_TID_MASK / RANKS_MAX) * RANKS_MAX;
        for (thread = rank->threads; thread && thread->tid != tid;)
            thread = thread->rank_next;
    } while (thread);
    return tid;
}

// A guard page, the kernel stack, struct thread, the vector area: one mapping.
struct thread *rank_thread_create(struct rank *rank)
{
    size_t colour = rank_colour(rank->index + rank->next_tid);
    size_t behind = PAGE_BYTES + ROUND_UP(sizeof(struct thread), 64) + machine->vector_bytes;
    size_t bytes = PAGE_BYTES + KERNEL_STACK_BYTES + ROUND_UP(behind, PAGE_BYTES);
    struct thread *thread = rank->free_threads;

    if (thread) {
        rank->free_threads = thread->rank_next;
        thread_clear(thread);
    } else {
        intptr_t at = slot_map(&rank->slot, 0, bytes, PROT_R | PROT_W, false);

        if (at < 0)
            return NULL;
        if (slot_protect(&rank->slot, (uintptr_t)at, PAGE_BYTES, 0)) {
            slot_unmap(&rank->slot, (uintptr_t)at, bytes);
            return NULL;
        }
        thread = (struct thread *)((uintptr_t)at + PAGE_BYTES + KERNEL_STACK_BYTES + colour);
        thread->kernel_stack = (uintptr_t)thread;
        thread->vector_area = (char *)thread + ROUND_UP(sizeof *thread, 64);
    }
    machine->vector_save(thread->vector_area); // a valid image to start from
    thread->rank = rank;
    thread->core = rank->core;
    thread->tid = tid_new(rank);
    thread->rank_next = rank->threads;
    rank->threads = thread;
    rank->thread_count++;
    return thread;
}

void rank_thread_free(struct thread *thread)
{
    struct rank *rank = thread->rank;
    struct thread **at = &rank->threads;

    while (*at != thread) // it is on its rank's list
        at = &(*at)->rank_next;
    *at = thread->rank_next;
    rank->thread_count--;
    thread->rank_next = rank->free_threads;
    rank->free_threads = thread;
}

static void thread_done(struct thread *thread)
{
    (void)thread; // its memory goes with the slot
}

void rank_exit(int status)
{
    struct thread *self = thread_self();
    struct rank *rank = self->rank;

    for (struct thread *thread = rank->threads; thread; thread = thread->rank_next)
        if (thread != self)
            thread_stop(thread);
    self->trace =
        NULL; // the thread, not the rank: what it waits for from here on is not the program's
    if (rank->trace)
        rank_trace_end(rank, false);
    if (rank_at_exit)
        rank_at_exit(rank);
    if ((status & 255) != 0) {
        struct job_end end = {.cause = JOB_EXIT,
                              .rank = rank->index,
                              .core = rank->core,
                              .status = (uint32_t)status & 255,
                              .vector = 256,
                              .section = rank->section};

        job_end(&end);
    }
    rank->ended = true;
    // acq_rel: whoever counts the last rank out has seen what the others wrote.
    if (atomic_fetch_sub_explicit(&ranks_left, 1, memory_order_acq_rel) == 1) {
        struct job_end end = {.cause = JOB_DONE, .rank = JOB_NO_RANK, .vector = 256};

        job_end(&end);
    }
    thread_exit(thread_done);
}
