// SPDX-License-Identifier: BSD-2-Clause
// path.h: what the file families share: paths and descriptors of the payload made the host's.
#pragma once
#include "kernel/io/host.h"
#include "kernel/io/io.h"
#include "kernel/io/special.h"
#include "kernel/syscall/calls.h"
#include "kernel/syscall/file.h"
#include <linux/fcntl.h>

#define PATH_CWD ((uint64_t)AT_FDCWD) // as a register holds it

// A path of the payload, looked up so that the host can take it.
struct path {
    uint64_t dir;                  // host descriptor that `text` is relative to, or PATH_CWD
    const char *text;              // for the host; of the payload's memory, the job's, or `buffer`
    const char *link;              // text stands for a symbolic link of ours to this; else NULL
    const struct special *special; // the kernel answers for it; else NULL
    struct file *file; // it names this open descriptor, which is not the host's; else NULL
    char buffer[32];
};

struct user_msghdr { // struct msghdr of x86-64
    void *name;
    int name_bytes;
    void *vector;
    uint64_t vector_count;
    void *control;
    uint64_t control_bytes;
    uint32_t flags;
};

// Is `text` a readable string, shorter than PATH_MAX? 0, -EFAULT or -ENAMETOOLONG.
int path_check(uint64_t text);

// Looks up a path relative to the rank's descriptor `dir` (AT_FDCWD: its working directory). With
// an empty path, which only AT_EMPTY_PATH allows, `dir` may be any descriptor. 0 or a negative
// errno.
int path_resolve(struct thread *self, uint64_t dir, uint64_t text, struct path *path);

// The back end's answer, or `without` where there is none.
long path_host(long nr, const uint64_t arg[6], long without);

// Call `nr` with arg[0], a descriptor of the rank, made the host's. `other` if it is not the
// host's.
long fd_host(struct thread *self, long nr, const uint64_t arg[6], long other);

// Waits until poll(2) says one of `events` about a descriptor of the host. -EAGAIN if it is
// non-blocking, -EINTR for a signal.
long fd_wait(const struct file *file, int events);

// Reads and writes as read(2) and write(2) do; the buffer has been checked.
long file_read(struct thread *self, struct file *file, void *to, size_t bytes);
long file_write(struct thread *self, struct file *file, const void *from, size_t bytes);

// pread(2). -ESPIPE for what has no offsets.
long file_read_at(struct thread *self, struct file *file, void *to, size_t bytes, uint64_t offset);

// Raises SIGPIPE if that is what a failed write means. Returns `result`.
long file_broken_pipe(struct thread *self, long result);

// What poll(2) says now about `events`.
int file_events(struct rank *rank, struct file *file, int events);
