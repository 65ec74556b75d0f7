// SPDX-License-Identifier: BSD-2-Clause
// file.h: files of the outside world on a machine without a host kernel: one interface, and the back
// ends that carry it out.
//
//     kernel/io/host.c   "system call N of the host, please": on machine linux the host's kernel does it
//     calls.c            on pc: the same calls, made of open files (open.c), mounts (mount.c) and the
//                        operations below
//     forward/           back end: the launcher makes the calls (abi/file.h)
//     p9/                back end: 9p over virtio
//
// A back end fills one struct file_backend and, on core 0 before any rank runs (from kernel_main),
// calls file_mount for each directory it offers. At most one back end per boot. Nothing above keeps
// contents, attributes or names of files: each call asks again, so ranks and the host always see the
// same.
//
// Handles are the back end's own numbers for what is open: a file, a directory, a place in the tree
// (O_PATH). The root directory of each mount has one that is never closed. Paths are relative to a
// directory's handle and never start with '/'; they are shorter than PATH_MAX, lie in the caller's
// memory and may hold "..", "." and repeated slashes. The back end follows symbolic links in them as
// path_resolution(7) says: an absolute target, or one that climbs above the mount's root, starts anew
// from file_mount_find. Nothing may lead out of what is mounted, and what lies in a read-only mount
// answers -EROFS to whatever would change it; the server behind must hold to that, too.
//
// Results are those of Linux's system calls: 0 or a count, or a negative errno. Operations are called by
// threads of ranks, on any core, several at once, also on one handle. They may block the thread
// (sched_block, sched_wait) and must not keep the core while they wait. They end: when the server is
// gone they answer -EIO.
#pragma once
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iovec;
struct flock;
struct rank;
struct statfs;

#define FILE_MOUNTS_MAX 64
#define FILE_AT_END UINT64_MAX // offset of a write: the end of the file, atomically (O_APPEND)

struct file_change { // what `set` changes, by bits of `what`
    enum file_change_bits {
        FILE_SET_MODE = 1,
        FILE_SET_UID = 2,
        FILE_SET_GID = 4,
        FILE_SET_SIZE = 8,
        FILE_SET_ATIME = 16,
        FILE_SET_MTIME = 32,
        FILE_SET_ATIME_NOW = 64, // the server's clock
        FILE_SET_MTIME_NOW = 128,
    } what;
    uint32_t mode, uid, gid;
    uint64_t size;
    int64_t atime_s, mtime_s;
    uint32_t atime_ns, mtime_ns;
};

// fdatasync(2), fsync(2), syncfs(2).
enum file_sync { FILE_SYNC_DATA, FILE_SYNC_ALL, FILE_SYNC_SYSTEM };

struct file_backend {
    const char *name;

    // open(2): flags are Linux's O_*, O_PATH, O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW, O_APPEND
    // among them; `mode` is already masked. Returns a handle (>= 0). Only files and directories can be
    // opened but by O_PATH: -ENXIO for pipes, sockets, devices, which would wait for somebody.
    long (*open)(uint32_t dir, const char *path, uint32_t flags, uint32_t mode);
    long (*close)(uint32_t handle);

    // preadv(2), pwritev(2); `count` is at least 1. Fewer bytes than asked for only at the end of the file,
    // at a limit, or when an error came after them. With FILE_AT_END *end becomes the offset behind what
    // was written; what a back end can send at once is appended at once.
    long (*read)(uint32_t handle, const struct iovec *vector, uint32_t count, uint64_t offset);
    long (*write)(uint32_t handle, const struct iovec *vector, uint32_t count, uint64_t offset,
                  uint64_t *end);

    // Whole struct linux_dirent64 from place `offset` of a directory, 0 or a d_off; 0 at its end.
    long (*list)(uint32_t handle, void *to, size_t bytes, uint64_t offset);

    // statx(2), faccessat2(2); at_flags are AT_*. An empty path with AT_EMPTY_PATH: the handle itself.
    long (*stat)(uint32_t dir, const char *path, uint32_t at_flags, struct statx *out);
    long (*access)(uint32_t dir, const char *path, uint32_t mode, uint32_t at_flags);
    // Mode, owner, size, times of a path, or of the handle if it is empty.
    long (*set)(uint32_t dir, const char *path, uint32_t at_flags, const struct file_change *change);
    long (*statfs)(uint32_t handle, struct statfs *out); // of <asm/statfs.h>

    // Names, as the *at calls. With an empty path readlink reads the link the handle is (O_PATH).
    long (*readlink)(uint32_t dir, const char *path, char *to, size_t bytes);
    long (*mkdir)(uint32_t dir, const char *path, uint32_t mode);
    long (*mknod)(uint32_t dir, const char *path, uint32_t mode, uint32_t device);
    long (*unlink)(uint32_t dir, const char *path, uint32_t at_flags); // AT_REMOVEDIR
    long (*symlink)(const char *target, uint32_t dir, const char *path);
    long (*link)(uint32_t from_dir, const char *from, uint32_t to_dir, const char *to,
                 uint32_t at_flags); // AT_SYMLINK_FOLLOW
    // -EXDEV between mounts. `flags` are RENAME_*.
    long (*rename)(uint32_t from_dir, const char *from, uint32_t to_dir, const char *to,
                   uint32_t flags);
    // Where an open directory lies now: an absolute path of the guest with its NUL; the bytes of it all.
    // -ENOENT if it was removed, -ERANGE if it does not fit.
    long (*where)(uint32_t dir, char *to, size_t bytes);

    long (*sync)(uint32_t handle, enum file_sync how);
    long (*allocate)(uint32_t handle, uint32_t mode, uint64_t offset, uint64_t bytes); // fallocate(2)
    // Locks of an open file (F_OFD_GETLK, F_OFD_SETLK) and of all of it (LOCK_* | LOCK_NB). They never
    // wait: -EAGAIN, and the caller tries again later.
    long (*lock)(uint32_t handle, uint32_t command, struct flock *lock);
    long (*flock)(uint32_t handle, uint32_t operation);
};

// --- for back ends ---

// Offers the directory `root` at the absolute path `path` of the guest ("/" or without a slash at the
// end). `path` stays the caller's and must not go away. Before any rank runs.
void file_mount(const struct file_backend *backend, const char *path, uint32_t root, bool read_only);

// The mount that an absolute path lies in, by its letters, and *rest, what comes behind its root: ""
// or a relative path. NULL: nothing is mounted there.
struct file_mount {
    const char *path;
    uint32_t root;
    bool read_only;
};
const struct file_mount *file_mount_find(const char *path, const char **rest);

// --- for kernel/io ---

// Is there a back end?
bool file_present(void);

// Where a rank starts if nobody says: the first mount, "/" if there is none.
const char *file_home(void);

// System call `nr` of the host for a thread of `rank`: what calls.c knows of files, else -ENOSYS.
long file_call(struct rank *rank, long nr, const uint64_t arg[6]);

// Path of the open directory `fd` (a result of file_call) as `where` above.
long file_where(struct rank *rank, int fd, char *to, size_t bytes);
