// SPDX-License-Identifier: BSD-2-Clause
// sched.c: the run queue, the sleepers and the inbox of a core.
//
// A thread is on at most one of these: running, in the run queue (READY), blocked (nowhere, or among
// the sleepers if it has a deadline). A blocked thread with nothing else to run does not switch away:
// it idles where it stands, and the switch is saved when the wake is its own.
// Waking from another core goes through the inbox: see inbox.h.
#include "kernel/sched/sched.h"
#include "kernel/sched/inbox.h"
#include "lib/lib.h"
#include "machine/x86/x86.h"

#define MXCSR_DEFAULT 0x1f80u
#define X87_DEFAULT 0x037fu

struct run_queue {
    struct thread *head, *tail;
    struct thread *sleepers; // by deadline, earliest first
    struct thread idle; // the context the core booted with: starts the first thread, buries the dead
    struct thread *dead;
    void (*dead_done)(struct thread *thread);
    alignas(64) struct inbox inbox; // other cores post here
};

static void ready_push(struct run_queue *queue, struct thread *thread)
{
    thread->state = THREAD_READY;
    thread->next = NULL;
    if (queue->tail)
        queue->tail->next = thread;
    else
        queue->head = thread;
    queue->tail = thread;
}

static struct thread *ready_pop(struct run_queue *queue)
{
    struct thread *thread = queue->head;

    if (thread) {
        queue->head = thread->next;
        if (!queue->head)
            queue->tail = NULL;
    }
    return thread;
}

static void sleeper_insert(struct run_queue *queue, struct thread *thread)
{
    struct thread *before = NULL, *at = queue->sleepers;

    while (at && at->deadline_ns <= thread->deadline_ns) {
        before = at;
        at = at->sleep_next;
    }
    thread->sleep_prev = before;
    thread->sleep_next = at;
    if (before)
        before->sleep_next = thread;
    else
        queue->sleepers = thread;
    if (at)
        at->sleep_prev = thread;
}

static void sleeper_remove(struct run_queue *queue, struct thread *thread)
{
    if (thread->deadline_ns == NEVER)
        return;
    if (thread->sleep_prev)
        thread->sleep_prev->sleep_next = thread->sleep_next;
    else
        queue->sleepers = thread->sleep_next;
    if (thread->sleep_next)
        thread->sleep_next->sleep_prev = thread->sleep_prev;
    thread->deadline_ns = NEVER;
}

static void unblock(struct run_queue *queue, struct thread *thread, bool timed_out)
{
    sleeper_remove(queue, thread);
    thread->timed_out = timed_out;
    ready_push(queue, thread);
}

static void woken(void *queue, struct thread *thread)
{
    if (thread->state == THREAD_BLOCKED && token_take(thread))
        unblock(queue, thread, false);
}

static void sleepers_expire(struct run_queue *queue)
{
    uint64_t now;

    if (!queue->sleepers)
        return;
    now = machine->now_ns();
    while (queue->sleepers && queue->sleepers->deadline_ns <= now)
        unblock(queue, queue->sleepers, true);
}

static void switch_to(struct core *core, struct thread *from, struct thread *to)
{
    bool vectors = from->in_syscall;

    if (vectors)
        machine->vector_save(from->vector_area);
    from->fs_base = machine->fs_get();
    to->state = THREAD_RUNNING;
    core->thread = to;
    core->syscall_stack = to->kernel_stack;
    machine->fs_set(to->fs_base);
    context_switch(&from->sp, to->sp);
    // Here again, some time later, on the same core.
    if (vectors)
        machine->vector_restore(from->vector_area);
}

// The next thread to run; sleeps until there is one. The running thread is not in the queue.
static struct thread *next_wait(struct core *core)
{
    struct run_queue *queue = core->queue;

    for (;;) { // ends when a thread is woken; a job in which none ever is ends by the launcher
        struct thread *thread;

        inbox_drain(&queue->inbox, woken, queue);
        sleepers_expire(queue);
        thread = ready_pop(queue);
        if (thread)
            return thread;
        machine->core_idle(core, queue->sleepers ? queue->sleepers->deadline_ns : NEVER);
    }
}

