// SPDX-License-Identifier: BSD-2-Clause
// services.h: the function table through which libmpi reaches the kernel.
//
// The kernel hands each rank the address of its own struct services in the auxiliary vector, entry
// AT_TORITO. A program without libmpi never looks at it. Calls are ordinary function calls: they may
// switch threads, keep only what the System V ABI says a call keeps, and run on the caller's stack.
#pragma once
#include "abi/bus.h"
#include "abi/trace.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AT_TORITO 0x54524f // "TRO": an auxiliary vector type no kernel uses
#define SERVICES_VERSION 7u

// A thread that waits until a word that only rises has reached a value. On the stack of that thread.
struct service_watch {
    const _Atomic uint64_t *word;
    uint64_t value;
    struct service_watch *also; // another one, whichever is first; NULL: no more
    // The scheduler's:
    struct service_watch *next;
    void *thread; // NULL: the wait is over
};

struct services {
    uint32_t version; // SERVICES_VERSION
    uint32_t rank;    // 0 .. ranks - 1
    uint32_t ranks;
    uint32_t core; // the core this rank lives on
    uint32_t cores;
    uint32_t section;    // which part of `mpiexec A : B` this rank belongs to; MPI_APPNUM
    const char *machine; // "linux" or "pc"

    // Nanoseconds of a clock that never goes backwards and is the same on all cores.
    uint64_t (*now_ns)(void);

    // Lets other threads of this core run; returns at once when there are none.
    void (*yield)(void);

    // Ends the job with `status` (0..255 as a process exit status); `message`, if not NULL, is
    // printed once with the rank in front. Does not return.
    __attribute__((noreturn)) void (*abort)(int status, const char *message);

    // From MPI_Init and MPI_Finalize: lets the launcher tell a rank that left without finalizing.
    void (*mpi_state)(int initialized, int finalized);

    // --- waiting and waking ---
    // The calling thread, for wake; the address means nothing else.
    void *(*thread)(void);
    // Blocks the calling thread until wake(thread). Meanwhile the core calls poll() when messages wait
    // for it on the bus: on the blocked thread's stack, and it must not block. May return early.
    void (*wait)(bool (*poll)(void));
    // Wakes a thread, from any core. A wake before the wait ends that wait at once.
    void (*wake)(void *thread);
    // Once: how to put into words what a thread (as thread() names it) that waits is waiting for, and with
    // NULL what else there is to say; `text` stays empty if nothing is. Called when the job is stuck, on
    // any core, while nothing of the job runs any more; or, `runs`, on the rank's own core, while other
    // cores go on with their work.
    void (*explain)(void (*how)(void *thread, bool runs, char *text, size_t bytes));
    // Turns of looking for a message before a wait blocks, while no other thread wants the core; few
    // where cores share CPUs.
    uint32_t spins;
    // Do other threads of this core want to run?
    bool (*others_ready)(void);

    // --- the other ranks ---
    uint32_t (*core_of)(uint32_t rank);
    // One word per rank, which its library sets and all may read; NULL until set. Same address in all ranks.
    void *_Atomic *peers;
    // One word that the ranks of this core share; NULL until one of them sets it.
    void **core_state;

    // --- the bus, channel of libmpi: whose two sides libmpi plays itself, by abi/bus.h ---
    struct bus_queue *bus_in; // [cores]: from each core to this one
    struct bus_queue *(*bus_out)(uint32_t to_core);
    // Who goes to sleep makes all cores execute a fence, and vq_notify_wanted needs none (vq/vq.h).
    bool bus_fenced;
    void (*core_wake)(uint32_t core); // when vq_notify_wanted says so

    // --- core-to-core messages of torito.h: 0 or a negative errno ---
    int (*send_to)(uint32_t core, const void *buffer, size_t bytes);
    long (*recv_from)(uint32_t core, void *buffer, size_t bytes);

    // Memory that the ranks of this core share: any of them may allocate and free it, on this core, and
    // any core may read and write it. NULL: none left. It stays valid until the job ends.
    void *(*core_alloc)(size_t bytes);
    void (*core_free)(void *memory);

    // --- mpiexec --trace (abi/trace.h) ---
    struct trace_buffer *trace; // the rank's; NULL: nothing is recorded
    void (*trace_empty)(void);  // makes room in it; may switch threads

    // Like wait(poll), and until the word of a watch has reached its value, whoever raises it. The core looks
    // at the words it watches before it runs a thread, and while it has none to run.
    void (*watch)(struct service_watch *watch, bool (*poll)(void));
    // Not 0 while a core sleeps. Who raises a word that a core may watch looks here afterwards, without a
    // fence, and if so calls rouse(core): kernel/sched/watch.h says why that is enough.
    const _Atomic uint32_t *(*asleep)(uint32_t core);
    void (*rouse)(uint32_t core);
};
