// SPDX-License-Identifier: BSD-2-Clause
// job.h: the memory that mpiexec and the kernel share while a job runs.
//
// The launcher creates a file in memory, lays the job out in it and starts the machine:
//   linux   the process inherits the file; environment variable TORITO_JOB holds its descriptor
//   pc      the file is a second NUMA node of the VM; the kernel finds it by `magic` and `nonce`
//           (command line torito.job=NONCE in hexadecimal) at a 2 MiB boundary of its RAM
// All offsets count bytes from struct job. Each field names its one writer: [L] launcher, before the
// start unless said otherwise, [K] kernel.
//
// Output: one byte ring per rank carries records of standard output and error in the order written.
// Input: one ring from the launcher to rank `stdin_rank`. A side that finds its ring full or empty
// waits; see ring.h for the order of the accesses and for who wakes whom.
#pragma once
#include "abi/image.h"
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>

#define JOB_MAGIC 0x31424f4a4f52542eull // ".TROJOB1"
#define JOB_VERSION IMAGE_JOB_VERSION
#define JOB_ALIGN 0x200000u // where a VM's second node may start
#define JOB_FRAMES_MAX 32
#define JOB_WAIT_FRAMES_MAX 16
#define JOB_NO_RANK 0xffffffffu
#define JOB_STDIN_ALL 0xfffffffeu
#define JOB_RANKS_MAX 1024u
#define JOB_CORES_MAX 256u
#define JOB_SECTIONS_MAX 16u

enum job_flags {
    JOB_STRACE = 1u << 0,     // print every system call
    JOB_OUT_IS_TTY = 1u << 1, // standard output of the launcher is a terminal: libcs buffer by lines
    JOB_ERR_IS_TTY = 1u << 2,
    JOB_IN_IS_TTY = 1u << 3,
    JOB_TIMINGS = 1u << 4,      // the kernel fills struct job's times
    JOB_NO_BIND = 1u << 5,      // machine linux: do not pin the cores to CPUs
    JOB_RECORD = 1u << 8,       // record calls of MPI: JOB_RECORDS
    JOB_RECORD_ALL = 1u << 9,   // all of them, however fast they follow each other
    JOB_CORE = 1u << 7,         // a fatal signal leaves a core file
    JOB_CORES_SHARED = 1u << 6, // more cores with ranks than CPUs of the host: spinning costs others
};

enum job_state {
    JOB_BOOTING, // as the launcher leaves it
    JOB_RUNNING, // the first payload instruction is about to run
    JOB_ENDED,   // exit_status and the rest of struct job_end are final
};

// Why a job ended, first cause only. Written by the kernel, once.
enum job_cause {
    JOB_DONE,   // every rank left with status 0
    JOB_EXIT,   // `rank` left with a status that is not 0
    JOB_ABORT,  // `rank` called MPI_Abort; text holds its message, if any
    JOB_SIGNAL, // a fatal signal in `rank`: see signal, address, frames
    JOB_PANIC,  // the kernel itself failed; text says how
    JOB_STUCK,  // a deadlock: struct job_wait says who waits for what
};

struct job_end {
    uint32_t cause; // enum job_cause
    uint32_t rank;  // JOB_NO_RANK if none
    uint32_t core;
    uint32_t status;  // what mpiexec exits with
    uint32_t signal;  // JOB_SIGNAL: Linux's number
    uint32_t code;    // siginfo's si_code
    uint32_t vector;  // the x86 exception behind it; 256: none (raise, abort)
    uint32_t access;  // for faults: 0 read, 1 write, 2 execute
    uint64_t address; // faulting address
    uint64_t slot;    // base address of the rank's copy of the payload
    uint32_t thread;  // thread id within the rank
    uint32_t section; // whose image the frames lie in
    uint32_t frame_count;
    int32_t core_file; // JOB_CORE: 1: core.RANK is written; negative: the errno why not; 0: none wanted
    uint64_t frames[JOB_FRAMES_MAX]; // instruction addresses, innermost first, as they were at run time
    char text[256]; // one line more, for example "stack overflow" or why memory ran out; may be empty
};