void sched_run(struct core *core, void (*first)(struct core *core))
{
    struct run_queue own = {.head = NULL}; // this function never returns
    struct run_queue *queue = &own;
    struct thread *idle = &own.idle;

    core->queue = queue;
    idle->state = THREAD_RUNNING;
    idle->core = core->index;
    idle->deadline_ns = NEVER;
    core->thread = idle;
    first(core);
    for (;;) { // for the machine's life
        switch_to(core, idle, next_wait(core));
        if (queue->dead) {
            struct thread *dead = queue->dead;

            queue->dead = NULL;
            queue->dead_done(dead);
        }
    }
}

void thread_init(struct thread *thread, uint32_t core, uintptr_t stack_top, void (*entry)(void *),
                 void *arg)
{
    uint64_t *frame = (uint64_t *)(stack_top - 64); // as context_switch pops it

    assert(stack_top % 16 == 0);
    frame[0] = (uint64_t)X87_DEFAULT << 32 | MXCSR_DEFAULT;
    frame[1] = frame[2] = frame[3] = frame[4] = 0; // r15, r14, r13, r12
    frame[5] = (uintptr_t)entry;                   // rbx
    frame[6] = (uintptr_t)arg;                     // rbp
    frame[7] = (uintptr_t)context_start;
    thread->sp = (uintptr_t)frame;
    thread->core = core;
    thread->deadline_ns = NEVER;
    thread->state = THREAD_BLOCKED;
}

void thread_start(struct thread *thread)
{
    struct core *core = core_self();

    assert(thread->core == core->index);
    ready_push(core->queue, thread);
}

void thread_stop(struct thread *thread)
{
    struct run_queue *queue = core_self()->queue;
    struct thread *before = NULL;

    assert(thread->core == core_self()->index && thread != thread_self());
    if (thread->state == THREAD_BLOCKED)
        sleeper_remove(queue, thread);
    for (struct thread *at = queue->head; at && thread->state == THREAD_READY; at = at->next) {
        if (at == thread) {
            if (before)
                before->next = at->next;
            else
                queue->head = at->next;
            if (queue->tail == at)
                queue->tail = before;
            break;
        }
        before = at;
    }
    thread->state = THREAD_EXITED;
}

void thread_exit(void (*done)(struct thread *thread))
{
    struct core *core = core_self();
    struct thread *self = core->thread;

    self->state = THREAD_EXITED;
    self->in_syscall = false; // nothing of it is needed again
    core->queue->dead = self;
    core->queue->dead_done = done;
    switch_to(core, self, &core->queue->idle);
    __builtin_unreachable();
}

void sched_yield(void)
{
    struct core *core = core_self();
    struct run_queue *queue = core->queue;
    struct thread *self = core->thread, *next;

    inbox_drain(&queue->inbox, woken, queue);
    sleepers_expire(queue);
    next = ready_pop(queue);
    if (!next)
        return;
    ready_push(queue, self);
    switch_to(core, self, next);
}

bool sched_block(uint64_t deadline_ns)
{
    struct core *core = core_self();
    struct thread *self = core->thread, *next;

    if (token_take(self))
        return true;
    self->state = THREAD_BLOCKED;
    self->deadline_ns = deadline_ns;
    if (deadline_ns != NEVER)
        sleeper_insert(core->queue, self);
    next = next_wait(core);
    if (next != self)
        switch_to(core, self, next);
    self->state = THREAD_RUNNING;
    return !self->timed_out;
}

void sched_wake(struct thread *thread)
{
    struct core *core = core_self();

    if (thread->core != core->index) {
        if (inbox_post(&machine->core_get(thread->core)->queue->inbox, thread))
            machine->core_wake(thread->core);
    } else if (thread->state == THREAD_BLOCKED) {
        unblock(core->queue, thread, false);
    } else { // its next block returns at once
        atomic_store_explicit(&thread->wake_pending, 1, memory_order_relaxed);
    }
}

bool sched_others_ready(void)
{
    struct run_queue *queue = core_self()->queue;

    inbox_drain(&queue->inbox, woken, queue);
    return queue->head != NULL;
}
