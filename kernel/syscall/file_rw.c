// SPDX-License-Identifier: BSD-2-Clause
// file_rw.c: reading and writing bytes, and lseek.
//
// Regular files go straight to the host. What can wait is asked first and then given no more than
// it takes without waiting: a read returns what is there, a write goes in parts of PIPE_BUF bytes,
// which poll(2) promises room for. A socket gets all at once, for a datagram is one message, but
// with the flag not to wait. Vectors of what the host does not hold go piece by piece.
#include "kernel/signal/signal.h"
#include "kernel/syscall/path.h"
#include "lib/lib.h"
#include <asm/poll.h>
#include <asm/signal.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/uio.h>

long file_broken_pipe(struct thread *self, long result)
{
    if (result == -EPIPE) {
        struct signal_info info = {.signo = SIGPIPE, .vector = 256};

        signal_raise(self->rank, self, &info);
    }
    return result;
}

static long text_read(const struct file_text *text, void *to, size_t bytes, uint64_t offset)
{
    if (offset >= text->bytes)
        return 0;
    if (bytes > text->bytes - offset)
        bytes = text->bytes - offset;
    memcpy(to, text->text + offset, bytes);
    return (long)bytes;
}

static long random_read(struct thread *self, void *to, size_t bytes)
{
    return sys_getrandom(self, (uint64_t[6]){(uintptr_t)to, bytes, 0});
}

static long stdin_read(struct thread *self, const struct file *file, void *to, size_t bytes)
{
    struct io_wait wait = IO_WAIT_INPUT;
    bool nonblocking = (file->status_flags & O_NONBLOCK) != 0;

    for (;;) {
        long got = io_get(self->rank, to, bytes);
        int rc;

        if (got != -EAGAIN || nonblocking)
            return got;
        rc = io_wait(&wait);
        if (rc)
            return rc;
    }
}

long file_read(struct thread *self, struct file *file, void *to, size_t bytes)
{
    struct file_text *text = file->text;
    long got;

    switch (file->kind) {
    case FILE_STDIN:
        return stdin_read(self, file, to, bytes);
    case FILE_NULL:
        return 0;
    case FILE_ZERO:
        memset(to, 0, bytes);
        return (long)bytes;
    case FILE_RANDOM:
        return random_read(self, to, bytes);
    case FILE_TEXT:
        got = text_read(text, to, bytes, text->offset);
        text->offset += (uint64_t)got;
        return got;
    case FILE_HOST:
        got = file->waits ? fd_wait(file, POLLIN) : 0;
        // -EAGAIN: let the host say it, or what is wrong with the descriptor.
        if (got && got != -EAGAIN)
            return got;
        return host(__NR_read, (uint64_t[6]){(uint64_t)file->host_fd, (uintptr_t)to, bytes});
    default:
        return -EBADF;
    }
}

long file_read_at(struct thread *self, struct file *file, void *to, size_t bytes, uint64_t offset)
{
    switch (file->kind) {
    case FILE_STDIN:
    case FILE_STDOUT:
    case FILE_STDERR:
        return -ESPIPE;
    case FILE_TEXT:
        return text_read(file->text, to, bytes, offset);
    case FILE_HOST:
        return host(__NR_pread64,
                    (uint64_t[6]){(uint64_t)file->host_fd, (uintptr_t)to, bytes, offset});
    default:
        return file_read(self, file, to, bytes);
    }
}

// To something of the host that may wait: part by part, each when there is room.
static long waiting_write(struct file *file, const char *from, size_t bytes)
{
    size_t done = 0;
    int host_fd = file->host_fd;

    do { // each round writes something, or ends
        size_t left = bytes - done;
        size_t part = file->waits == HOST_SOCKET || left < PIPE_BUF ? left : PIPE_BUF;
        long rc = fd_wait(file, POLLOUT);

        if (rc == -EAGAIN && done == 0)
            rc = 0; // non-blocking: the host says so, or what else is wrong
        if (rc == 0 && file->waits == HOST_SOCKET)
            rc = host(__NR_sendto,
                      (uint64_t[6]){(uint64_t)host_fd, (uintptr_t)from + done, part, HOST_DONTWAIT});
        else if (rc == 0)
            rc = host(__NR_write, (uint64_t[6]){(uint64_t)host_fd, (uintptr_t)from + done, part});
        if (rc < 0)
            return done ? (long)done : rc;
        done += (size_t)rc;
        if ((size_t)rc < part && file->waits != HOST_SOCKET)
            break; // non-blocking, or a device that takes less
    } while (done < bytes && file->kind == FILE_HOST && file->host_fd == host_fd);
    return (long)done;
}

