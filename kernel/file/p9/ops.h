// SPDX-License-Identifier: BSD-2-Clause
// ops.h: the operations of struct file_backend, as 9p has them. Private to p9.
#pragma once
#include "kernel/file/file.h"
#include "kernel/file/p9/walk.h"

// open.c
long p9_op_open(uint32_t dir, const char *path, uint32_t flags, uint32_t mode);
long p9_op_close(uint32_t handle);
// Opens fid `from` once more with `flags` (O_*): a new fid, or an error.
long p9_open_again(struct p9_call *call, uint32_t from, uint32_t flags);

// data.c
long p9_op_read(uint32_t handle, const struct iovec *vector, uint32_t count, uint64_t offset);
long p9_op_write(uint32_t handle, const struct iovec *vector, uint32_t count, uint64_t offset,
                 uint64_t *end);
long p9_op_list(uint32_t handle, void *to, size_t bytes, uint64_t offset);
// A part of directory `fid` from `offset` on: entries for p9_get_entry.
int p9_list(struct p9_call *call, uint32_t fid, uint64_t offset, struct p9_in *in);
long p9_op_sync(uint32_t handle, enum file_sync how);
long p9_op_allocate(uint32_t handle, uint32_t mode, uint64_t offset, uint64_t bytes);

// attributes.c
int p9_attributes(struct p9_call *call, uint32_t fid, struct statx *out);
// Its two halves.
void p9_attributes_request(struct p9_call *call, uint32_t fid);
int p9_attributes_answer(struct p9_call *call, uint32_t fid, struct statx *out);
long p9_op_stat(uint32_t dir, const char *path, uint32_t at_flags, struct statx *out);
long p9_op_access(uint32_t dir, const char *path, uint32_t mode, uint32_t at_flags);
long p9_op_set(uint32_t dir, const char *path, uint32_t at_flags, const struct file_change *to);
long p9_op_statfs(uint32_t handle, struct statfs *out);

// names.c
long p9_op_readlink(uint32_t dir, const char *path, char *to, size_t bytes);
long p9_op_mkdir(uint32_t dir, const char *path, uint32_t mode);
long p9_op_mknod(uint32_t dir, const char *path, uint32_t mode, uint32_t device);
long p9_op_unlink(uint32_t dir, const char *path, uint32_t at_flags);
long p9_op_symlink(const char *target, uint32_t dir, const char *path);
long p9_op_link(uint32_t from_dir, const char *from, uint32_t to_dir, const char *to,
                uint32_t at_flags);
long p9_op_rename(uint32_t from_dir, const char *from, uint32_t to_dir, const char *to,
                  uint32_t flags);

// where.c
long p9_op_where(uint32_t dir, char *to, size_t bytes);

// lock.c
#define P9_LOCK_BYTES 40u
void p9_locks_init(void *memory); // P9_LOCKS * P9_LOCK_BYTES, zeroed
long p9_op_lock(uint32_t handle, uint32_t command, struct flock *lock);
long p9_op_flock(uint32_t handle, uint32_t operation);
void p9_locks_drop(uint32_t handle); // all of them; it is closed
