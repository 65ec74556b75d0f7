// SPDX-License-Identifier: BSD-2-Clause
// file_stat.c: what a file is: the stat family, access, readlink, statfs.
#include "kernel/syscall/path.h"
#include "lib/lib.h"
#include <asm/stat.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#define TERMINAL_DEVICE 0x8800 // major 136: a pseudo-terminal
#define ZERO_DEVICE 0x105
#define NULL_DEVICE 0x103
#define RANDOM_DEVICE 0x109
#define STREAM_FILES_DEVICE 0x0e // st_dev of what is on no disk: any number no disk has
#define ACCESS_EXECUTE 1         // X_OK, W_OK
#define ACCESS_WRITE 2

// struct stat of something the kernel answers for itself.
static void stat_make(struct thread *self, uint32_t kind, uint32_t mode, uint64_t bytes,
                      struct stat *stat)
{
    static const uint16_t device[] = {
        [FILE_NULL] = NULL_DEVICE, [FILE_ZERO] = ZERO_DEVICE, [FILE_RANDOM] = RANDOM_DEVICE};
    const uint64_t none[6] = {0};

    *stat = (struct stat){.st_dev = STREAM_FILES_DEVICE,
                          .st_ino = 1 + kind,
                          .st_nlink = 1,
                          .st_mode = mode,
                          .st_uid = (uint32_t)sys_getuid(self, none),
                          .st_gid = (uint32_t)sys_getgid(self, none),
                          .st_size = (long)bytes,
                          .st_blksize = PAGE_BYTES};
    if (kind < sizeof device / sizeof device[0])
        stat->st_rdev = device[kind];
    if (kind <= FILE_STDERR && S_ISCHR(mode))
        stat->st_rdev = TERMINAL_DEVICE;
}

static void stat_file(struct thread *self, const struct file *file, struct stat *stat)
{
    bool stream = file->kind <= FILE_STDERR;
    uint32_t mode = S_IFCHR | 0666;

    if (stream)
        mode = io_is_terminal(file->kind) ? S_IFCHR | 0620 : S_IFIFO | 0600;
    else if (file->kind == FILE_TEXT)
        mode = S_IFREG | 0444;
    stat_make(self, file->kind, mode, 0, stat);
}

// What the kernel itself knows about a resolved path: true and *stat, or false: ask the host.
static bool stat_own(struct thread *self, const struct path *path, struct stat *stat)
{
    if (path->file)
        stat_file(self, path->file, stat);
    else if (path->special)
        stat_make(self, special_kind(path->special), special_mode(path->special), 0, stat);
    else if (!host_present() && (strcmp(path->text, "/") == 0 || strcmp(path->text, ".") == 0))
        stat_make(self, FILE_FREE, S_IFDIR | 0555, 0, stat); // the one directory there is
    else
        return false;
    return true;
}

static long stat_at(struct thread *self, uint64_t dir, uint64_t text, uint64_t addr, uint64_t flags)
{
    struct path path;
    int rc;

    if (!user_writable(addr, sizeof(struct stat)))
        return -EFAULT;
    rc = path_resolve(self, dir, text, &path);
    if (rc)
        return rc;
    if (*path.text == '\0' && !(flags & AT_EMPTY_PATH))
        return -ENOENT;
    if (stat_own(self, &path, (struct stat *)addr))
        return 0;
    return path_host(__NR_newfstatat,
                     (uint64_t[6]){path.dir, (uintptr_t)path.text, addr, (uint32_t)flags}, -ENOENT);
}

long sys_newfstatat(struct thread *self, const uint64_t arg[6])
{
    return stat_at(self, arg[0], arg[1], arg[2], arg[3]);
}

long sys_stat(struct thread *self, const uint64_t arg[6])
{
    return stat_at(self, PATH_CWD, arg[0], arg[1], 0);
}

long sys_lstat(struct thread *self, const uint64_t arg[6])
{
    return stat_at(self, PATH_CWD, arg[0], arg[1], AT_SYMLINK_NOFOLLOW);
}

long sys_fstat(struct thread *self, const uint64_t arg[6])
{
    const struct file *file = file_get(self->rank, arg[0]);

    if (!file)
        return -EBADF;
    if (!user_writable(arg[1], sizeof(struct stat)))
        return -EFAULT;
    if (file->kind == FILE_HOST)
        return fd_host(self, __NR_fstat, arg, -EBADF);
    stat_file(self, file, (struct stat *)arg[1]);
    return 0;
}

