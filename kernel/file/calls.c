// SPDX-License-Identifier: BSD-2-Clause
// calls.c: the system calls of a host about files, made of the operations of a back end.
//
// What kernel/io/host.c asks for: the calls below take directories and paths apart and translate
// structures; data.c moves bytes, open.c keeps what is open. Pointers have been checked by the
// caller, or are the kernel's own.
#include "kernel/file/open.h"
#include "lib/lib.h"
#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <linux/time_types.h>

#define ABOVE_MODE (S_IFDIR | 0111) // a directory above the mounts: to be searched, not to be read
#define ACCESS_SEARCH 1u            // X_OK
#define US_PER_S 1000000
#define UTIME_NOW_NS 0x3fffffffl // UTIME_NOW, UTIME_OMIT
#define UTIME_OMIT_NS 0x3ffffffel
#define AT_EMPTY "" // the handle itself

static bool path_is_above(const struct file_at *at, long *result, long code)
{
    if (at->above)
        *result = code;
    return at->above;
}

// --- what a file is ---

static uint64_t device_number(uint32_t major, uint32_t minor) // as Linux's new_encode_dev
{
    return (minor & 0xff) | (uint64_t)major << 8 | (uint64_t)(minor & ~0xffu) << 12;
}

static void stat_from(const struct statx *from, struct stat *to)
{
    *to = (struct stat){
        .st_dev = device_number(from->stx_dev_major, from->stx_dev_minor),
        .st_ino = from->stx_ino,
        .st_nlink = from->stx_nlink,
        .st_mode = from->stx_mode,
        .st_uid = from->stx_uid,
        .st_gid = from->stx_gid,
        .st_rdev = device_number(from->stx_rdev_major, from->stx_rdev_minor),
        .st_size = (long)from->stx_size,
        .st_blksize = from->stx_blksize,
        .st_blocks = (long)from->stx_blocks,
        .st_atime = (uint64_t)from->stx_atime.tv_sec,
        .st_atime_nsec = from->stx_atime.tv_nsec,
        .st_mtime = (uint64_t)from->stx_mtime.tv_sec,
        .st_mtime_nsec = from->stx_mtime.tv_nsec,
        .st_ctime = (uint64_t)from->stx_ctime.tv_sec,
        .st_ctime_nsec = from->stx_ctime.tv_nsec,
    };
}

static long stat_any(struct rank *rank, uint64_t dir, const char *text, uint32_t flags,
                     struct statx *out)
{
    struct file_at at;
    int rc = file_at(rank, dir, text, &at);

    if (rc)
        return rc;
    if (at.above) {
        *out = (struct statx){.stx_mask = STATX_BASIC_STATS,
                              .stx_mode = ABOVE_MODE,
                              .stx_nlink = 2,
                              .stx_ino = 1,
                              .stx_blksize = PAGE_BYTES};
        return 0;
    }
    return file_backend->stat(at.handle, at.path, flags, out);
}

static long call_newfstatat(struct rank *rank, const uint64_t arg[6])
{
    struct statx stat;
    long rc = stat_any(rank, arg[0], (const char *)arg[1], (uint32_t)arg[3], &stat);

    if (rc == 0)
        stat_from(&stat, (struct stat *)arg[2]);
    return rc;
}

static long call_fstat(struct rank *rank, const uint64_t arg[6])
{
    return call_newfstatat(rank, (uint64_t[6]){arg[0], (uintptr_t)AT_EMPTY, arg[1], AT_EMPTY_PATH});
}

static long call_statx(struct rank *rank, const uint64_t arg[6])
{
    struct statx stat;
    long rc = stat_any(rank, arg[0], (const char *)arg[1], (uint32_t)arg[2], &stat);

    if (rc == 0)
        *(struct statx *)arg[4] = stat;
    return rc;
}

static long access_any(struct rank *rank, const uint64_t arg[6], uint32_t flags)
{
    struct file_at at;
    long rc = file_at(rank, arg[0], (const char *)arg[1], &at);

    if (rc || path_is_above(&at, &rc, arg[2] & ~(uint64_t)ACCESS_SEARCH ? -EACCES : 0))
        return rc;
    return file_backend->access(at.handle, at.path, (uint32_t)arg[2], flags);
}

