// SPDX-License-Identifier: BSD-2-Clause
// forward.c: the launcher makes the calls (abi/file.h).
//
// A thread takes a free block of its core, fills it, publishes it and waits for its reply. Nobody can wake a
// core of a VM from outside without a device, so the thread looks: for a while, letting others of the core
// run, for most replies come within microseconds; then it sleeps, each time for a part of the time that
// has passed, so that it notices the end late by that part at most.
//
// Blocks and queue of a core are that core's alone. A thread stays on its core, so a block taken before a
// wait is still its own behind it.
#include "kernel/file/forward/forward.h"
#include "abi/file.h"
#include "kernel/file/file.h"
#include "kernel/rank/rank.h"
#include "lib/lib.h"
#include "vq/vq.h"
#include <asm/statfs.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/uio.h>

#define LOOK_NS 100000u // before the first sleep, if there are CPUs for it
#define SLEEP_SHARE 4u  // of the time that has passed
#define SLEEP_NS_MIN 10000u
#define SLEEP_NS_MAX 1000000u // a call that takes long is noticed at most so late

static struct forward_core {
    _Alignas(64) struct vq vq;
    const struct thread *user[FILE_BLOCKS]; // of each block; NULL: it is free
} cores[CORES_MAX];

static struct job_files *files;
static const struct file_backend backend;

static struct file_block *block_of(uint32_t core, uint32_t index)
{
    return (struct file_block *)((char *)job_region + files->blocks_offset) + core * FILE_BLOCKS +
           index;
}

static bool block_done(const struct file_block *block)
{
    // [D] acquire: done before the reply and the window. Pairs with the launcher's release.
    return atomic_load_explicit(&block->reply.done, memory_order_acquire) != 0;
}

// A thread whose rank has ended waits for no answer any more: its block is free once there is one.
static bool block_free(const struct thread *user, const struct file_block *block)
{
    return !user || (user->state == THREAD_EXITED && block_done(block));
}

static struct file_block *block_take(void)
{
    uint32_t core = core_self()->index;

    for (;;) { // ends when the launcher answers another thread of the core
        for (uint32_t i = 0; i < FILE_BLOCKS; i++) {
            struct file_block *block = block_of(core, i);

            if (block_free(cores[core].user[i], block)) {
                cores[core].user[i] = thread_self();
                block->request = (struct file_request){0};
                return block;
            }
        }
        sched_block(machine->now_ns() + SLEEP_NS_MIN);
    }
}

static void block_give(struct file_block *block)
{
    uint32_t core = core_self()->index;

    cores[core].user[block - block_of(core, 0)] = NULL;
}

static void block_send(struct file_block *block)
{
    struct vq *vq = &cores[core_self()->index].vq;
    struct vq_desc *desc;

    atomic_store_explicit(&block->reply.done, 0, memory_order_relaxed); // vq_publish releases it
    // The launcher gives a descriptor back before it answers: there is one for each block.
    desc = vq_claim(vq);
    assert(desc);
    desc->addr = (uint64_t)((char *)block - (char *)job_region);
    desc->len = sizeof *block;
    vq_publish(vq, desc);
    if (file_server_sleeps(files))
        machine->kick_files();
}

static long block_wait(const struct file_block *block)
{
    // With more cores than CPUs the launcher may need the one that looks.
    uint64_t start_ns = machine->now_ns(), look_ns = machine->idle_spins ? LOOK_NS : 0;

    while (!block_done(block)) { // ends when the launcher answers; if it dies, so does the machine
        uint64_t now_ns = machine->now_ns(), sleep_ns = (now_ns - start_ns) / SLEEP_SHARE;

        if (now_ns - start_ns < look_ns) {
            sched_yield();
            __builtin_ia32_pause();
            continue;
        }
        sleep_ns = sleep_ns > SLEEP_NS_MIN ? sleep_ns : SLEEP_NS_MIN;
        sched_block(now_ns + (sleep_ns < SLEEP_NS_MAX ? sleep_ns : SLEEP_NS_MAX));
    }
    return (long)block->reply.result;
}

static long block_call(struct file_block *block)
{
    block_send(block);
    return block_wait(block);
}

// Appends a text to the window. What is too long for PATH_MAX was refused above.
static void block_path(struct file_block *block, const char *path)
{
    uint32_t bytes = (uint32_t)strnlen(path, PATH_MAX - 1) + 1;
    uint32_t *field =
        block->request.path_bytes ? &block->request.second_bytes : &block->request.path_bytes;

    memcpy(block->window + block->request.path_bytes, path, bytes - 1);
    block->window[block->request.path_bytes + bytes - 1] = '\0';
    *field = bytes;
}

static struct file_block *block_for(enum file_op op, uint32_t handle, const char *path)
{
    struct file_block *block = block_take();

    block->request.op = op;
    block->request.handle = handle;
    if (path)
        block_path(block, path);
    return block;
}

// Makes the call and copies `bytes` of the window out if it succeeds.
static long block_fetch(struct file_block *block, void *to, size_t bytes)
{
    long result = block_call(block);

    if (result == 0)
        memcpy(to, block->window, bytes);
    block_give(block);
    return result;
}

