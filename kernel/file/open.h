// SPDX-License-Identifier: BSD-2-Clause
// open.h: between the files of this room: open files of a rank, and paths on their way to a back end.
#pragma once
#include "kernel/file/file.h"
#include "kernel/rank/rank.h"

// What several descriptors of a rank share: POSIX's open file description. Its number is what
// kernel/io takes for a descriptor of the host. Only the rank's core touches it.
struct file_open {
    uint32_t references; // descriptors; 0: free
    uint32_t flags;      // O_*
    uint32_t handle;
    uint64_t offset;
    bool held; // by a call that moves the offset
};

// A path as the back end takes it, or a directory above all mounts: it can be searched, but nobody
// can read it, for it is not the host's and has nothing but the way to the mounts.
struct file_at {
    uint32_t handle;
    const char *path;
    bool above;
};

extern const struct file_backend *file_backend;

const struct file_mount *file_mount_get(uint32_t index); // NULL behind the last
// Does a mount lie at or below an absolute path, by its letters?
bool file_mount_below(const char *path);

// open.c
struct file_open *open_get(struct rank *rank, uint64_t fd); // NULL: not open
// Has it to itself until open_release; waits for other threads of the rank. NULL: not open.
struct file_open *open_hold(struct rank *rank, uint64_t fd);
void open_release(struct file_open *open);
int file_at(struct rank *rank, uint64_t dir, const char *text, struct file_at *at);
long open_file(struct rank *rank, uint64_t dir, const char *text, uint32_t flags, uint32_t mode);
long open_close(struct rank *rank, uint64_t fd);
long open_fcntl(struct rank *rank, const uint64_t arg[6]);
long open_flock(struct rank *rank, const uint64_t arg[6]);
long open_poll(struct rank *rank, const uint64_t arg[6]);

// data.c
long data_read(struct rank *rank, const uint64_t arg[6]);
long data_write(struct rank *rank, const uint64_t arg[6]);
long data_pread(struct rank *rank, const uint64_t arg[6]);
long data_pwrite(struct rank *rank, const uint64_t arg[6]);
long data_readv(struct rank *rank, const uint64_t arg[6]);
long data_writev(struct rank *rank, const uint64_t arg[6]);
long data_preadv(struct rank *rank, const uint64_t arg[6]);
long data_pwritev(struct rank *rank, const uint64_t arg[6]);
long data_preadv2(struct rank *rank, const uint64_t arg[6]);
long data_pwritev2(struct rank *rank, const uint64_t arg[6]);
long data_lseek(struct rank *rank, const uint64_t arg[6]);
long data_getdents(struct rank *rank, const uint64_t arg[6]);
long data_sendfile(struct rank *rank, const uint64_t arg[6]);
long data_copy(struct rank *rank, const uint64_t arg[6]);
long data_sync(struct rank *rank, uint64_t fd, enum file_sync how);
long data_allocate(struct rank *rank, const uint64_t arg[6]);
long data_truncate(struct rank *rank, const uint64_t arg[6]);