static long call_faccessat(struct rank *rank, const uint64_t arg[6])
{
    return access_any(rank, arg, 0);
}

static long call_faccessat2(struct rank *rank, const uint64_t arg[6])
{
    return access_any(rank, arg, (uint32_t)arg[3]);
}

static long call_readlinkat(struct rank *rank, const uint64_t arg[6])
{
    struct file_at at;
    long rc = file_at(rank, arg[0], (const char *)arg[1], &at);

    if (rc || path_is_above(&at, &rc, -EINVAL))
        return rc;
    return file_backend->readlink(at.handle, at.path, (char *)arg[2], arg[3]);
}

static long call_fstatfs(struct rank *rank, const uint64_t arg[6])
{
    const struct file_open *open = open_get(rank, arg[0]);
    struct statfs statfs;
    long rc = open ? file_backend->statfs(open->handle, &statfs) : -EBADF;

    if (rc == 0)
        *(struct statfs *)arg[1] = statfs;
    return rc;
}

// --- attributes ---

static long change_any(struct rank *rank, uint64_t dir, const char *text, uint32_t flags,
                       const struct file_change *change)
{
    struct file_at at;
    long rc = file_at(rank, dir, text, &at);

    if (rc || path_is_above(&at, &rc, -EROFS))
        return rc;
    return file_backend->set(at.handle, at.path, flags, change);
}

static long call_fchmodat(struct rank *rank, const uint64_t arg[6])
{
    struct file_change change = {.what = FILE_SET_MODE, .mode = (uint32_t)arg[2] & 07777};

    return change_any(rank, arg[0], (const char *)arg[1], 0, &change);
}

static long call_fchmod(struct rank *rank, const uint64_t arg[6])
{
    struct file_change change = {.what = FILE_SET_MODE, .mode = (uint32_t)arg[1] & 07777};

    return change_any(rank, arg[0], AT_EMPTY, AT_EMPTY_PATH, &change);
}

static struct file_change owner_change(uint64_t uid, uint64_t gid)
{
    struct file_change change = {.uid = (uint32_t)uid, .gid = (uint32_t)gid};

    change.what = (change.uid != UINT32_MAX ? FILE_SET_UID : 0) |
                  (change.gid != UINT32_MAX ? FILE_SET_GID : 0);
    return change;
}

static long call_fchownat(struct rank *rank, const uint64_t arg[6])
{
    struct file_change change = owner_change(arg[2], arg[3]);

    return change_any(rank, arg[0], (const char *)arg[1], (uint32_t)arg[4], &change);
}

static long call_fchown(struct rank *rank, const uint64_t arg[6])
{
    struct file_change change = owner_change(arg[1], arg[2]);

    return change_any(rank, arg[0], AT_EMPTY, AT_EMPTY_PATH, &change);
}

static bool time_valid(const struct __kernel_timespec *time)
{
    return time->tv_nsec == UTIME_NOW_NS || time->tv_nsec == UTIME_OMIT_NS ||
           (time->tv_nsec >= 0 && time->tv_nsec < 1000000000);
}

// `times` NULL: both now.
static long times_set(struct rank *rank, uint64_t dir, const char *text, uint32_t flags,
                      const struct __kernel_timespec times[2])
{
    struct file_change change = {.what = FILE_SET_ATIME_NOW | FILE_SET_MTIME_NOW};

    if (times) {
        const long atime_ns = times[0].tv_nsec, mtime_ns = times[1].tv_nsec;

        if (!time_valid(&times[0]) || !time_valid(&times[1]))
            return -EINVAL;
        change = (struct file_change){.atime_s = times[0].tv_sec,
                                      .atime_ns = (uint32_t)atime_ns,
                                      .mtime_s = times[1].tv_sec,
                                      .mtime_ns = (uint32_t)mtime_ns};
        change.what = (atime_ns == UTIME_NOW_NS    ? FILE_SET_ATIME_NOW
                       : atime_ns != UTIME_OMIT_NS ? FILE_SET_ATIME
                                                   : 0) |
                      (mtime_ns == UTIME_NOW_NS    ? FILE_SET_MTIME_NOW
                       : mtime_ns != UTIME_OMIT_NS ? FILE_SET_MTIME
                                                   : 0);
    }
    if (!text)
        return change_any(rank, dir, AT_EMPTY, AT_EMPTY_PATH, &change);
    return change_any(rank, dir, text, flags, &change);
}

