// SPDX-License-Identifier: BSD-2-Clause
// file.c: descriptors: open, close, dup, fcntl, flock.
//
// A file is opened non-blocking on the host, because opening a FIFO waits there for its other end
// and would stop the core; the flag is taken back afterwards from what can block, unless the
// payload asked for it. Locks of fcntl(2) belong to a process, and all ranks are one: they become
// locks of the open file, which conflict between ranks as they should.
#include "kernel/syscall/file.h"
#include "kernel/syscall/path.h"
#include "lib/lib.h"
#include <asm/stat.h>
#include <asm/unistd.h>
#include <linux/close_range.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#define OPEN_STATUS (O_ACCMODE | O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | O_SYNC | O_DSYNC)

static long host_open(const struct path *path, const struct open_how *how)
{
    struct open_how ours = *how;

    ours.flags |= O_CLOEXEC;
    if (!(how->flags & O_PATH))
        ours.flags |= O_NONBLOCK;
    if (how->resolve)
        return host(__NR_openat2,
                    (uint64_t[6]){path->dir, (uintptr_t)path->text, (uintptr_t)&ours, sizeof ours});
    return host(__NR_openat, (uint64_t[6]){path->dir, (uintptr_t)path->text, ours.flags, ours.mode});
}

static bool is_fifo(const struct path *path)
{
    struct stat stat;

    return host(__NR_newfstatat,
                (uint64_t[6]){path->dir, (uintptr_t)path->text, (uintptr_t)&stat, 0}) == 0 &&
           S_ISFIFO(stat.st_mode);
}

// A FIFO opened for writing waits for a reader. (Opened for reading, it is the first read that
// waits.)
static long host_open_waiting(const struct path *path, const struct open_how *how)
{
    struct io_wait wait = IO_WAIT_HOST;

    for (;;) {
        long host_fd = host_open(path, how);
        int rc;

        if (host_fd != -ENXIO || (how->flags & O_NONBLOCK) || !is_fifo(path))
            return host_fd;
        rc = io_wait(&wait);
        if (rc)
            return rc;
    }
}

static long file_open_host(struct rank *rank, const struct path *path, const struct open_how *how)
{
    long host_fd, flags;
    int fd;

    if (!host_present())
        return how->flags & O_CREAT ? -EROFS : -ENOENT;
    host_fd = host_open_waiting(path, how);
    if (host_fd < 0)
        return host_fd;
    fd = file_adopt(rank, host_fd, (uint32_t)how->flags);
    if (fd >= 0 && rank->file[fd].waits && !(how->flags & (O_NONBLOCK | O_PATH))) {
        flags = host(__NR_fcntl, (uint64_t[6]){(uint64_t)host_fd, F_GETFL});
        host(__NR_fcntl, (uint64_t[6]){(uint64_t)host_fd, F_SETFL, (uint64_t)(flags & ~O_NONBLOCK)});
    }
    return fd;
}

static long file_open(struct thread *self, uint64_t dir, uint64_t text, const struct open_how *how)
{
    struct rank *rank = self->rank;
    struct path path;
    struct file file;
    int rc = path_resolve(self, dir, text, &path);

    if (rc)
        return rc;
    if (*path.text == '\0')
        return -ENOENT;
    if (path.file) {
        rc = file_copy(path.file, &file);
        file.cloexec = (how->flags & O_CLOEXEC) != 0;
    } else if (path.special) {
        rc = special_open(rank, path.special, (uint32_t)how->flags, &file);
    } else {
        return file_open_host(rank, &path, how);
    }
    if (rc)
        return rc;
    rc = file_install(rank, 0, &file);
    if (rc < 0 && file.text)
        special_release(rank, file.text);
    return rc;
}

static struct open_how open_how(const struct rank *rank, uint64_t flags, uint64_t mode)
{
    struct open_how how = {.flags = (uint32_t)flags};

    if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
        how.mode = mode & 07777 & ~(uint64_t)rank->umask;
    return how;
}

long sys_open(struct thread *self, const uint64_t arg[6])
{
    struct open_how how = open_how(self->rank, arg[1], arg[2]);

    return file_open(self, PATH_CWD, arg[0], &how);
}

long sys_openat(struct thread *self, const uint64_t arg[6])
{
    struct open_how how = open_how(self->rank, arg[2], arg[3]);

    return file_open(self, arg[0], arg[1], &how);
}

long sys_creat(struct thread *self, const uint64_t arg[6])
{
    struct open_how how = open_how(self->rank, O_CREAT | O_WRONLY | O_TRUNC, arg[1]);

    return file_open(self, PATH_CWD, arg[0], &how);
}

long sys_openat2(struct thread *self, const uint64_t arg[6])
{
    struct open_how how;

    if (arg[3] < sizeof how)
        return -EINVAL;
    if (arg[3] > sizeof how) // a later struct, whose new fields we cannot honour
        return -E2BIG;
    if (!user_readable(arg[2], sizeof how))
        return -EFAULT;
    how = *(const struct open_how *)arg[2];
    how.mode &= ~(uint64_t)self->rank->umask;
    return file_open(self, arg[0], arg[1], &how);
}

long sys_close(struct thread *self, const uint64_t arg[6])
{
    return file_close(self->rank, arg[0]);
}

long sys_close_range(struct thread *self, const uint64_t arg[6])
{
    uint32_t first = (uint32_t)arg[0], last = (uint32_t)arg[1];

    if (first > last || (arg[2] & ~(uint64_t)(CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE)))
        return -EINVAL;
    for (uint32_t fd = first; fd <= last && fd < RANK_FILES_MAX; fd++)
        if (arg[2] & CLOSE_RANGE_CLOEXEC)
            self->rank->file[fd].cloexec = true;
        else
            file_close(self->rank, fd);
    return 0;
}

