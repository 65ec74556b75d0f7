// SPDX-License-Identifier: BSD-2-Clause
// rank.h: an MPI process: one copy of the payload, its threads, descriptors and signal handlers.
//
// A rank lives on one core and only that core touches it; what others may read is said so.
#pragma once
#include "abi/services.h"
#include "kernel/sched/sched.h"
#include "kernel/slot/slot.h"

#define RANK_FILES_MAX 1024 // RLIMIT_NOFILE
#define SIGNALS_MAX 64
#define KERNEL_STACK_BYTES (16ul << 10) // of each thread, below kernel_stack

struct file {     // kernel/io
    uint8_t kind; // enum file_kind; 0: free
    bool cloexec;
    uint8_t waits; // enum host_waiting: may host_fd stop the core?
    int host_fd;
    uint32_t status_flags;  // O_*
    struct file_text *text; // what a FILE_TEXT holds, shared by its duplicates
};

struct signal_action { // as the kernel's struct sigaction of x86-64
    uintptr_t handler;
    uint64_t flags;
    uintptr_t restorer;
    uint64_t mask;
};

struct rank {
    uint32_t index; // in MPI_COMM_WORLD
    uint32_t core;
    uint32_t section;                      // of mpiexec A : B
    const struct payload *payload;         // the booted image's or own_payload
    struct payload own_payload;            // where the rank runs another image
    const struct job_section *job_section; // NULL by hand
    struct slot slot;
    struct services services;   // what AT_TORITO points to
    struct trace_buffer *trace; // --trace; NULL: off
    struct thread *threads;
    struct thread *free_threads; // memory of threads that ended
    uint32_t thread_count;
    uint32_t next_tid;
    bool mpi_initialized, mpi_finalized;
    bool exiting;
    bool ended;
    void (*explain)(void *thread, bool runs, char *text, size_t bytes); // services.h; NULL: nobody knows
    bool shares_files; // has had a shared mapping of a file open for writing
    uint64_t random;   // state of getrandom
    struct signal_action action[SIGNALS_MAX];
    uint64_t sigpending;                  // for the rank as a whole
    int sigcode[SIGNALS_MAX];             // si_code of the pending ones
    uint64_t alarm_ns, alarm_interval_ns; // ITIMER_REAL; 0: off
    struct thread *watcher;               // kernel/signal/timer.c; not counted in thread_count
    uint32_t launcher_signals;            // job->signals at the last look
    bool watches_launcher;
    struct file *file;        // RANK_FILES_MAX
    struct file_open *opened; // kernel/file: what is open there; NULL until something is
    int cwd_fd; // of the host: the working directory; AT_FDCWD: the kernel's own; -1: none
    char *cwd;  // its path
    uint32_t umask;
    uint64_t user_ns_start;
    uint8_t enosys_said[64]; // bit per system call: said once
};

// What the machine found at its start, and the launcher's region (NULL by hand). Set by kernel_main,
// then constant; defined in rank.c.
extern const struct boot *boot_info;
extern struct job *job_region;
extern uint32_t core_count;

// Ranks of the job. Any core may read it.
extern uint32_t rank_count;

// The rank, or NULL until it has its slot.
static inline struct rank *rank_get(uint32_t index)
{
    struct slot *slot = slot_table[index];

    return slot ? (struct rank *)((char *)slot - offsetof(struct rank, slot)) : NULL;
}

// What each rank's library has published for the others (services.h); in the kernel's own memory.
extern void *_Atomic *rank_peers;

static inline struct rank *rank_self(void)
{
    struct thread *thread = thread_self();
    return thread ? thread->rank : NULL;
}

// What getpid says: 0 is nobody and 1 is init.
static inline uint32_t rank_pid(const struct rank *rank)
{
    return rank->index + 2;
}

// Slots lie powers of two apart, so that equal places in them fall on the same sets of a cache. What
// every switch touches (stack, thread, heap) is moved by so many bytes, another number for each
// of 32 neighbours.
static inline uintptr_t rank_colour(uint32_t rank)
{
    return rank % 32 * 7 % 32 * 128;
}

// Once, before any rank: how many there will be.
void ranks_init(uint32_t count);

// The payload that section i of the job runs: the booted image or, read into *own, what
// `mpiexec A : B` adds to it. Ends the job if it cannot be loaded.
const struct payload *payload_of_section(uint32_t section, struct payload *own);

// Creates the rank on its core and makes its main thread ready. Ends the job if it cannot.
void rank_create(uint32_t index);

// Called by job_end when there is no launcher to tell: the room above registers how to print it.
extern void (*job_end_report)(const struct job_end *end);

// Called when a rank ends, on its core: closes its descriptors. Registered by the room above.
extern void (*rank_at_exit)(struct rank *rank);

// Takes the records of --trace out of a rank's buffer; `now`: without waiting for room, from any core.
// Registered by the room above, and called only where a rank has a buffer.
extern void (*rank_trace_empty)(struct rank *rank, bool now);

// The same at the end of the rank or of the job, and of the gap that the rank is in.
void rank_trace_end(struct rank *rank, bool now);

// A thread of a rank, with a kernel stack and vector area from the slot. NULL: no memory.
struct thread *rank_thread_create(struct rank *rank);

// Takes a thread that has exited off its rank and keeps its memory for the next one. On the idle
// stack: what thread_exit's `done` calls.
void rank_thread_free(struct thread *thread);

// Ends every thread of the running rank and the rank; the job ends when all ranks have, or at once
// if status is not 0. Does not return.
_Noreturn void rank_exit(int status);

// Ends the job for a reason other than exit. Fills struct job_end from `end`, tells the launcher or
// the console, stops the machine. The first caller wins; others stop here for ever.
_Noreturn void job_end(const struct job_end *end);
// job_end for the kernel's own failures. Like printf with %s %u %d %x %lx %lu.
_Noreturn void panic(const char *text, ...) __attribute__((format(printf, 1, 2)));