static long call_utimensat(struct rank *rank, const uint64_t arg[6])
{
    return times_set(rank, arg[0], (const char *)arg[1], (uint32_t)arg[3],
                     (const struct __kernel_timespec *)arg[2]);
}

static long call_futimesat(struct rank *rank, const uint64_t arg[6])
{
    const int64_t *from = (const int64_t *)arg[2]; // seconds and microseconds, twice
    struct __kernel_timespec times[2];

    for (int i = 0; from && i < 2; i++) {
        if (from[2 * i + 1] < 0 || from[2 * i + 1] >= US_PER_S)
            return -EINVAL;
        times[i].tv_sec = from[2 * i];
        times[i].tv_nsec = from[2 * i + 1] * 1000;
    }
    return times_set(rank, arg[0], (const char *)arg[1], 0, from ? times : NULL);
}

// --- names ---

static long call_mkdirat(struct rank *rank, const uint64_t arg[6])
{
    struct file_at at;
    long rc = file_at(rank, arg[0], (const char *)arg[1], &at);

    if (rc || path_is_above(&at, &rc, -EEXIST))
        return rc;
    return file_backend->mkdir(at.handle, at.path, (uint32_t)arg[2]);
}

static long call_mknodat(struct rank *rank, const uint64_t arg[6])
{
    struct file_at at;
    long rc = file_at(rank, arg[0], (const char *)arg[1], &at);

    if (rc || path_is_above(&at, &rc, -EEXIST))
        return rc;
    return file_backend->mknod(at.handle, at.path, (uint32_t)arg[2], (uint32_t)arg[3]);
}

static long call_unlinkat(struct rank *rank, const uint64_t arg[6])
{
    struct file_at at;
    long rc = file_at(rank, arg[0], (const char *)arg[1], &at);

    if (rc || path_is_above(&at, &rc, arg[2] & AT_REMOVEDIR ? -EBUSY : -EISDIR))
        return rc;
    return file_backend->unlink(at.handle, at.path, (uint32_t)arg[2]);
}

static long call_symlinkat(struct rank *rank, const uint64_t arg[6])
{
    struct file_at at;
    long rc = file_at(rank, arg[1], (const char *)arg[2], &at);

    if (rc || path_is_above(&at, &rc, -EEXIST))
        return rc;
    return file_backend->symlink((const char *)arg[0], at.handle, at.path);
}

static long two_paths(struct rank *rank, const uint64_t arg[6], struct file_at at[2])
{
    long rc = file_at(rank, arg[0], (const char *)arg[1], &at[0]);

    if (rc == 0)
        rc = file_at(rank, arg[2], (const char *)arg[3], &at[1]);
    if (rc || path_is_above(&at[0], &rc, -EBUSY))
        return rc;
    path_is_above(&at[1], &rc, -EBUSY);
    return rc;
}

static long call_linkat(struct rank *rank, const uint64_t arg[6])
{
    struct file_at at[2];
    long rc = two_paths(rank, arg, at);

    return rc ? rc
              : file_backend->link(at[0].handle, at[0].path, at[1].handle, at[1].path,
                                   (uint32_t)arg[4]);
}

static long call_renameat2(struct rank *rank, const uint64_t arg[6])
{
    struct file_at at[2];
    long rc = two_paths(rank, arg, at);

    return rc ? rc
              : file_backend->rename(at[0].handle, at[0].path, at[1].handle, at[1].path,
                                     (uint32_t)arg[4]);
}

// --- the rest ---

static long call_openat(struct rank *rank, const uint64_t arg[6])
{
    return open_file(rank, arg[0], (const char *)arg[1], (uint32_t)arg[2], (uint32_t)arg[3]);
}

// What `resolve` asks for is the back end's to know, and none does.
static long call_openat2(struct rank *rank, const uint64_t arg[6])
{
    const struct open_how *how = (const struct open_how *)arg[2];

    if (how->resolve)
        return -EOPNOTSUPP;
    return open_file(rank, arg[0], (const char *)arg[1], (uint32_t)how->flags, (uint32_t)how->mode);
}

