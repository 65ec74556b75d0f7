// SPDX-License-Identifier: BSD-2-Clause
// path.c: paths and descriptors of the payload, made the host's.
//
// All ranks share one process of the host, so a relative path always goes together with a
// directory: the rank's working directory or the one the payload named. The few paths that name the
// process itself are replaced by what they mean for the rank.
#include "kernel/syscall/path.h"
#include "lib/lib.h"
#include <asm/poll.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/limits.h>

int path_check(uint64_t text)
{
    uint64_t at = text;

    while (at - text < PATH_MAX) { // a page, or what is left of it, at a time
        uint64_t end = ROUND_DOWN(at, PAGE_BYTES) + PAGE_BYTES;

        if (end - text > PATH_MAX)
            end = text + PATH_MAX;
        if (!user_readable(at, end - at))
            return -EFAULT;
        if (strnlen((const char *)at, end - at) < end - at)
            return 0;
        at = end;
    }
    return -ENAMETOOLONG;
}

static void path_absolute(struct rank *rank, struct path *path)
{
    int fd = special_descriptor(path->text);
    struct file *file = fd < 0 ? NULL : file_get(rank, (uint64_t)fd);

    path->special = special_find(path->text);
    if (strcmp(path->text, "/proc/self/exe") == 0)
        path->text = path->link = special_image(rank);
    else if (strcmp(path->text, "/proc/self/cwd") == 0)
        path->text = path->link = rank->cwd;
    else if (file && file->kind != FILE_HOST)
        path->file = file;
    else if (fd >= 0) { // not open here: a descriptor the host does not have either
        format(path->buffer, sizeof path->buffer, "/proc/self/fd/%d", file ? file->host_fd : -1);
        path->text = path->buffer;
    }
}

int path_resolve(struct thread *self, uint64_t dir, uint64_t text, struct path *path)
{
    struct rank *rank = self->rank;
    struct file *file;
    int rc = path_check(text);

    if (rc)
        return rc;
    *path = (struct path){.dir = PATH_CWD, .text = (const char *)text};
    if (*path->text == '/') {
        path_absolute(rank, path);
        return 0;
    }
    if ((int)dir == AT_FDCWD) {
        rc = io_cwd_open(rank);
        if (rc)
            return rc;
        path->dir = (uint64_t)rank->cwd_fd;
        return 0;
    }
    file = file_get(rank, dir);
    if (!file)
        return -EBADF;
    if (file->kind == FILE_HOST)
        path->dir = (uint64_t)file->host_fd;
    else if (*path->text == '\0')
        path->file = file;
    else
        return -ENOTDIR;
    return 0;
}

long path_host(long nr, const uint64_t arg[6], long without)
{
    return host_present() ? host(nr, arg) : without;
}

long fd_host(struct thread *self, long nr, const uint64_t arg[6], long other)
{
    const struct file *file = file_get(self->rank, arg[0]);

    if (!file)
        return -EBADF;
    if (file->kind != FILE_HOST)
        return other;
    return host(nr, (uint64_t[6]){(uint64_t)file->host_fd, arg[1], arg[2], arg[3], arg[4], arg[5]});
}

long fd_wait(const struct file *file, int events)
{
    struct io_wait wait = IO_WAIT_HOST;
    int host_fd = file->host_fd;

    for (;;) {
        int ready = host_poll(host_fd, events), rc;

        if (ready != 0)
            return ready < 0 ? ready : 0;
        if (host_nonblocking(host_fd))
            return -EAGAIN;
        rc = io_wait(&wait);
        if (rc)
            return rc;
        if (file->kind != FILE_HOST || file->host_fd != host_fd)
            return -EBADF; // another thread closed it meanwhile
    }
}
