// SPDX-License-Identifier: BSD-2-Clause
// sched.h: cooperative threads of one core.
//
// Each core has one run queue that only it touches: no lock, no preemption, no tick. A thread runs
// until it blocks, yields or exits. Another core may only wake: sched_wake puts the thread on the
// target's inbox, a lock-free stack, and rouses that core if it sleeps.
//
// A switch inside a system call saves the vector registers as well (a system call keeps them); a
// switch in a plain function call saves what the System V ABI says a call keeps.
#pragma once
#include "abi/trace.h"
#include "machine/machine.h"
#include <stdatomic.h>

struct rank; // kernel/rank
struct service_watch;

enum thread_state { THREAD_READY, THREAD_RUNNING, THREAD_BLOCKED, THREAD_EXITED };

struct thread {
    uintptr_t sp; // saved stack pointer while not running; machine/x86/switch.S knows it is first
    uintptr_t fs_base;
    uintptr_t kernel_stack; // top
    void *vector_area;
    bool in_syscall;      // vector registers must survive a switch
    uint8_t state;        // enum thread_state; the core's
    bool timed_out;       // why the last sched_block ended
    bool hopeful;         // in sched_block; the core's
    uint32_t core;        // never changes
    uint64_t deadline_ns; // while on the core's list of sleepers
    struct thread *next;  // run queue
    bool (*poll)(void);   // blocked in sched_wait: looks for messages of this core
    struct thread *poll_next, *poll_prev;
    uint64_t since_ns; // since when its core has had nothing to do but wait for it; 0: not yet
    // Of sched_wait, sched_yield and, while the core tells, sched_others_ready, for backtraces: the caller's
    // rbp, then the return address.
    const void *wait_frame;
    bool yields; // in sched_yield or, while the core tells, sched_others_ready; not in a system call
    struct thread *sleep_next, *sleep_prev;
    _Atomic(struct thread *) inbox_next; // from here to in_inbox: wakers of other cores write, too
    _Atomic uint32_t wake_pending;       // a wake nobody has used yet
    _Atomic uint32_t in_inbox;           // it has one place in the inbox of its core at most
    struct rank *rank;
    struct trace_buffer *trace; // --trace: where the times are recorded in which it does not run
    uint32_t tid;               // as the payload sees it
    struct regs *regs; // of the system call or exception it is in, for signals; NULL outside
    // Owned by the rooms above, which find it from the running thread.
    void *futex;           // kernel/syscall: its place among the waiters of a futex, or NULL
    uintptr_t clear_tid;   // set_tid_address
    uintptr_t robust_list; // set_robust_list
    char name[16];         // prctl(PR_SET_NAME)
    uint32_t calls;        // system calls made; kernel/syscall lets others run now and then
    uint64_t sigmask, sigpending;
    uint64_t sigmask_own; // kernel/signal: what sigmask becomes again behind a call like sigsuspend
    bool sigmask_kept;    // sigmask_own holds it
    uintptr_t altstack;
    size_t altstack_bytes;
    struct thread *rank_next; // the rank's list of threads
};

static inline struct thread *thread_self(void)
{
    struct thread *thread;

    __asm__ volatile("movq %%gs:24, %0" : "=r"(thread));
    return thread;
}

// The running core's loop; entered once per core by the machine. Runs `first` on the idle thread
// (it creates the core's ranks), then threads until the machine ends.
_Noreturn void sched_run(struct core *core, void (*first)(struct core *core));

// Prepares a zeroed thread on `core`: it will run entry(arg) on its own stack `stack_top`, and must
// end in thread_exit. kernel_stack, vector_area, rank and tid are the caller's to fill in.
void thread_init(struct thread *thread, uint32_t core, uintptr_t stack_top, void (*entry)(void *),
                 void *arg);

// Makes a thread that never ran ready. Its own core only.
void thread_start(struct thread *thread);

// Takes a thread that is not running off its core's lists, for ever. Its own core only.
void thread_stop(struct thread *thread);

// Ends the running thread. `done(thread)` then runs on the core's idle stack and may free it.
_Noreturn void thread_exit(void (*done)(struct thread *thread));

// Lets the other ready threads of this core run first. Returns at once if there are none.
void sched_yield(void);

// Blocks the running thread until sched_wake or the deadline (NEVER: no deadline). Returns false on
// time-out. A wake that came before the block ends it at once, so "publish, then block" is safe.
bool sched_block(uint64_t deadline_ns);

// The same for what only another thread of the job can end: a wait for such things alone may be a
// deadlock, see quiet.h. sched_block is for what comes from outside, such as time, input and signals.
// A deadline here is for a look at something that no deadlock waits for.
bool sched_block_hopeless(uint64_t deadline_ns);

// Before any core runs: `stuck` is called when all threads of the job are blocked for ever, on one or more
// of the cores, and does not return. NULL: nobody wants to know.
void sched_stuck_call(uint32_t cores, void (*stuck)(void));

// Blocks until sched_wake, like sched_block_hopeless without a deadline, for a thread that waits for
// messages. When the core has nothing to run, it calls poll() of a waiting thread as long as messages wait on
// the bus: poll takes them and wakes whom they are for. It runs on the thread's stack while the thread
// is blocked (or right before it returns to its caller) and must not block.
void sched_wait(bool (*poll)(void));

// The same, and until a word has risen: watch.h. May return early.
void sched_watch(struct service_watch *watch, bool (*poll)(void));

// Before any core runs: when *word is not 0 any more, each core calls tell() once, as soon as it comes by: it
// looks when it has nothing to do, and when a thread yields or asks whether others want to run. The threads
// of that core stand still meanwhile.
void sched_asked_call(const _Atomic uint32_t *word, uint32_t cores, void (*tell)(void));

// Not 0 while the core sleeps.
const _Atomic uint32_t *sched_asleep(uint32_t core);

// Makes a blocked thread ready, from any core. Harmless if it is not blocked: its next block returns.
void sched_wake(struct thread *thread);

// Ready threads of this core besides the running one. A hint for spinning.
bool sched_others_ready(void);