static long call_close(struct rank *rank, const uint64_t arg[6])
{
    return open_close(rank, arg[0]);
}

static long call_fsync(struct rank *rank, const uint64_t arg[6])
{
    return data_sync(rank, arg[0], FILE_SYNC_ALL);
}

static long call_fdatasync(struct rank *rank, const uint64_t arg[6])
{
    return data_sync(rank, arg[0], FILE_SYNC_DATA);
}

static long call_syncfs(struct rank *rank, const uint64_t arg[6])
{
    return data_sync(rank, arg[0], FILE_SYNC_SYSTEM);
}

static long call_sync(struct rank *rank, const uint64_t arg[6])
{
    const struct file_mount *mount;

    (void)rank;
    (void)arg;
    for (uint32_t i = 0; (mount = file_mount_get(i)) != NULL; i++)
        file_backend->sync(mount->root, FILE_SYNC_SYSTEM); // sync(2) knows no errors
    return 0;
}

// Nothing is kept here that could be read ahead or dropped: good advice, already taken.
static long call_advice(struct rank *rank, const uint64_t arg[6])
{
    return open_get(rank, arg[0]) ? 0 : -EBADF;
}

static long call_ioctl(struct rank *rank, const uint64_t arg[6])
{
    return open_get(rank, arg[0]) ? -ENOTTY : -EBADF;
}

struct call {
    uint16_t nr;
    long (*make)(struct rank *rank, const uint64_t arg[6]);
};

static const struct call call_table[] = {
    {__NR_read, data_read},
    {__NR_write, data_write},
    {__NR_pread64, data_pread},
    {__NR_pwrite64, data_pwrite},
    {__NR_readv, data_readv},
    {__NR_writev, data_writev},
    {__NR_preadv, data_preadv},
    {__NR_pwritev, data_pwritev},
    {__NR_preadv2, data_preadv2},
    {__NR_pwritev2, data_pwritev2},
    {__NR_lseek, data_lseek},
    {__NR_openat, call_openat},
    {__NR_openat2, call_openat2},
    {__NR_close, call_close},
    {__NR_newfstatat, call_newfstatat},
    {__NR_fstat, call_fstat},
    {__NR_statx, call_statx},
    {__NR_faccessat, call_faccessat},
    {__NR_faccessat2, call_faccessat2},
    {__NR_readlinkat, call_readlinkat},
    {__NR_fstatfs, call_fstatfs},
    {__NR_getdents64, data_getdents},
    {__NR_mkdirat, call_mkdirat},
    {__NR_mknodat, call_mknodat},
    {__NR_unlinkat, call_unlinkat},
    {__NR_symlinkat, call_symlinkat},
    {__NR_linkat, call_linkat},
    {__NR_renameat2, call_renameat2},
    {__NR_fchmodat, call_fchmodat},
    {__NR_fchmod, call_fchmod},
    {__NR_fchownat, call_fchownat},
    {__NR_fchown, call_fchown},
    {__NR_utimensat, call_utimensat},
    {__NR_futimesat, call_futimesat},
    {__NR_ftruncate, data_truncate},
    {__NR_fallocate, data_allocate},
    {__NR_fsync, call_fsync},
    {__NR_fdatasync, call_fdatasync},
    {__NR_sync_file_range, call_fdatasync}, // more than was asked for
    {__NR_syncfs, call_syncfs},
    {__NR_sync, call_sync},
    {__NR_fadvise64, call_advice},
    {__NR_readahead, call_advice},
    {__NR_sendfile, data_sendfile},
    {__NR_copy_file_range, data_copy},
    {__NR_fcntl, open_fcntl},
    {__NR_flock, open_flock},
    {__NR_poll, open_poll},
    {__NR_ioctl, call_ioctl},
};

long file_call(struct rank *rank, long nr, const uint64_t arg[6])
{
    if (!file_backend)
        return -ENOSYS;
    for (size_t i = 0; i < sizeof call_table / sizeof call_table[0]; i++)
        if (call_table[i].nr == nr)
            return call_table[i].make(rank, arg);
    return -ENOSYS;
}

long file_where(struct rank *rank, int fd, char *to, size_t bytes)
{
    const struct file_open *open = open_get(rank, (uint64_t)fd);

    return open ? file_backend->where(open->handle, to, bytes) : -EBADF;
}
