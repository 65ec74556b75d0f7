// SPDX-License-Identifier: BSD-2-Clause
// file.h: calls on files that a kernel without a host asks of the launcher, in the job's memory.
//
// Each core has a virtqueue (vq/vq.h), the core as driver and the launcher as device, and a few blocks.
// A block holds one request, its reply, and a window for paths or data. To make a call the kernel fills
// a free block, clears `done`, and publishes a descriptor with the block's offset in the job. The launcher
// takes descriptors in order and gives each back at once: the queue only says which blocks are new.
// It copies request and paths before it looks at them, answers in any order, and sets `done`
// last; then the block is the kernel's again. Data is read from and into the window itself.
//
// The launcher sleeps when no queue has anything, by the rule of launcher_sleeps in job.h: it sets `sleeps`,
// fences, and looks once more; the kernel publishes, fences, and looks at `sleeps`; see
// file_server_sleeps.
//
// Handles 0 .. mounts-1 are the roots of the mounts. Errors are negative Linux errno values.
#pragma once
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FILE_BLOCKS 4u                 // per core
#define FILE_WINDOW_BYTES (256u << 10) // data of one request; two paths fit several times
#define FILE_PATH_BYTES 4096u          // with its NUL: PATH_MAX

enum file_op {
    FILE_OP_OPEN = 1, // path; flags, mode; result: a handle
    FILE_OP_CLOSE,
    FILE_OP_READ,     // bytes, offset; window: data
    FILE_OP_WRITE,    // bytes, offset; window: data; flags: FILE_WRITE_APPEND; value: the end then
    FILE_OP_LIST,     // bytes, offset; window: struct linux_dirent64 ...
    FILE_OP_STAT,     // path; flags AT_*; window then: struct statx
    FILE_OP_ACCESS,   // path; mode, flags AT_*
    FILE_OP_SET,      // path, struct file_attributes behind it; flags AT_*, mode: which
    FILE_OP_STATFS,   // window then: struct statfs
    FILE_OP_READLINK, // path; bytes; window then: the target, without a NUL
    FILE_OP_MKDIR,    // path; mode
    FILE_OP_MKNOD,    // path; mode; offset: the device
    FILE_OP_UNLINK,   // path; flags AT_*
    FILE_OP_SYMLINK,  // path: where; second path: the target
    FILE_OP_LINK,     // two paths, other: the second's directory; flags AT_*
    FILE_OP_RENAME,   // two paths, other: the second's directory; flags RENAME_*
    FILE_OP_WHERE,    // window then: the path of an open directory with its NUL; result: bytes
    FILE_OP_SYNC,     // mode: 0 data, 1 file, 2 file system
    FILE_OP_ALLOCATE, // mode, offset, bytes
    FILE_OP_LOCK,     // window: struct flock, both ways; flags: the command
    FILE_OP_FLOCK,    // flags: the operation
    FILE_OPS,
};

#define FILE_WRITE_APPEND 1u // FILE_OP_WRITE: at the end of the file, whatever `offset` is

struct file_attributes { // FILE_OP_SET; the bits of mode are those of kernel/file/file.h
    uint32_t mode, uid, gid, reserved;
    uint64_t size;
    int64_t atime_s, mtime_s;
    uint32_t atime_ns, mtime_ns;
};

struct file_request { // [K]
    uint32_t op;      // enum file_op
    uint32_t handle;
    uint32_t other;
    uint32_t flags;
    uint32_t mode;
    uint32_t path_bytes;   // in the window from its start, with the NUL; 0: none
    uint32_t second_bytes; // behind it
    uint32_t reserved;
    uint64_t bytes;
    uint64_t offset;
};

struct file_reply {        // [L]
    _Atomic uint32_t done; // last; the kernel clears it before the request
    int64_t result;
    uint64_t value;
};

struct file_block {
    alignas(64) struct file_request request;
    alignas(64) struct file_reply reply;
    alignas(4096) char window[FILE_WINDOW_BYTES];
};

struct job_mount {
    uint64_t path_offset; // absolute path of the guest
    uint32_t read_only;
    uint32_t reserved;
};

// [L] before the start, but for `sleeps`.
struct job_files {
    uint64_t rings_offset;  // per core: FILE_BLOCKS descriptors, a line of its own
    uint64_t blocks_offset; // per core: struct file_block[FILE_BLOCKS]
    uint64_t mounts_offset; // struct job_mount[mounts]
    uint32_t mounts;
    uint32_t queues; // as many as cores. 0: mount number n is the 9p device of tag FILE_TAG and n
    alignas(64) _Atomic uint32_t sleeps; // [L] while running
};

#define FILE_TAG "torito"
#define FILE_RING_BYTES 64u
_Static_assert(FILE_RING_BYTES == FILE_BLOCKS * 16, "a descriptor for each block");

// After a publish: must the launcher be woken? See job_launcher_sleeps in ring.h.
static inline bool file_server_sleeps(struct job_files *files)
{
    atomic_thread_fence(memory_order_seq_cst); // [S] publish before look; pairs with the launcher's fence
    return atomic_load_explicit(&files->sleeps, memory_order_relaxed) != 0 &&
           atomic_exchange_explicit(&files->sleeps, 0, memory_order_relaxed) != 0;
}
