// SPDX-License-Identifier: BSD-2-Clause
// io.h: the standard streams of a rank and its table of file descriptors.
//
// Under a launcher, output goes into the rank's ring of the job (abi/job.h) and input comes from
// the job's. By hand, both are the host's own descriptors 0, 1, 2 where there is a host (machine
// linux), else the machine's console. Waiting never stops the core: the thread sleeps.
#pragma once
#include "abi/job.h"
#include "kernel/rank/rank.h"

enum file_kind {
    FILE_FREE,
    FILE_STDIN,  // the job's input ring or the console
    FILE_STDOUT, // JOB_STDOUT
    FILE_STDERR, // JOB_STDERR
    FILE_HOST,   // host_fd is a descriptor of the file back end (host.h)
    FILE_NULL,   // /dev/null and the like where there is no back end; standard input of other ranks
    FILE_ZERO,
    FILE_RANDOM,
    FILE_TEXT, // what special.h made up when it was opened
};

#define IO_BYTES_MAX 0x7ffff000ul // what Linux moves in one call at most

// --- waiting ---

// A wait by polling, for what cannot wake a thread: the launcher, the host. Each sleep is twice as
// long as the one before, up to max_ns, and ends at `deadline_ns` or for a signal.
struct io_wait {
    uint64_t sleep_ns, max_ns, deadline_ns;
};

#define IO_WAIT_OUTPUT ((struct io_wait){20000, 1000000, NEVER})  // the launcher empties a ring
#define IO_WAIT_INPUT ((struct io_wait){100000, 10000000, NEVER}) // somebody types
#define IO_WAIT_HOST ((struct io_wait){20000, 10000000, NEVER})   // a pipe, a socket, a lock

// Sleeps once. 0: look again; -ETIMEDOUT: the deadline has passed; -EINTR: a signal is pending.
int io_wait(struct io_wait *wait);

// Does a signal wait for delivery to the running thread?
bool io_signal_pending(void);

// --- streams ---

// Writes all bytes to the stream of `rank`, waiting for room; called by a thread of the rank's
// core.
void io_put(struct rank *rank, enum job_stream stream, const char *text, size_t bytes);

// Like io_put, but callable from any core and any state, e.g. while the job ends: never waits for
// long, drops what finds no room.
void io_put_now(struct rank *rank, enum job_stream stream, const char *text, size_t bytes);

// rank_trace_empty: the records go into the rank's ring as JOB_RECORDS, whole ones in each of its records.
void io_trace_empty(struct rank *rank, bool now);

// A line of the kernel's to standard error: "torito: rank 2: ...". `rank` may be NULL.
void io_note(struct rank *rank, const char *text, ...) __attribute__((format(printf, 2, 3)));

// Does this rank read standard input at all? For the others it ends at once.
bool io_has_input(const struct rank *rank);

// Up to `bytes` of standard input. 0: end of file; -EAGAIN: nothing there yet. Never waits.
long io_get(struct rank *rank, char *text, size_t bytes);

// Bytes of standard input that can be read at once; 0: none yet or end of file (then *ended).
size_t io_available(struct rank *rank, bool *ended);

// Has the stream room for a record? Without a launcher there always is.
bool io_has_room(const struct rank *rank);

// Is the stream of this kind (FILE_STDIN, FILE_STDOUT, FILE_STDERR) a terminal?
bool io_is_terminal(enum file_kind kind);

// --- descriptors ---

// Opens descriptors 0, 1, 2 of a new rank and sets its working directory, on its core. The table is
// there and all zero. Ends the job if it cannot.
void io_open_rank(struct rank *rank);

// Makes the directory host_fd, which must be open with O_PATH at least, the rank's own and finds
// its path. Takes host_fd over, also when it fails with a negative errno.
int io_chdir(struct rank *rank, int host_fd);

// Opens the working directory if that is still to be done: before its first use by a thread of the
// rank. 0 or a negative errno.
int io_cwd_open(struct rank *rank);

// Brings rank->cwd up to date. 0, or -ENOENT if the directory has been removed.
int io_getcwd(struct rank *rank);

// Closes what a rank left open, when it ends.
void io_close_rank(struct rank *rank);

// The open descriptor `fd`, or NULL. The running rank's own table only, here and below.
struct file *file_get(struct rank *rank, uint64_t fd);

// Puts `file` into the lowest free place not below `from`. Returns it or -EMFILE.
int file_install(struct rank *rank, uint64_t from, const struct file *file);

// Takes a descriptor of the host that was just opened: a new descriptor of the rank. On failure the
// host's is closed.
int file_adopt(struct rank *rank, long host_fd, uint32_t flags);

// A second descriptor for what `file` is. Fills *copy; 0 or a negative errno.
int file_copy(const struct file *file, struct file *copy);

// 0 or a negative errno; the descriptor is free again in either case, unless -EBADF.
int file_close(struct rank *rank, uint64_t fd);

// The job's string at `offset`, or NULL by hand.
const char *io_job_string(uint64_t offset);