long file_write(struct thread *self, struct file *file, const void *from, size_t bytes)
{
    long done;

    switch (file->kind) {
    case FILE_STDOUT:
    case FILE_STDERR:
        if ((file->status_flags & O_NONBLOCK) && !io_has_room(self->rank))
            return -EAGAIN;
        io_put(self->rank, file->kind == FILE_STDOUT ? JOB_STDOUT : JOB_STDERR, from, bytes);
        return (long)bytes;
    case FILE_NULL:
    case FILE_ZERO:
    case FILE_RANDOM:
        return (long)bytes;
    case FILE_HOST:
        done = file->waits
                   ? waiting_write(file, from, bytes)
                   : host(__NR_write, (uint64_t[6]){(uint64_t)file->host_fd, (uintptr_t)from, bytes});
        return file_broken_pipe(self, done);
    default:
        return -EBADF;
    }
}

long sys_read(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);
    size_t bytes = arg[2] < IO_BYTES_MAX ? arg[2] : IO_BYTES_MAX;

    if (!file)
        return -EBADF;
    if (!user_writable(arg[1], bytes))
        return -EFAULT;
    return file_read(self, file, (void *)arg[1], bytes);
}

long sys_write(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);
    size_t bytes = arg[2] < IO_BYTES_MAX ? arg[2] : IO_BYTES_MAX;

    if (!file)
        return -EBADF;
    if (!user_readable(arg[1], bytes))
        return -EFAULT;
    return file_write(self, file, (const void *)arg[1], bytes);
}

long sys_pread64(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);
    size_t bytes = arg[2] < IO_BYTES_MAX ? arg[2] : IO_BYTES_MAX;

    if (!file)
        return -EBADF;
    if ((int64_t)arg[3] < 0)
        return -EINVAL;
    if (!user_writable(arg[1], bytes))
        return -EFAULT;
    return file_read_at(self, file, (void *)arg[1], bytes, arg[3]);
}

long sys_pwrite64(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);

    if (!file)
        return -EBADF;
    if ((int64_t)arg[3] < 0)
        return -EINVAL;
    if (!user_readable(arg[1], arg[2] < IO_BYTES_MAX ? arg[2] : IO_BYTES_MAX))
        return -EFAULT;
    if (file->kind == FILE_STDIN || file->kind == FILE_STDOUT || file->kind == FILE_STDERR)
        return -ESPIPE;
    if (file->kind != FILE_HOST)
        return file_write(self, file, (const void *)arg[1], arg[2]);
    return fd_host(self, __NR_pwrite64, arg, -EBADF);
}

// Checks a vector of buffers. Returns its bytes in all, or a negative errno.
static long vector_check(uint64_t addr, uint64_t count, bool written_to)
{
    const struct iovec *vector = (const struct iovec *)addr;
    size_t bytes = 0;

    if (count > UIO_MAXIOV)
        return -EINVAL;
    if (!user_readable(addr, count * sizeof *vector))
        return -EFAULT;
    for (uint64_t i = 0; i < count; i++) {
        uintptr_t base = (uintptr_t)vector[i].iov_base;

        if (vector[i].iov_len > IO_BYTES_MAX - bytes)
            return -EINVAL;
        if (written_to ? !user_writable(base, vector[i].iov_len)
                       : !user_readable(base, vector[i].iov_len))
            return -EFAULT;
        bytes += vector[i].iov_len;
    }
    return (long)bytes;
}

