// SPDX-License-Identifier: BSD-2-Clause
// data.c: bytes of open files, and where in a file a descriptor is.
//
// The back end knows no offsets but those it is given. A call that reads an offset and moves it has the
// open file to itself meanwhile (open_hold): other threads of the rank may run while the back end works.
#include "kernel/file/open.h"
#include "lib/lib.h"
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/uio.h>

#define COPY_BYTES (256ul << 10)

static long read_at(const struct file_open *open, const struct iovec *vector, uint64_t count,
                    uint64_t offset)
{
    if ((open->flags & O_ACCMODE) == O_WRONLY || (open->flags & O_PATH))
        return -EBADF;
    return count ? file_backend->read(open->handle, vector, (uint32_t)count, offset) : 0;
}

// At `offset`, or at the end of the file if it is open for appending; *end: the offset behind.
static long write_at(const struct file_open *open, const struct iovec *vector, uint64_t count,
                     uint64_t offset, uint64_t *end)
{
    bool append = (open->flags & O_APPEND) != 0;
    long done;

    if ((open->flags & O_ACCMODE) == O_RDONLY || (open->flags & O_PATH))
        return -EBADF;
    *end = offset;
    if (!count)
        return 0;
    done = file_backend->write(open->handle, vector, (uint32_t)count, append ? FILE_AT_END : offset,
                               end);
    if (done > 0 && !append)
        *end = offset + (uint64_t)done;
    return done;
}

static long read_here(struct rank *rank, uint64_t fd, const struct iovec *vector, uint64_t count)
{
    struct file_open *open = open_hold(rank, fd);
    long done;

    if (!open)
        return -EBADF;
    done = read_at(open, vector, count, open->offset);
    if (done > 0)
        open->offset += (uint64_t)done;
    open_release(open);
    return done;
}

static long write_here(struct rank *rank, uint64_t fd, const struct iovec *vector, uint64_t count)
{
    struct file_open *open = open_hold(rank, fd);
    uint64_t end;
    long done;

    if (!open)
        return -EBADF;
    done = write_at(open, vector, count, open->offset, &end);
    if (done > 0)
        open->offset = end;
    open_release(open);
    return done;
}

static long read_there(struct rank *rank, uint64_t fd, const struct iovec *vector, uint64_t count,
                       uint64_t offset)
{
    const struct file_open *open = open_get(rank, fd);

    if ((int64_t)offset < 0)
        return -EINVAL;
    return open ? read_at(open, vector, count, offset) : -EBADF;
}

static long write_there(struct rank *rank, uint64_t fd, const struct iovec *vector, uint64_t count,
                        uint64_t offset)
{
    const struct file_open *open = open_get(rank, fd);
    uint64_t end;

    if ((int64_t)offset < 0)
        return -EINVAL;
    return open ? write_at(open, vector, count, offset, &end) : -EBADF;
}

long data_read(struct rank *rank, const uint64_t arg[6])
{
    const struct iovec one = {(void *)arg[1], arg[2]};

    return read_here(rank, arg[0], &one, 1);
}

long data_write(struct rank *rank, const uint64_t arg[6])
{
    const struct iovec one = {(void *)arg[1], arg[2]};

    return write_here(rank, arg[0], &one, 1);
}

long data_pread(struct rank *rank, const uint64_t arg[6])
{
    const struct iovec one = {(void *)arg[1], arg[2]};

    return read_there(rank, arg[0], &one, 1, arg[3]);
}

long data_pwrite(struct rank *rank, const uint64_t arg[6])
{
    const struct iovec one = {(void *)arg[1], arg[2]};

    return write_there(rank, arg[0], &one, 1, arg[3]);
}

long data_readv(struct rank *rank, const uint64_t arg[6])
{
    return read_here(rank, arg[0], (const struct iovec *)arg[1], arg[2]);
}

long data_writev(struct rank *rank, const uint64_t arg[6])
{
    return write_here(rank, arg[0], (const struct iovec *)arg[1], arg[2]);
}

long data_preadv(struct rank *rank, const uint64_t arg[6])
{
    return read_there(rank, arg[0], (const struct iovec *)arg[1], arg[2], arg[3]);
}

long data_pwritev(struct rank *rank, const uint64_t arg[6])
{
    return write_there(rank, arg[0], (const struct iovec *)arg[1], arg[2], arg[3]);
}

// What the flags of the second versions ask of a disk, as far as it can be promised: data on the disk,
// the end of the file; high priority is a wish.
#define WISHES (RWF_HIPRI | RWF_DSYNC | RWF_SYNC)

long data_preadv2(struct rank *rank, const uint64_t arg[6])
{
    if (arg[5] & ~(uint64_t)WISHES)
        return -EOPNOTSUPP;
    return arg[3] == UINT64_MAX ? data_readv(rank, arg) : data_preadv(rank, arg);
}

long data_pwritev2(struct rank *rank, const uint64_t arg[6])
{
    struct file_open *open = open_get(rank, arg[0]);
    uint64_t end;
    long done;

    if (arg[5] & ~(uint64_t)(WISHES | RWF_APPEND))
        return -EOPNOTSUPP;
    if (open && (arg[5] & RWF_APPEND)) {
        struct file_open appending = *open;

        appending.flags |= O_APPEND;
        done = write_at(&appending, (const struct iovec *)arg[1], arg[2], 0, &end);
        if (done > 0 && arg[3] == UINT64_MAX)
            open->offset = end;
    } else {
        done = arg[3] == UINT64_MAX ? data_writev(rank, arg) : data_pwritev(rank, arg);
    }
    if (done > 0 && (arg[5] & (RWF_DSYNC | RWF_SYNC))) {
        long rc = data_sync(rank, arg[0], arg[5] & RWF_SYNC ? FILE_SYNC_ALL : FILE_SYNC_DATA);

        return rc < 0 ? rc : done;
    }
    return done;
}

