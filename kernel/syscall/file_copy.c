// SPDX-License-Identifier: BSD-2-Clause
// file_copy.c: offsets, copies between descriptors, and the bytes behind a private mapping.
#include "kernel/syscall/path.h"
#include "lib/lib.h"
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#define COPY_BYTES 2048 // on the kernel stack

long sys_lseek(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);
    int64_t offset = (int64_t)arg[1];

    if (!file)
        return -EBADF;
    switch (file->kind) {
    case FILE_HOST:
        return fd_host(self, __NR_lseek, arg, -EBADF);
    case FILE_STDIN:
    case FILE_STDOUT:
    case FILE_STDERR:
        return -ESPIPE;
    case FILE_TEXT:
        if (arg[2] == SEEK_CUR)
            offset += (int64_t)file->text->offset;
        else if (arg[2] != SEEK_SET)
            return -EINVAL;
        if (offset < 0)
            return -EINVAL;
        file->text->offset = (uint64_t)offset;
        return offset;
    default: // a device without places
        return 0;
    }
}

// Is it a file the host can copy by itself, without waiting for anybody?
static bool copies_alone(const struct file *file)
{
    return file->kind == FILE_HOST && !file->waits;
}

// sendfile(2) through a buffer. `offset` NULL: from where the file is.
static long send_parts(struct thread *self, uint64_t to_fd, uint64_t from_fd, uint64_t *offset,
                       size_t bytes)
{
    char part[COPY_BYTES];
    size_t done = 0;

    while (done < bytes) { // each round moves something, or ends
        struct file *from = file_get(self->rank, from_fd), *to = file_get(self->rank, to_fd);
        size_t want = bytes - done < sizeof part ? bytes - done : sizeof part;
        long got, put;

        if (!from || !to)
            return done ? (long)done : -EBADF;
        got = offset ? file_read_at(self, from, part, want, *offset)
                     : file_read(self, from, part, want);
        put = got > 0 ? file_write(self, to, part, (size_t)got) : got;
        if (put <= 0)
            return done ? (long)done : put;
        done += (size_t)put;
        if (offset)
            *offset += (uint64_t)put;
        if (put < got && !offset && copies_alone(from)) // read, but not sent: give it back
            host(__NR_lseek, (uint64_t[6]){(uint64_t)from->host_fd, (uint64_t)(put - got), SEEK_CUR});
        if (put < (long)want)
            break;
    }
    return (long)done;
}

long sys_sendfile(struct thread *self, const uint64_t arg[6])
{
    const struct file *to = file_get(self->rank, arg[0]), *from = file_get(self->rank, arg[1]);
    uint64_t *offset = (uint64_t *)arg[2];
    size_t bytes = arg[3] < IO_BYTES_MAX ? arg[3] : IO_BYTES_MAX;

    if (!to || !from)
        return -EBADF;
    if (offset && !user_writable(arg[2], sizeof *offset))
        return -EFAULT;
    if (copies_alone(from) && copies_alone(to))
        return host(__NR_sendfile,
                    (uint64_t[6]){(uint64_t)to->host_fd, (uint64_t)from->host_fd, arg[2], bytes});
    if (from->kind == FILE_STDIN || (from->kind == FILE_HOST && from->waits))
        return -EINVAL; // Linux wants something that can be mapped
    return send_parts(self, arg[0], arg[1], offset, bytes);
}

long sys_copy_file_range(struct thread *self, const uint64_t arg[6])
{
    const struct file *from = file_get(self->rank, arg[0]), *to = file_get(self->rank, arg[2]);

    if (!to || !from)
        return -EBADF;
    if (!copies_alone(from) || !copies_alone(to))
        return -EINVAL;
    if ((arg[1] && !user_writable(arg[1], sizeof(uint64_t))) ||
        (arg[3] && !user_writable(arg[3], sizeof(uint64_t))))
        return -EFAULT;
    return host(__NR_copy_file_range, (uint64_t[6]){(uint64_t)from->host_fd, arg[1],
                                                    (uint64_t)to->host_fd, arg[3], arg[4], arg[5]});
}

// Fails as read(2) would for what is not open for reading, and as mmap(2) for the rest.
long file_pread_into(struct rank *rank, int fd, void *to, size_t bytes, uint64_t offset)
{
    struct file *file = file_get(rank, (uint64_t)fd);
    size_t done = 0;

    if (!file)
        return -EBADF;
    if (file->kind == FILE_ZERO) {
        memset(to, 0, bytes);
        return (long)bytes;
    }
    if (!copies_alone(file))
        return -ENODEV;
    while (done < bytes) { // until all is there or the file ends
        long got = host(__NR_pread64, (uint64_t[6]){(uint64_t)file->host_fd, (uintptr_t)to + done,
                                                    bytes - done, offset + done});

        if (got == -EBADF)
            return -EACCES;
        if (got < 0)
            return got == -EISDIR ? -ENODEV : got;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (long)done;
}