static long block_finish(struct file_block *block)
{
    long result = block_call(block);

    block_give(block);
    return result;
}

static long forward_open(uint32_t dir, const char *path, uint32_t flags, uint32_t mode)
{
    struct file_block *block = block_for(FILE_OP_OPEN, dir, path);

    block->request.flags = flags;
    block->request.mode = mode;
    return block_finish(block);
}

static long forward_close(uint32_t handle)
{
    return block_finish(block_for(FILE_OP_CLOSE, handle, NULL));
}

static long forward_list(uint32_t handle, void *to, size_t bytes, uint64_t offset)
{
    struct file_block *block = block_for(FILE_OP_LIST, handle, NULL);
    long result;

    block->request.bytes = bytes < FILE_WINDOW_BYTES ? bytes : FILE_WINDOW_BYTES;
    block->request.offset = offset;
    result = block_call(block);
    if (result > 0)
        memcpy(to, block->window, (size_t)result);
    block_give(block);
    return result;
}

static long forward_stat(uint32_t dir, const char *path, uint32_t at_flags, struct statx *out)
{
    struct file_block *block = block_for(FILE_OP_STAT, dir, path);

    block->request.flags = at_flags;
    return block_fetch(block, out, sizeof *out);
}

static long forward_access(uint32_t dir, const char *path, uint32_t mode, uint32_t at_flags)
{
    struct file_block *block = block_for(FILE_OP_ACCESS, dir, path);

    block->request.mode = mode;
    block->request.flags = at_flags;
    return block_finish(block);
}

static long forward_set(uint32_t dir, const char *path, uint32_t at_flags,
                        const struct file_change *change)
{
    struct file_block *block = block_for(FILE_OP_SET, dir, path);
    const struct file_attributes attributes = {.mode = change->mode,
                                               .uid = change->uid,
                                               .gid = change->gid,
                                               .size = change->size,
                                               .atime_s = change->atime_s,
                                               .mtime_s = change->mtime_s,
                                               .atime_ns = change->atime_ns,
                                               .mtime_ns = change->mtime_ns};

    memcpy(block->window + block->request.path_bytes, &attributes, sizeof attributes);
    block->request.flags = at_flags;
    block->request.mode = change->what;
    return block_finish(block);
}

static long forward_statfs(uint32_t handle, struct statfs *out)
{
    return block_fetch(block_for(FILE_OP_STATFS, handle, NULL), out, sizeof *out);
}

static long forward_readlink(uint32_t dir, const char *path, char *to, size_t bytes)
{
    struct file_block *block = block_for(FILE_OP_READLINK, dir, path);
    long result;

    block->request.bytes = bytes < PATH_MAX ? bytes : PATH_MAX;
    result = block_call(block);
    if (result > 0)
        memcpy(to, block->window, (size_t)result);
    block_give(block);
    return result;
}

static long forward_mkdir(uint32_t dir, const char *path, uint32_t mode)
{
    struct file_block *block = block_for(FILE_OP_MKDIR, dir, path);

    block->request.mode = mode;
    return block_finish(block);
}

static long forward_mknod(uint32_t dir, const char *path, uint32_t mode, uint32_t device)
{
    struct file_block *block = block_for(FILE_OP_MKNOD, dir, path);

    block->request.mode = mode;
    block->request.offset = device;
    return block_finish(block);
}

static long forward_unlink(uint32_t dir, const char *path, uint32_t at_flags)
{
    struct file_block *block = block_for(FILE_OP_UNLINK, dir, path);

    block->request.flags = at_flags;
    return block_finish(block);
}

static long forward_symlink(const char *target, uint32_t dir, const char *path)
{
    struct file_block *block = block_for(FILE_OP_SYMLINK, dir, path);

    block_path(block, target);
    return block_finish(block);
}

static long forward_link(uint32_t from_dir, const char *from, uint32_t to_dir, const char *to,
                         uint32_t at_flags)
{
    struct file_block *block = block_for(FILE_OP_LINK, from_dir, from);

    block_path(block, to);
    block->request.other = to_dir;
    block->request.flags = at_flags;
    return block_finish(block);
}

static long forward_rename(uint32_t from_dir, const char *from, uint32_t to_dir, const char *to,
                           uint32_t flags)
{
    struct file_block *block = block_for(FILE_OP_RENAME, from_dir, from);

    block_path(block, to);
    block->request.other = to_dir;
    block->request.flags = flags;
    return block_finish(block);
}

static long forward_where(uint32_t dir, char *to, size_t bytes)
{
    struct file_block *block = block_for(FILE_OP_WHERE, dir, NULL);
    long result = block_call(block);

    if (result > 0 && (size_t)result <= bytes)
        memcpy(to, block->window, (size_t)result);
    else if (result > 0)
        result = -ERANGE;
    block_give(block);
    return result;
}

static long forward_sync(uint32_t handle, enum file_sync how)
{
    struct file_block *block = block_for(FILE_OP_SYNC, handle, NULL);

    block->request.mode = how;
    return block_finish(block);
}