// Holes are not looked for: a file is all data, with the hole every file has at its end.
static int64_t seek_base(const struct file_open *open, uint32_t whence, int64_t offset)
{
    struct statx stat;
    long rc;

    if (whence == SEEK_SET)
        return 0;
    if (whence == SEEK_CUR)
        return (int64_t)open->offset;
    rc = file_backend->stat(open->handle, "", AT_EMPTY_PATH, &stat);
    if (rc < 0)
        return rc;
    if (whence == SEEK_END)
        return (int64_t)stat.stx_size;
    if (offset < 0 || (uint64_t)offset >= stat.stx_size)
        return -ENXIO;
    return whence == SEEK_DATA ? 0 : (int64_t)stat.stx_size - offset;
}

static int64_t seek(struct file_open *open, int64_t offset, uint32_t whence)
{
    int64_t base;

    if (open->flags & O_PATH)
        return -EBADF;
    if (whence > SEEK_MAX)
        return -EINVAL;
    base = seek_base(open, whence, offset);
    if (base < 0)
        return base;
    if (offset > 0 && base > INT64_MAX - offset)
        return -EOVERFLOW;
    if (base + offset < 0)
        return -EINVAL;
    open->offset = (uint64_t)(base + offset);
    return base + offset;
}

long data_lseek(struct rank *rank, const uint64_t arg[6])
{
    struct file_open *open = open_hold(rank, arg[0]);
    int64_t offset;

    if (!open)
        return -EBADF;
    offset = seek(open, (int64_t)arg[1], (uint32_t)arg[2]);
    open_release(open);
    return offset;
}

// A directory's offset is the d_off of the last entry that was read.
long data_getdents(struct rank *rank, const uint64_t arg[6])
{
    struct file_open *open = open_hold(rank, arg[0]);
    char *to = (char *)arg[1];
    long done = -EBADF;

    if (!open)
        return -EBADF;
    if (!(open->flags & O_PATH))
        done = file_backend->list(open->handle, to, (uint32_t)arg[2], open->offset);
    for (long at = 0; at < done;) { // each round takes an entry: d_ino, d_off, d_reclen
        uint16_t length = *(const uint16_t *)(to + at + 16);

        open->offset = *(const uint64_t *)(to + at + 8);
        at += length ? length : done;
    }
    open_release(open);
    return done;
}

// Copies by way of memory of the slot; offsets move by what was copied.
static long copy(struct rank *rank, const struct file_open *from, uint64_t *from_offset,
                 const struct file_open *to, uint64_t *to_offset, size_t bytes)
{
    size_t part = bytes < COPY_BYTES ? ROUND_UP(bytes, PAGE_BYTES) : COPY_BYTES, done = 0;
    intptr_t buffer;
    long rc = 0;

    if (!bytes)
        return 0;
    buffer = slot_map(&rank->slot, 0, part, PROT_R | PROT_W, false);
    if (buffer < 0)
        return buffer;
    while (done < bytes) { // until all is copied or the file ends
        struct iovec one = {(void *)buffer, bytes - done < part ? bytes - done : part};

        rc = read_at(from, &one, 1, *from_offset);
        if (rc <= 0)
            break;
        one.iov_len = (size_t)rc;
        rc = write_at(to, &one, 1, *to_offset, to_offset);
        if (rc <= 0)
            break;
        *from_offset += (uint64_t)rc;
        done += (size_t)rc;
    }
    slot_unmap(&rank->slot, (uintptr_t)buffer, part);
    return done ? (long)done : rc;
}

long data_sendfile(struct rank *rank, const uint64_t arg[6])
{
    struct file_open *to = open_get(rank, arg[0]), *from = open_get(rank, arg[1]);

    if (!to || !from)
        return -EBADF;
    return copy(rank, from, arg[2] ? (uint64_t *)arg[2] : &from->offset, to, &to->offset, arg[3]);
}

long data_copy(struct rank *rank, const uint64_t arg[6])
{
    struct file_open *from = open_get(rank, arg[0]), *to = open_get(rank, arg[2]);

    if (!to || !from)
        return -EBADF;
    if (arg[5])
        return -EINVAL;
    return copy(rank, from, arg[1] ? (uint64_t *)arg[1] : &from->offset, to,
                arg[3] ? (uint64_t *)arg[3] : &to->offset, arg[4]);
}

long data_sync(struct rank *rank, uint64_t fd, enum file_sync how)
{
    const struct file_open *open = open_get(rank, fd);

    if (!open || (open->flags & O_PATH))
        return -EBADF;
    return file_backend->sync(open->handle, how);
}

long data_allocate(struct rank *rank, const uint64_t arg[6])
{
    const struct file_open *open = open_get(rank, arg[0]);

    if (!open || (open->flags & O_PATH) || (open->flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    if ((int64_t)arg[2] < 0 || (int64_t)arg[3] <= 0)
        return -EINVAL;
    return file_backend->allocate(open->handle, (uint32_t)arg[1], arg[2], arg[3]);
}

long data_truncate(struct rank *rank, const uint64_t arg[6])
{
    const struct file_open *open = open_get(rank, arg[0]);
    struct file_change change = {.what = FILE_SET_SIZE, .size = arg[1]};

    if (!open || (open->flags & O_PATH))
        return -EBADF;
    if ((int64_t)arg[1] < 0 || (open->flags & O_ACCMODE) == O_RDONLY)
        return -EINVAL;
    return file_backend->set(open->handle, "", AT_EMPTY_PATH, &change);
}
