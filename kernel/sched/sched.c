// SPDX-License-Identifier: BSD-2-Clause
// sched.c: the run queue, the sleepers and the inbox of a core.
//
// A thread is on at most one of these: running, in the run queue (READY), blocked (nowhere, or among
// the sleepers if it has a deadline). A blocked thread with nothing else to run does not switch away:
// it idles where it stands, and the switch is saved when the wake is its own.
// Waking from another core goes through the inbox: see inbox.h.
#include "kernel/sched/sched.h"
#include "kernel/bus/bus.h"
#include "kernel/sched/asked.h"
#include "kernel/sched/inbox.h"
#include "kernel/sched/quiet.h"
#include "kernel/sched/watch.h"
#include "lib/lib.h"
#include "machine/x86/x86.h"

#define MXCSR_DEFAULT 0x1f80u
#define X87_DEFAULT 0x037fu

static void (*on_stuck)(void);
static uint32_t cores_watched;

struct run_queue {
    struct thread *head, *tail;
    struct thread *sleepers; // by deadline, earliest first
    struct thread *pollers;  // blocked in sched_wait, latest first
    struct service_watch *watches;
    uint64_t nap_ns;    // of the next sleep with watches
    uint32_t hopeful;   // threads blocked in sched_block: see quiet.h
    bool quiet;         // asleep without hope, or just awake and looking
    struct thread idle; // the context the core booted with: starts the first thread, buries the dead
    struct thread *dead;
    void (*dead_done)(struct thread *thread);
    alignas(64) struct inbox inbox;       // other cores post here
    alignas(128) _Atomic uint32_t asleep; // this core writes it when it sleeps and wakes, others read it
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

static void poller_insert(struct run_queue *queue, struct thread *thread)
{
    thread->since_ns = 0; // set when the core has nothing else to do: see pollers_stamp
    thread->poll_prev = NULL;
    thread->poll_next = queue->pollers;
    if (queue->pollers)
        queue->pollers->poll_prev = thread;
    queue->pollers = thread;
}

static void poller_remove(struct run_queue *queue, struct thread *thread)
{
    if (!thread->poll)
        return;
    if (thread->poll_prev)
        thread->poll_prev->poll_next = thread->poll_next;
    else
        queue->pollers = thread->poll_next;
    if (thread->poll_next)
        thread->poll_next->poll_prev = thread->poll_prev;
    thread->poll = NULL;
}

static void unblock(struct run_queue *queue, struct thread *thread, bool timed_out)
{
    sleeper_remove(queue, thread);
    poller_remove(queue, thread);
    thread->timed_out = timed_out;
    ready_push(queue, thread);
}

static void woken(void *queue, struct thread *thread)
{
    if (thread->state == THREAD_BLOCKED && token_take(thread))
        unblock(queue, thread, false);
}

// A word that the thread watches has risen. It may be ready already, or run: woken for something else.
static void reached(void *queue, struct thread *thread)
{
    if (thread->state == THREAD_BLOCKED)
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

// There is something to do.
static void noise(struct core *core)
{
    if (core->queue->quiet) {
        core->queue->quiet = false;
        quiet_leave(core->index);
    }
}

// Messages wait: lets a waiting thread look at them. If the running thread is one, it does so here, on
// its own stack, and no switch is needed to pass a message on; otherwise one is made ready.
static void messages_dispatch(struct core *core)
{
    struct run_queue *queue = core->queue;

    if (!queue->pollers || !bus_pending(core->index))
        return;
    noise(core);
    if (core->thread->poll)
        core->thread->poll();
    else
        unblock(queue, queue->pollers, false);
}

static struct thread *next_ready(struct core *core)
{
    struct run_queue *queue = core->queue;

    inbox_drain(&queue->inbox, woken, queue);
    sleepers_expire(queue);
    watches_look(&queue->watches, reached, queue);
    messages_dispatch(core);
    return ready_pop(queue);
}

// With watches a core sleeps a while only: watch.h.
static uint64_t nap_end(struct run_queue *queue, uint64_t deadline_ns)
{
    uint64_t end;

    if (!queue->watches)
        return deadline_ns;
    end = machine->now_ns() + queue->nap_ns;
    if (queue->nap_ns < WATCH_NAP_MOST_NS)
        queue->nap_ns *= 2;
    return end < deadline_ns ? end : deadline_ns;
}

// Since when do they wait? The clock is read once per sleep of the core, and not for each wait.
static void pollers_stamp(struct run_queue *queue)
{
    uint64_t now;

    if (!queue->pollers || queue->pollers->since_ns)
        return;
    now = machine->now_ns();
    for (struct thread *thread = queue->pollers; thread && !thread->since_ns;
         thread = thread->poll_next)
        thread->since_ns = now;
}

// The core has looked, having read `round` before, and found nothing: until when it may sleep.
static uint64_t quiet_end(struct core *core, uint64_t round, uint64_t deadline_ns)
{
    struct run_queue *queue = core->queue;
    uint64_t until;

    if (!on_stuck || queue->hopeful)
        return deadline_ns;
    core->thread->fs_base = machine->fs_get(); // for who tells of it
    queue->quiet = true;
    until = quiet_enter(core->index, cores_watched, round);
    if (!until)
        on_stuck();
    return until < deadline_ns ? until : deadline_ns;
}

static void idle(struct core *core, uint64_t round)
{
    struct run_queue *queue = core->queue;

    atomic_store_explicit(&queue->asleep, 1, memory_order_relaxed);
    // That this core sleeps, before the last look at the words: see watch.h for the other side.
    atomic_thread_fence(memory_order_seq_cst);
    watches_look(&queue->watches, reached, queue);
    // Messages that nobody here would take, such as those for ranks that have ended, keep no core awake.
    if (!queue->head && (!queue->pollers || bus_sleep(core->index))) {
        uint64_t deadline = queue->sleepers ? queue->sleepers->deadline_ns : NEVER;

        pollers_stamp(queue);
        deadline = nap_end(queue, quiet_end(core, round, deadline));
        machine->core_idle(core, asked_look_end(core, deadline));
        if (queue->pollers)
            bus_awake(core->index);
    }
    atomic_store_explicit(&queue->asleep, 0, memory_order_relaxed);
}

// The next thread to run; sleeps until there is one. The running thread is not in the queue.
static struct thread *next_wait(struct core *core)
{
    struct run_queue *queue = core->queue;
    uint32_t turns = 0, spins = queue->pollers ? machine->poll_spins : machine->idle_spins;

    queue->nap_ns = spins ? WATCH_NAP_NS : WATCH_NAP_SHARED_NS;
    for (;;) { // ends when a thread is woken; a job in which none can be ends in idle
        uint64_t round = quiet_round();
        struct thread *thread = next_ready(core);

        if (asked())
            asked_answer(core);
        if (thread) {
            // Who only looks whether something has come from outside has not begun with anything.
            if (thread->hopeful || !thread->timed_out)
                noise(core);
            return thread;
        }
        if (turns++ < spins) {
            __builtin_ia32_pause();
            continue;
        }
        idle(core, round);
        turns = 0;
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
    if (thread->state == THREAD_BLOCKED) {
        sleeper_remove(queue, thread);
        poller_remove(queue, thread);
        watches_forget(&queue->watches, thread);
    }
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
    if (thread->hopeful)
        queue->hopeful--;
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

static bool in_gap(const struct trace_buffer *trace)
{
    return trace->gap_begin && !trace->woken;
}

// --trace: what a thread that gives its core up has to say about it when it is back; 0: nothing.
static uint64_t away_begin(const struct thread *self, bool others)
{
    return self->trace && !(others && in_gap(self->trace)) ? __builtin_ia32_rdtsc() : 0;
}

// A long wait ends the gap it lies in; the library, whose memory this is, finds that with its next call.
static bool gap_ends(struct trace_buffer *trace, uint64_t begin, uint64_t end)
{
    if (end - begin < trace->long_wait)
        return false;
    trace->gap_calls = trace_gap_calls(trace);
    *trace->calls_left = 0;
    trace->woken = begin;
    return true;
}

static void away_end(const struct thread *self, uint64_t begin)
{
    struct trace_buffer *trace = self->trace;
    uint64_t end;

    if (!begin || !trace)
        return;
    end = __builtin_ia32_rdtsc();
    if (in_gap(trace) && !gap_ends(trace, begin, end))
        return;
    if (trace->count < TRACE_RECORDS)
        trace->record[trace->count++] = (struct trace_record){
            .begin = begin, .end = end, .call = TRACE_SWITCHED, .peer = TRACE_NO_PEER};
    else
        trace->lost++;
}

void sched_yield(void)
{
    struct core *core = core_self();
    struct run_queue *queue = core->queue;
    struct thread *self = core->thread, *next;
    uint64_t begin;

    self->wait_frame = __builtin_frame_address(0);
    self->yields = !self->in_syscall;
    if (asked())
        asked_answer(core);
    next = next_ready(core);
    if (next) {
        begin = away_begin(self, true);
        ready_push(queue, self);
        switch_to(core, self, next);
        away_end(self, begin);
    }
    self->yields = false;
}

static void block(struct core *core, struct thread *self)
{
    uint64_t begin = away_begin(self, core->queue->head);
    struct thread *next;

    self->state = THREAD_BLOCKED;
    next = next_wait(core);
    if (next != self)
        switch_to(core, self, next);
    self->state = THREAD_RUNNING;
    away_end(self, begin);
}

bool sched_block_hopeless(uint64_t deadline_ns)
{
    struct core *core = core_self();
    struct thread *self = core->thread;

    if (token_take(self))
        return true;
    self->deadline_ns = deadline_ns;
    if (deadline_ns != NEVER)
        sleeper_insert(core->queue, self);
    block(core, self);
    return !self->timed_out;
}

bool sched_block(uint64_t deadline_ns)
{
    struct core *core = core_self();
    struct thread *self = core->thread;
    bool in_time;

    // Counted until it runs again: before that the core does not sleep.
    self->hopeful = true;
    core->queue->hopeful++;
    in_time = sched_block_hopeless(deadline_ns);
    core->queue->hopeful--;
    self->hopeful = false;
    return in_time;
}

// `frame`: of the function that the program has called.
static void wait(bool (*poll)(void), const void *frame)
{
    struct core *core = core_self();
    struct thread *self = core->thread;

    if (token_take(self))
        return;
    self->wait_frame = frame;
    self->poll = poll;
    poller_insert(core->queue, self);
    block(core, self);
}

void sched_wait(bool (*poll)(void))
{
    wait(poll, __builtin_frame_address(0));
}

void sched_watch(struct service_watch *watch, bool (*poll)(void))
{
    struct run_queue *queue = core_self()->queue;

    for (struct service_watch *each = watch; each; each = each->also)
        watch_insert(&queue->watches, each, thread_self());
    wait(poll, __builtin_frame_address(0));
    for (struct service_watch *each = watch; each; each = each->also)
        watch_remove(&queue->watches, each);
}

const _Atomic uint32_t *sched_asleep(uint32_t core)
{
    static const _Atomic uint32_t awake;
    // NULL: it is still starting, and nobody waits there. One word, written once.
    const struct run_queue *queue = *(struct run_queue *volatile *)&machine->core_get(core)->queue;

    return queue ? &queue->asleep : &awake;
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

void sched_stuck_call(uint32_t cores, void (*stuck)(void))
{
    cores_watched = cores;
    on_stuck = stuck;
}

bool sched_others_ready(void)
{
    struct run_queue *queue = core_self()->queue;

    if (asked()) {
        struct thread *self = thread_self();

        self->wait_frame = __builtin_frame_address(0);
        self->yields = !self->in_syscall;
        asked_answer(core_self());
        self->yields = false;
    }
    inbox_drain(&queue->inbox, woken, queue);
    watches_look(&queue->watches, reached, queue);
    sleepers_expire(queue); // a program that polls may ask nothing else
    return queue->head != NULL;
}