// readv or writev of what does not go to the host in one call; the first `done` bytes are done.
static long vector_pieces(struct thread *self, const uint64_t arg[6], bool write, long done)
{
    const struct iovec *vector = (const struct iovec *)arg[1];
    size_t skip = (size_t)done;

    for (uint64_t i = 0; i < arg[2]; i++) {
        struct file *file = file_get(self->rank, arg[0]); // may be closed while we wait
        size_t bytes = vector[i].iov_len, before = skip < bytes ? skip : bytes;
        char *base = (char *)vector[i].iov_base + before;
        bool ended;
        long rc;

        skip -= before;
        bytes -= before;
        if (bytes == 0)
            continue;
        if (!file)
            return done ? done : -EBADF;
        // Once there is something to return, a read does not wait for more.
        if (!write && done && file->kind == FILE_STDIN && !io_available(self->rank, &ended))
            return done;
        rc = write ? file_write(self, file, base, bytes) : file_read(self, file, base, bytes);
        if (rc < 0)
            return done ? done : rc;
        done += rc;
        if ((size_t)rc < bytes)
            break;
    }
    return done;
}

static long vector_read(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);
    long bytes, rc;

    if (!file)
        return -EBADF;
    bytes = vector_check(arg[1], arg[2], true);
    if (bytes <= 0)
        return bytes;
    if (file->kind != FILE_HOST)
        return vector_pieces(self, arg, false, 0);
    rc = file->waits ? fd_wait(file, POLLIN) : 0;
    return rc && rc != -EAGAIN ? rc : fd_host(self, __NR_readv, arg, -EBADF);
}

// To a socket: one message, as far as it is taken without waiting.
static long vector_send(const struct file *file, const uint64_t arg[6])
{
    struct user_msghdr message = {.vector = (void *)arg[1], .vector_count = arg[2]};

    return host(__NR_sendmsg,
                (uint64_t[6]){(uint64_t)file->host_fd, (uintptr_t)&message, HOST_DONTWAIT});
}

static long vector_write(struct thread *self, const uint64_t arg[6])
{
    struct file *file = file_get(self->rank, arg[0]);
    long bytes, rc;

    if (!file)
        return -EBADF;
    bytes = vector_check(arg[1], arg[2], false);
    if (bytes <= 0)
        return bytes;
    if (file->kind != FILE_HOST || (file->waits == HOST_POLLED && bytes > PIPE_BUF))
        return vector_pieces(self, arg, true, 0);
    rc = file->waits ? fd_wait(file, POLLOUT) : 0;
    if (rc && rc != -EAGAIN)
        return rc;
    rc = file->waits == HOST_SOCKET ? vector_send(file, arg)
                                    : fd_host(self, __NR_writev, arg, -EBADF);
    if (file->waits == HOST_SOCKET && rc > 0 && rc < bytes)
        return vector_pieces(self, arg, true, rc);
    return file_broken_pipe(self, rc);
}

long sys_readv(struct thread *self, const uint64_t arg[6])
{
    return vector_read(self, arg);
}

long sys_writev(struct thread *self, const uint64_t arg[6])
{
    return vector_write(self, arg);
}

// The four with an offset, for files of the host; -1 in the second versions means where the file
// is.
static long vector_at(struct thread *self, long nr, const uint64_t arg[6], bool write)
{
    const struct file *file = file_get(self->rank, arg[0]);
    bool here = (nr == __NR_preadv2 || nr == __NR_pwritev2) && arg[3] == UINT64_MAX;
    long bytes;

    if (!file)
        return -EBADF;
    if (here && (arg[5] == 0 || file->kind != FILE_HOST))
        return write ? vector_write(self, arg) : vector_read(self, arg);
    bytes = vector_check(arg[1], arg[2], !write);
    if (bytes < 0)
        return bytes;
    if (here && file->waits)
        return -EOPNOTSUPP; // the flags are about disks
    return fd_host(self, nr, arg, -ESPIPE);
}

long sys_preadv(struct thread *self, const uint64_t arg[6])
{
    return vector_at(self, __NR_preadv, arg, false);
}

long sys_pwritev(struct thread *self, const uint64_t arg[6])
{
    return vector_at(self, __NR_pwritev, arg, true);
}

long sys_preadv2(struct thread *self, const uint64_t arg[6])
{
    return vector_at(self, __NR_preadv2, arg, false);
}

long sys_pwritev2(struct thread *self, const uint64_t arg[6])
{
    return vector_at(self, __NR_pwritev2, arg, true);
}