static void statx_make(const struct stat *stat, struct statx *statx)
{
    *statx = (struct statx){.stx_mask = STATX_BASIC_STATS,
                            .stx_blksize = (uint32_t)stat->st_blksize,
                            .stx_nlink = (uint32_t)stat->st_nlink,
                            .stx_uid = stat->st_uid,
                            .stx_gid = stat->st_gid,
                            .stx_mode = (uint16_t)stat->st_mode,
                            .stx_ino = stat->st_ino,
                            .stx_size = (uint64_t)stat->st_size,
                            .stx_rdev_major = (uint32_t)(stat->st_rdev >> 8),
                            .stx_rdev_minor = stat->st_rdev & 0xff,
                            .stx_dev_minor = (uint32_t)stat->st_dev};
}

long sys_statx(struct thread *self, const uint64_t arg[6])
{
    struct path path;
    struct stat stat;
    int rc;

    if (!user_writable(arg[4], sizeof(struct statx)))
        return -EFAULT;
    rc = path_resolve(self, arg[0], arg[1], &path);
    if (rc)
        return rc;
    if (*path.text == '\0' && !(arg[2] & AT_EMPTY_PATH))
        return -ENOENT;
    if (!stat_own(self, &path, &stat))
        return path_host(
            __NR_statx,
            (uint64_t[6]){path.dir, (uintptr_t)path.text, (uint32_t)arg[2], arg[3], arg[4]}, -ENOENT);
    statx_make(&stat, (struct statx *)arg[4]);
    return 0;
}

static long access_at(struct thread *self, long nr, uint64_t dir, uint64_t text, uint64_t mode,
                      uint64_t flags)
{
    struct path path;
    struct stat stat;
    int rc = path_resolve(self, dir, text, &path);

    if (rc)
        return rc;
    if (!stat_own(self, &path, &stat))
        return path_host(
            nr, (uint64_t[6]){path.dir, (uintptr_t)path.text, (uint32_t)mode, (uint32_t)flags},
            -ENOENT);
    if ((mode & ACCESS_EXECUTE) || ((mode & ACCESS_WRITE) && !(stat.st_mode & 0222)))
        return -EACCES;
    return 0;
}

long sys_access(struct thread *self, const uint64_t arg[6])
{
    return access_at(self, __NR_faccessat, PATH_CWD, arg[0], arg[1], 0);
}

long sys_faccessat(struct thread *self, const uint64_t arg[6])
{
    return access_at(self, __NR_faccessat, arg[0], arg[1], arg[2], 0);
}

long sys_faccessat2(struct thread *self, const uint64_t arg[6])
{
    return access_at(self, __NR_faccessat2, arg[0], arg[1], arg[2], arg[3]);
}

static long readlink_at(struct thread *self, uint64_t dir, uint64_t text, uint64_t addr,
                        uint64_t bytes)
{
    struct path path;
    int rc = path_resolve(self, dir, text, &path);
    size_t length;

    if (rc)
        return rc;
    if ((int)bytes <= 0)
        return -EINVAL;
    if (!user_writable(addr, (uint32_t)bytes))
        return -EFAULT;
    if (path.special)
        return -EINVAL; // not a link
    if (path.file)
        return -ENOENT; // a stream has no path
    if (!path.link)
        return path_host(__NR_readlinkat,
                         (uint64_t[6]){path.dir, (uintptr_t)path.text, addr, (uint32_t)bytes},
                         -ENOENT);
    length = strlen(path.link);
    if (length == 0) // nobody told us where the image lies
        return -ENOENT;
    if (length > (uint32_t)bytes)
        length = (uint32_t)bytes;
    memcpy((void *)addr, path.link, length);
    return (long)length;
}

long sys_readlink(struct thread *self, const uint64_t arg[6])
{
    return readlink_at(self, PATH_CWD, arg[0], arg[1], arg[2]);
}

long sys_readlinkat(struct thread *self, const uint64_t arg[6])
{
    return readlink_at(self, arg[0], arg[1], arg[2], arg[3]);
}

// There is no statfsat(2): a relative path goes through a descriptor of its own.
long sys_statfs(struct thread *self, const uint64_t arg[6])
{
    struct path path;
    long host_fd, result;
    int rc = path_resolve(self, PATH_CWD, arg[0], &path);

    if (rc)
        return rc;
    host_fd = path_host(__NR_openat,
                        (uint64_t[6]){path.dir, (uintptr_t)path.text, O_PATH | O_CLOEXEC}, -ENOENT);
    if (host_fd < 0)
        return host_fd;
    result = host(__NR_fstatfs, (uint64_t[6]){(uint64_t)host_fd, arg[1]});
    host_close((int)host_fd);
    return result;
}

long sys_fstatfs(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_fstatfs, arg, -EOPNOTSUPP);
}