static long dup_from(struct thread *self, uint64_t fd, uint64_t from, bool cloexec)
{
    const struct file *file = file_get(self->rank, fd);
    struct file copy;
    int rc;

    if (!file)
        return -EBADF;
    rc = file_copy(file, &copy);
    if (rc)
        return rc;
    copy.cloexec = cloexec;
    rc = file_install(self->rank, from, &copy);
    if (rc < 0 && copy.kind == FILE_HOST)
        host_close(copy.host_fd);
    else if (rc < 0 && copy.text)
        special_release(self->rank, copy.text);
    return rc;
}

long sys_dup(struct thread *self, const uint64_t arg[6])
{
    return dup_from(self, arg[0], 0, false);
}

static long dup_onto(struct thread *self, uint64_t fd, uint64_t onto, bool cloexec)
{
    const struct file *file = file_get(self->rank, fd);
    struct file copy;
    int rc;

    onto = (uint32_t)onto;
    if (!file || onto >= RANK_FILES_MAX)
        return -EBADF;
    rc = file_copy(file, &copy);
    if (rc)
        return rc;
    copy.cloexec = cloexec;
    file_close(self->rank, onto); // -EBADF if it was free; other errors are lost, as dup2(2) says
    self->rank->file[onto] = copy;
    return (long)onto;
}

long sys_dup2(struct thread *self, const uint64_t arg[6])
{
    if ((uint32_t)arg[0] == (uint32_t)arg[1])
        return file_get(self->rank, arg[0]) ? (long)(uint32_t)arg[0] : -EBADF;
    return dup_onto(self, arg[0], arg[1], false);
}

long sys_dup3(struct thread *self, const uint64_t arg[6])
{
    if ((uint32_t)arg[0] == (uint32_t)arg[1] || (arg[2] & ~(uint64_t)O_CLOEXEC))
        return -EINVAL;
    return dup_onto(self, arg[0], arg[1], (arg[2] & O_CLOEXEC) != 0);
}

// F_GETLK and its kin on an open file of the host.
static long lock(const struct file *file, uint64_t command, uint64_t addr)
{
    bool own = command == F_GETLK || command == F_OFD_GETLK;
    bool waits = command == F_SETLKW || command == F_OFD_SETLKW;
    uint64_t ours = own ? F_OFD_GETLK : F_OFD_SETLK;
    struct io_wait wait = IO_WAIT_HOST;
    int host_fd = file->host_fd;
    struct flock lock;

    if (!user_writable(addr, sizeof lock))
        return -EFAULT;
    lock = *(const struct flock *)addr;
    if (command == F_GETLK || command == F_SETLK || command == F_SETLKW)
        lock.l_pid = 0;
    for (;;) {
        long result = host(__NR_fcntl, (uint64_t[6]){(uint64_t)host_fd, ours, (uintptr_t)&lock});
        int rc;

        if (result == 0 && own)
            *(struct flock *)addr = lock;
        if (!waits || (result != -EAGAIN && result != -EACCES))
            return result;
        rc = io_wait(&wait);
        if (rc)
            return rc;
    }
}

static long flags_get(const struct file *file)
{
    long flags;

    if (file->kind != FILE_HOST)
        return file->status_flags & OPEN_STATUS;
    flags = host(__NR_fcntl, (uint64_t[6]){(uint64_t)file->host_fd, F_GETFL});
    if (flags >= 0 && !file->waits) // there O_NONBLOCK is ours
        flags = (flags & ~O_NONBLOCK) | (file->status_flags & O_NONBLOCK);
    return flags;
}

static long flags_set(struct file *file, uint64_t flags)
{
    const uint32_t settable = O_APPEND | O_NONBLOCK | O_NOATIME | O_DIRECT;
    long result = 0;

    if (file->kind == FILE_HOST)
        result = host(__NR_fcntl, (uint64_t[6]){(uint64_t)file->host_fd, F_SETFL, flags});
    if (result == 0)
        file->status_flags = (file->status_flags & ~settable) | ((uint32_t)flags & settable);
    return result;
}

long sys_fcntl(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);

    if (!file)
        return -EBADF;
    switch ((uint32_t)arg[1]) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if ((uint32_t)arg[2] >= RANK_FILES_MAX)
            return -EINVAL;
        return dup_from(self, arg[0], (uint32_t)arg[2], (uint32_t)arg[1] == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return file->cloexec ? FD_CLOEXEC : 0;
    case F_SETFD:
        file->cloexec = (arg[2] & FD_CLOEXEC) != 0;
        return 0;
    case F_GETFL:
        return flags_get(file);
    case F_SETFL:
        return flags_set(file, arg[2]);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return file->kind == FILE_HOST ? lock(file, arg[1], arg[2]) : -EINVAL;
    default:
        return fd_host(self, __NR_fcntl, arg, -EINVAL);
    }
}

long sys_flock(struct thread *self, const uint64_t arg[6])
{
    const struct file *file = file_get(self->rank, arg[0]);
    struct io_wait wait = IO_WAIT_HOST;

    if (!file)
        return -EBADF;
    if (file->kind != FILE_HOST)
        return -EINVAL;
    for (int host_fd = file->host_fd;;) {
        long result = host(__NR_flock, (uint64_t[6]){(uint64_t)host_fd, arg[1] | LOCK_NB});
        int rc;

        if (result != -EAGAIN || (arg[1] & LOCK_NB))
            return result;
        rc = io_wait(&wait);
        if (rc)
            return rc;
    }
}
