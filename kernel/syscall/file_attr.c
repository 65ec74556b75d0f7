// SPDX-License-Identifier: BSD-2-Clause
// file_attr.c: owners, modes, times, sizes, and telling a file to be on disk.
#include "kernel/syscall/path.h"
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/time_types.h>

// Call `nr` about one path: host arguments (directory, path, third, ...).
static long path_call(struct thread *self, long nr, uint64_t dir, uint64_t text,
                      const uint64_t more[3])
{
    struct path path;
    int rc = path_resolve(self, dir, text, &path);

    if (rc)
        return rc;
    if (path.file)
        return -EPERM; // a stream is not the program's to change
    return path_host(nr, (uint64_t[6]){path.dir, (uintptr_t)path.text, more[0], more[1], more[2]},
                     -ENOENT);
}

long sys_chmod(struct thread *self, const uint64_t arg[6])
{
    return path_call(self, __NR_fchmodat, PATH_CWD, arg[0], (uint64_t[3]){arg[1]});
}

long sys_fchmodat(struct thread *self, const uint64_t arg[6])
{
    return path_call(self, __NR_fchmodat, arg[0], arg[1], (uint64_t[3]){arg[2]});
}

long sys_fchmod(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_fchmod, arg, -EPERM);
}

long sys_chown(struct thread *self, const uint64_t arg[6])
{
    return path_call(self, __NR_fchownat, PATH_CWD, arg[0], (uint64_t[3]){arg[1], arg[2], 0});
}

long sys_lchown(struct thread *self, const uint64_t arg[6])
{
    return path_call(self, __NR_fchownat, PATH_CWD, arg[0],
                     (uint64_t[3]){arg[1], arg[2], AT_SYMLINK_NOFOLLOW});
}

long sys_fchownat(struct thread *self, const uint64_t arg[6])
{
    return path_call(self, __NR_fchownat, arg[0], arg[1],
                     (uint64_t[3]){arg[2], arg[3], (uint32_t)arg[4]});
}

long sys_fchown(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_fchown, arg, -EPERM);
}

// utime(2) counts in seconds: struct utimbuf is two of them.
long sys_utime(struct thread *self, const uint64_t arg[6])
{
    struct __kernel_timespec times[2] = {{0}};

    if (arg[1] && !user_readable(arg[1], 2 * sizeof(int64_t)))
        return -EFAULT;
    for (int i = 0; arg[1] && i < 2; i++)
        times[i].tv_sec = ((const int64_t *)arg[1])[i];
    return path_call(self, __NR_utimensat, PATH_CWD, arg[0],
                     (uint64_t[3]){arg[1] ? (uintptr_t)times : 0, 0});
}

long sys_utimes(struct thread *self, const uint64_t arg[6])
{
    return path_call(self, __NR_futimesat, PATH_CWD, arg[0], (uint64_t[3]){arg[1]});
}

long sys_futimesat(struct thread *self, const uint64_t arg[6])
{
    return path_call(self, __NR_futimesat, arg[0], arg[1], (uint64_t[3]){arg[2]});
}

long sys_utimensat(struct thread *self, const uint64_t arg[6])
{
    if (arg[1] == 0) // of the descriptor itself: futimens(3)
        return fd_host(self, __NR_utimensat, arg, -EPERM);
    return path_call(self, __NR_utimensat, arg[0], arg[1], (uint64_t[3]){arg[2], (uint32_t)arg[3]});
}

// There is no truncateat(2): a relative path goes through a descriptor of its own. O_NONBLOCK, so
// that a FIFO cannot stop the core; ftruncate refuses it.
long sys_truncate(struct thread *self, const uint64_t arg[6])
{
    long result, host_fd = path_call(self, __NR_openat, PATH_CWD, arg[0],
                                     (uint64_t[3]){O_WRONLY | O_CLOEXEC | O_NONBLOCK});

    if (host_fd < 0)
        return host_fd == -ENXIO ? -EINVAL : host_fd;
    result = host(__NR_ftruncate, (uint64_t[6]){(uint64_t)host_fd, arg[1]});
    host_close((int)host_fd);
    return result;
}

long sys_ftruncate(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_ftruncate, arg, -EINVAL);
}

long sys_fallocate(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_fallocate, arg, -ENODEV);
}

long sys_fsync(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_fsync, arg, -EINVAL);
}

long sys_fdatasync(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_fdatasync, arg, -EINVAL);
}

long sys_sync(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    return path_host(__NR_sync, arg, 0);
}

long sys_syncfs(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_syncfs, arg, 0);
}

long sys_sync_file_range(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_sync_file_range, arg, -ESPIPE);
}

long sys_fadvise64(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_fadvise64, arg, -ESPIPE);
}

long sys_readahead(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_readahead, arg, -EINVAL);
}
