// SPDX-License-Identifier: BSD-2-Clause
// file_path.c: names and directories.
//
// Calls that know no directory descriptor are made with their *at kin, relative to the rank's
// working directory. Modes are masked here: the host's umask is 0 (host.h).
#include "kernel/syscall/path.h"
#include "lib/lib.h"
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#define MODE_BITS 07777u

long sys_getcwd(struct thread *self, const uint64_t arg[6])
{
    int result = io_getcwd(self->rank);
    size_t bytes = strlen(self->rank->cwd) + 1;

    if (result < 0)
        return result;
    if (bytes > arg[1])
        return -ERANGE;
    if (!user_writable(arg[0], bytes))
        return -EFAULT;
    memcpy((void *)arg[0], self->rank->cwd, bytes);
    return (long)bytes;
}

static long enter(struct thread *self, uint64_t dir, const char *text)
{
    long host_fd;

    if (!host_present()) // the one directory there is
        return strcmp(text, "/") == 0 || strcmp(text, ".") == 0 ? 0 : -ENOENT;
    host_fd =
        host(__NR_openat, (uint64_t[6]){dir, (uintptr_t)text, O_PATH | O_DIRECTORY | O_CLOEXEC});
    return host_fd < 0 ? host_fd : io_chdir(self->rank, (int)host_fd);
}

long sys_chdir(struct thread *self, const uint64_t arg[6])
{
    struct path path;
    int rc = path_resolve(self, PATH_CWD, arg[0], &path);

    return rc ? rc : enter(self, path.dir, path.text);
}

long sys_fchdir(struct thread *self, const uint64_t arg[6])
{
    const struct file *file = file_get(self->rank, arg[0]);

    if (!file)
        return -EBADF;
    return file->kind == FILE_HOST ? enter(self, (uint64_t)file->host_fd, ".") : -ENOTDIR;
}

// Call `nr` about one path: host arguments (directory, path, third, fourth).
static long one_path(struct thread *self, long nr, uint64_t dir, uint64_t text, uint64_t third,
                     uint64_t fourth, long without)
{
    struct path path;
    int rc = path_resolve(self, dir, text, &path);

    if (rc)
        return rc;
    return path_host(nr, (uint64_t[6]){path.dir, (uintptr_t)path.text, third, fourth}, without);
}

static uint64_t mode_masked(const struct thread *self, uint64_t mode)
{
    return (uint32_t)mode & ~(self->rank->umask & MODE_BITS);
}

long sys_mkdir(struct thread *self, const uint64_t arg[6])
{
    return one_path(self, __NR_mkdirat, PATH_CWD, arg[0], mode_masked(self, arg[1]), 0, -EROFS);
}

long sys_mkdirat(struct thread *self, const uint64_t arg[6])
{
    return one_path(self, __NR_mkdirat, arg[0], arg[1], mode_masked(self, arg[2]), 0, -EROFS);
}

long sys_mknod(struct thread *self, const uint64_t arg[6])
{
    return one_path(self, __NR_mknodat, PATH_CWD, arg[0], mode_masked(self, arg[1]), arg[2], -EROFS);
}

long sys_mknodat(struct thread *self, const uint64_t arg[6])
{
    return one_path(self, __NR_mknodat, arg[0], arg[1], mode_masked(self, arg[2]), arg[3], -EROFS);
}

long sys_rmdir(struct thread *self, const uint64_t arg[6])
{
    return one_path(self, __NR_unlinkat, PATH_CWD, arg[0], AT_REMOVEDIR, 0, -ENOENT);
}

long sys_unlink(struct thread *self, const uint64_t arg[6])
{
    return one_path(self, __NR_unlinkat, PATH_CWD, arg[0], 0, 0, -ENOENT);
}

long sys_unlinkat(struct thread *self, const uint64_t arg[6])
{
    return one_path(self, __NR_unlinkat, arg[0], arg[1], (uint32_t)arg[2], 0, -ENOENT);
}

// renameat2 or linkat: two paths and flags.
static long two_paths(struct thread *self, long nr, uint64_t from_dir, uint64_t from_text,
                      uint64_t to_dir, uint64_t to_text, uint64_t flags)
{
    struct path from, to;
    int rc = path_resolve(self, from_dir, from_text, &from);

    if (rc == 0)
        rc = path_resolve(self, to_dir, to_text, &to);
    if (rc)
        return rc;
    return path_host(
        nr,
        (uint64_t[6]){from.dir, (uintptr_t)from.text, to.dir, (uintptr_t)to.text, (uint32_t)flags},
        -ENOENT);
}

long sys_rename(struct thread *self, const uint64_t arg[6])
{
    return two_paths(self, __NR_renameat2, PATH_CWD, arg[0], PATH_CWD, arg[1], 0);
}

long sys_renameat(struct thread *self, const uint64_t arg[6])
{
    return two_paths(self, __NR_renameat2, arg[0], arg[1], arg[2], arg[3], 0);
}

long sys_renameat2(struct thread *self, const uint64_t arg[6])
{
    return two_paths(self, __NR_renameat2, arg[0], arg[1], arg[2], arg[3], arg[4]);
}

long sys_link(struct thread *self, const uint64_t arg[6])
{
    return two_paths(self, __NR_linkat, PATH_CWD, arg[0], PATH_CWD, arg[1], 0);
}

long sys_linkat(struct thread *self, const uint64_t arg[6])
{
    return two_paths(self, __NR_linkat, arg[0], arg[1], arg[2], arg[3], arg[4]);
}

// The target is any text; only where the link goes is a path.
static long symlink_at(struct thread *self, uint64_t target, uint64_t dir, uint64_t text)
{
    struct path path;
    int rc = path_check(target);

    if (rc == 0)
        rc = path_resolve(self, dir, text, &path);
    if (rc)
        return rc;
    return path_host(__NR_symlinkat, (uint64_t[6]){target, path.dir, (uintptr_t)path.text}, -EROFS);
}

long sys_symlink(struct thread *self, const uint64_t arg[6])
{
    return symlink_at(self, arg[0], PATH_CWD, arg[1]);
}

long sys_symlinkat(struct thread *self, const uint64_t arg[6])
{
    return symlink_at(self, arg[0], arg[1], arg[2]);
}

long sys_getdents64(struct thread *self, const uint64_t arg[6])
{
    if (!user_writable(arg[1], (uint32_t)arg[2]))
        return -EFAULT;
    return fd_host(self, __NR_getdents64, arg, -ENOTDIR);
}

long sys_umask(struct thread *self, const uint64_t arg[6])
{
    uint32_t old = self->rank->umask;

    self->rank->umask = (uint32_t)arg[0] & 0777;
    return old;
}
