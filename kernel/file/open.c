// SPDX-License-Identifier: BSD-2-Clause
// open.c: the open files of a rank, and what is known of them without asking anybody.
//
// The table lies in the rank's slot and is made when the rank opens its first file.
#include "kernel/file/open.h"
#include "lib/lib.h"
#include <asm/poll.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#define OPEN_MAX (RANK_FILES_MAX + 64) // the working directory, and what a call opens for itself
#define HELD_LOOK_NS 20000             // how often a thread looks whether another one is done
#define SETTABLE (O_APPEND | O_NONBLOCK | O_NOATIME | O_DIRECT)
#define CREATION (O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

struct file_open *open_get(struct rank *rank, uint64_t fd)
{
    fd = (uint32_t)fd;
    if (!rank->opened || fd >= OPEN_MAX || !rank->opened[fd].references)
        return NULL;
    return &rank->opened[fd];
}

int file_at(struct rank *rank, uint64_t dir, const char *text, struct file_at *at)
{
    const struct file_open *open;
    const struct file_mount *mount;

    *at = (struct file_at){.path = text};
    if (*text == '/') {
        mount = file_mount_find(text, &at->path);
        if (mount) {
            at->handle = mount->root;
            at->path = *at->path ? at->path : ".";
            return 0;
        }
        at->above = file_mount_below(text);
        return at->above ? 0 : -ENOENT;
    }
    open = open_get(rank, dir);
    if (!open)
        return (int)dir == AT_FDCWD ? -ENOENT : -EBADF;
    at->handle = open->handle;
    return 0;
}

static int table_make(struct rank *rank)
{
    size_t bytes = ROUND_UP(OPEN_MAX * sizeof *rank->opened, PAGE_BYTES);
    intptr_t memory = slot_map(&rank->slot, 0, bytes, PROT_R | PROT_W, false);

    if (memory < 0)
        return (int)memory;
    rank->opened = (struct file_open *)memory;
    return 0;
}

// A free place, taken before the back end is asked: other threads of the rank may run meanwhile.
static long place_take(struct rank *rank)
{
    int rc = rank->opened ? 0 : table_make(rank);

    if (rc)
        return rc;
    for (long fd = 0; fd < OPEN_MAX; fd++)
        if (!rank->opened[fd].references) {
            rank->opened[fd] = (struct file_open){.references = 1};
            return fd;
        }
    return -EMFILE;
}

long open_file(struct rank *rank, uint64_t dir, const char *text, uint32_t flags, uint32_t mode)
{
    struct file_at at;
    long fd, handle;
    int rc = file_at(rank, dir, text, &at);

    if (rc)
        return rc;
    if (at.above)
        return flags & O_CREAT ? -EISDIR : -EACCES;
    fd = place_take(rank);
    if (fd < 0)
        return fd;
    handle = file_backend->open(at.handle, at.path, flags & ~(uint32_t)O_CLOEXEC, mode);
    if (handle < 0) {
        rank->opened[fd].references = 0;
        return handle;
    }
    rank->opened[fd] = (struct file_open){
        .references = 1, .flags = flags & ~(uint32_t)CREATION, .handle = (uint32_t)handle};
    return fd;
}

// The place is free once the back end has answered: its handle may be given again only then.
static long reference_drop(struct file_open *open)
{
    long result = open->references == 1 ? file_backend->close(open->handle) : 0;

    open->references--;
    return result;
}

long open_close(struct rank *rank, uint64_t fd)
{
    struct file_open *open = open_get(rank, fd);

    return open ? reference_drop(open) : -EBADF;
}

struct file_open *open_hold(struct rank *rank, uint64_t fd)
{
    struct file_open *open = open_get(rank, fd);

    if (!open)
        return NULL;
    open->references++; // it stays ours even if another thread closes the descriptor meanwhile
    while (open->held)  // ends: calls of the back end do
        sched_block(machine->now_ns() + HELD_LOOK_NS);
    open->held = true;
    return open;
}

void open_release(struct file_open *open)
{
    open->held = false;
    reference_drop(open);
}

static long open_lock(const struct file_open *open, uint32_t command, struct flock *lock)
{
    struct flock ours = *lock;
    long result;

    if (ours.l_whence == SEEK_CUR) { // the back end's file has no place of its own
        ours.l_start += (long)open->offset;
        ours.l_whence = SEEK_SET;
    }
    result = file_backend->lock(open->handle, command, &ours);
    if (result == 0 && command == F_OFD_GETLK)
        *lock = ours;
    return result;
}

long open_fcntl(struct rank *rank, const uint64_t arg[6])
{
    struct file_open *open = open_get(rank, arg[0]);

    if (!open)
        return -EBADF;
    switch ((uint32_t)arg[1]) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        open->references++;
        return (long)arg[0];
    case F_GETFL:
        return open->flags | O_LARGEFILE;
    case F_SETFL:
        open->flags = (open->flags & ~(uint32_t)SETTABLE) | ((uint32_t)arg[2] & SETTABLE);
        return 0;
    case F_OFD_GETLK:
    case F_OFD_SETLK:
        return open_lock(open, (uint32_t)arg[1], (struct flock *)arg[2]);
    default:
        return -EINVAL;
    }
}

long open_flock(struct rank *rank, const uint64_t arg[6])
{
    const struct file_open *open = open_get(rank, arg[0]);

    return open ? file_backend->flock(open->handle, (uint32_t)arg[1]) : -EBADF;
}

// One descriptor, without waiting: files are always ready.
long open_poll(struct rank *rank, const uint64_t arg[6])
{
    struct pollfd *poll = (struct pollfd *)arg[0];
    short ready = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;

    poll->revents = (short)(open_get(rank, (uint32_t)poll->fd) ? ready & poll->events : POLLNVAL);
    return poll->revents != 0;
}