enum job_wait_kind {
    JOB_WAIT_NONE,    // the line is not written yet
    JOB_WAIT_MPI,     // in a call of MPI
    JOB_WAIT_THREAD,  // for another thread of the rank, or a lock
    JOB_WAIT_ENDED,   // nothing: the rank has ended
    JOB_WAIT_MESSAGE, // not a wait: a message that came and that no receive has asked for
    // Only where the launcher has asked:
    JOB_WAIT_POLL, // in a call of MPI that does not wait, such as MPI_Test: mostly again and again
    JOB_WAIT_OUTSIDE, // for time, input or a signal
    JOB_WAIT_TURN,    // for the core: it could run
};

// One line of the table of who waits for what.
struct job_wait {
    _Atomic uint32_t kind; // enum job_wait_kind; the last to be written
    uint32_t rank;
    uint32_t core;
    uint32_t frame_count;
    uint64_t waited_ns; // at least so long
    uint64_t slot;      // as in struct job_end
    uint64_t frames[JOB_WAIT_FRAMES_MAX];
    char text[128]; // arguments of the call, as far as its library can tell; may be empty
};

// A part of `mpiexec A : B`. Strings lie end to end, each with its NUL.
struct job_section {
    uint32_t ranks;
    uint32_t argc;
    uint32_t envc;
    uint32_t reserved;
    uint64_t argv_offset;
    uint64_t env_offset;
    uint64_t cwd_offset;   // absolute path on the host
    uint64_t path_offset;  // absolute path of the image on the host: /proc/self/exe, AT_EXECFN
    uint64_t image_offset; // the image file's bytes, page aligned; 0: the image that was booted
    uint64_t image_bytes;
};

enum job_stream {
    JOB_STDOUT = 1,
    JOB_STDERR = 2,
    JOB_TRACE = 3,   // lines of --strace
    JOB_RECORDS = 4, // struct trace_record of --trace (abi/trace.h)
};

// A ring's control words; its data follow at data_offset. See ring.h.
struct job_ring {
    alignas(64) _Atomic uint64_t head; // bytes ever written; the writer's
    alignas(64) _Atomic uint64_t tail; // bytes ever read; the reader's
    _Atomic uint32_t closed;           // end of file; the writer's
};

struct job {
    _Atomic uint64_t magic; // [L] last
    uint64_t nonce;
    uint32_t version;
    uint32_t flags; // enum job_flags
    uint64_t bytes; // of the whole region
    uint32_t ranks;
    uint32_t cores;
    uint32_t section_count;
    uint32_t stdin_rank;      // JOB_NO_RANK: nobody reads; JOB_STDIN_ALL: every rank its own copy
    uint32_t debug_rank;      // JOB_NO_RANK, or: all ranks wait for a debugger of this one
    uint32_t umask;           // the launcher's
    uint64_t sections_offset; // struct job_section[section_count]
    uint64_t out_offset;      // struct job_ring[ranks]
    uint64_t in_offset;       // struct job_ring, one; with JOB_STDIN_ALL one for each rank
    uint64_t out_data_offset; // ring r's data at out_data_offset + r * ring_bytes
    uint64_t in_data_offset;  // as out_data_offset
    uint32_t ring_bytes;      // a power of two
    uint64_t waits_offset;    // struct job_wait[waits_max]
    uint32_t waits_max;
    int32_t kick_fd;       // machine linux: an eventfd the kernel writes 1 to; -1 on pc
    uint64_t tsc_khz;      // 0: unknown; the launcher's hint for a VM
    uint64_t wall_ns;      // CLOCK_REALTIME when the launcher wrote this
    uint8_t random[32];    // AT_RANDOM and getrandom are seeded by it
    uint64_t files_offset; // struct job_files of file.h; 0: nobody makes calls on files
    uint64_t started_ns;   // [L] CLOCK_MONOTONIC of the launcher's own start

    // The launcher sets it before it sleeps, and looks at the rings once more: see job_kick in ring.h.
    alignas(64) _Atomic uint32_t launcher_sleeps; // [L] while running
    _Atomic uint32_t signals; // [L] while running: each flip of bit n asks for signal n in every rank

    // Set once, while running: every core that comes by shall write down what its ranks do. Polled.
    alignas(64) _Atomic uint32_t asked; // [L]

    alignas(64) _Atomic uint32_t state; // [K] enum job_state
    _Atomic uint32_t end_claimed;       // [K] the first to set it writes `end`
    _Atomic uint32_t wait_count; // [K] JOB_STUCK or asked: what there is to tell; waits_max of them are told
    _Atomic uint32_t told;       // [K] cores that have told all, having been asked
    struct job_end end;          // [K]
    uint64_t boot_tsc, main_tsc; // [K] JOB_TIMINGS
};