static long forward_allocate(uint32_t handle, uint32_t mode, uint64_t offset, uint64_t bytes)
{
    struct file_block *block = block_for(FILE_OP_ALLOCATE, handle, NULL);

    block->request.mode = mode;
    block->request.offset = offset;
    block->request.bytes = bytes;
    return block_finish(block);
}

static long forward_lock(uint32_t handle, uint32_t command, struct flock *lock)
{
    struct file_block *block = block_for(FILE_OP_LOCK, handle, NULL);

    memcpy(block->window, lock, sizeof *lock);
    block->request.flags = command;
    return block_fetch(block, lock, sizeof *lock);
}

static long forward_flock(uint32_t handle, uint32_t operation)
{
    struct file_block *block = block_for(FILE_OP_FLOCK, handle, NULL);

    block->request.flags = operation;
    return block_finish(block);
}

// --- data: through the window, part by part ---

struct cursor { // a place in a vector
    const struct iovec *vector;
    uint32_t count;
    size_t done; // of vector[0]
};

static size_t cursor_left(const struct cursor *cursor, size_t enough)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < cursor->count && bytes < enough; i++)
        bytes += cursor->vector[i].iov_len - (i ? 0 : cursor->done);
    return bytes < enough ? bytes : enough;
}

// Copies `bytes`, which the vector has, between it and a window, and moves on.
static void cursor_copy(struct cursor *cursor, char *window, size_t bytes, bool to_window)
{
    while (bytes > 0) { // each round finishes an element or the bytes
        char *base = (char *)cursor->vector->iov_base + cursor->done;
        size_t part = cursor->vector->iov_len - cursor->done;

        part = part < bytes ? part : bytes;
        memcpy(to_window ? window : base, to_window ? base : window, part);
        window += part;
        bytes -= part;
        cursor->done += part;
        if (cursor->done == cursor->vector->iov_len) {
            cursor->vector++;
            cursor->count--;
            cursor->done = 0;
        }
    }
}

static long forward_read(uint32_t handle, const struct iovec *vector, uint32_t count, uint64_t offset)
{
    struct cursor cursor = {vector, count, 0};
    struct file_block *block = block_for(FILE_OP_READ, handle, NULL);
    long done = 0, result;
    size_t want;

    do { // until all is there, or less comes than was asked for
        want = cursor_left(&cursor, FILE_WINDOW_BYTES);
        block->request.bytes = want;
        block->request.offset = offset + (uint64_t)done;
        result = block_call(block);
        if (result <= 0 || (size_t)result > want)
            break;
        cursor_copy(&cursor, block->window, (size_t)result, false);
        done += result;
    } while ((size_t)result == want && want == FILE_WINDOW_BYTES);
    block_give(block);
    return done ? done : result;
}

static long forward_write(uint32_t handle, const struct iovec *vector, uint32_t count,
                          uint64_t offset, uint64_t *end)
{
    struct cursor cursor = {vector, count, 0};
    struct file_block *block = block_for(FILE_OP_WRITE, handle, NULL);
    long done = 0, result;
    size_t want;

    block->request.flags = offset == FILE_AT_END ? FILE_WRITE_APPEND : 0;
    do { // until all is written, or less is taken than was offered
        want = cursor_left(&cursor, FILE_WINDOW_BYTES);
        cursor_copy(&cursor, block->window, want, true);
        block->request.bytes = want;
        block->request.offset = offset == FILE_AT_END ? 0 : offset + (uint64_t)done;
        result = block_call(block);
        if (result < 0)
            break;
        done += result;
        *end = block->reply.value;
    } while ((size_t)result == want && want == FILE_WINDOW_BYTES);
    block_give(block);
    return done ? done : result;
}

static const struct file_backend backend = {
    .name = "launcher",
    .open = forward_open,
    .close = forward_close,
    .read = forward_read,
    .write = forward_write,
    .list = forward_list,
    .stat = forward_stat,
    .access = forward_access,
    .set = forward_set,
    .statfs = forward_statfs,
    .readlink = forward_readlink,
    .mkdir = forward_mkdir,
    .mknod = forward_mknod,
    .unlink = forward_unlink,
    .symlink = forward_symlink,
    .link = forward_link,
    .rename = forward_rename,
    .where = forward_where,
    .sync = forward_sync,
    .allocate = forward_allocate,
    .lock = forward_lock,
    .flock = forward_flock,
};

void forward_init(struct job_files *offered)
{
    const struct job_mount *mounts =
        (const void *)((const char *)job_region + offered->mounts_offset);
    char *rings = (char *)job_region + offered->rings_offset;

    files = offered;
    assert(files->queues >= core_count);
    for (uint32_t core = 0; core < core_count; core++)
        vq_init(&cores[core].vq, rings + (size_t)core * FILE_RING_BYTES, FILE_BLOCKS,
                sizeof(struct vq_desc));
    for (uint32_t i = 0; i < files->mounts; i++)
        file_mount(&backend, (const char *)job_region + mounts[i].path_offset, i,
                   mounts[i].read_only != 0);
}
