// SPDX-License-Identifier: BSD-2-Clause
// file_socket.c: sockets of the host, under the rank's numbers.
//
// Whatever could wait is done without waiting (MSG_DONTWAIT, poll first) and tried again after a
// sleep. A vector of buffers is passed as it is; descriptors in control messages would be the
// host's numbers, so messages that send control data are refused.
#include "kernel/syscall/path.h"
#include "lib/lib.h"
#include <asm/poll.h>
#include <asm/socket.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#define SOCK_CLOEXEC O_CLOEXEC // the values are the same by definition
#define SOCK_NONBLOCK O_NONBLOCK
#define MSG_DONTWAIT 0x40
#define MSG_WAITALL 0x100
#define MSG_NOSIGNAL 0x4000

// A descriptor of the host, or NULL with *error set.
static struct file *socket_get(struct thread *self, uint64_t fd, long *error)
{
    struct file *file = file_get(self->rank, fd);

    *error = !file ? -EBADF : file->kind != FILE_HOST ? -ENOTSOCK : 0;
    return *error ? NULL : file;
}

static uint32_t socket_flags(uint64_t type)
{
    return (uint32_t)type & (SOCK_CLOEXEC | SOCK_NONBLOCK);
}

long sys_socket(struct thread *self, const uint64_t arg[6])
{
    long host_fd = host(__NR_socket, (uint64_t[6]){arg[0], arg[1] | SOCK_CLOEXEC, arg[2]});

    return host_fd < 0 ? host_fd : file_adopt(self->rank, host_fd, socket_flags(arg[1]) | O_RDWR);
}

long sys_socketpair(struct thread *self, const uint64_t arg[6])
{
    int host_fd[2], fd[2];
    uint32_t flags = socket_flags(arg[1]) | O_RDWR;
    long result;

    if (!user_writable(arg[3], sizeof fd))
        return -EFAULT;
    result = host(__NR_socketpair,
                  (uint64_t[6]){arg[0], arg[1] | SOCK_CLOEXEC, arg[2], (uintptr_t)host_fd});
    if (result < 0)
        return result;
    fd[0] = file_adopt(self->rank, host_fd[0], flags);
    if (fd[0] < 0) {
        host_close(host_fd[1]);
        return fd[0];
    }
    fd[1] = file_adopt(self->rank, host_fd[1], flags);
    if (fd[1] < 0) {
        file_close(self->rank, (uint64_t)fd[0]);
        return fd[1];
    }
    ((int *)arg[3])[0] = fd[0];
    ((int *)arg[3])[1] = fd[1];
    return 0;
}

// Ends a connect that was begun without waiting.
static long connect_finish(const struct file *file)
{
    int error = 0, bytes = sizeof error;
    int host_fd = file->host_fd;
    struct io_wait wait = IO_WAIT_HOST;
    long result;

    while ((result = host_poll(host_fd, POLLOUT)) == 0) {
        int rc = io_wait(&wait);

        if (rc)
            return rc;
    }
    if (result < 0)
        return result;
    result = host(__NR_getsockopt, (uint64_t[6]){(uint64_t)host_fd, SOL_SOCKET, SO_ERROR,
                                                 (uintptr_t)&error, (uintptr_t)&bytes});
    return result < 0 ? result : -error;
}

// Non-blocking for the moment, unless it is anyway.
long sys_connect(struct thread *self, const uint64_t arg[6])
{
    long result, flags;
    const struct file *file = socket_get(self, arg[0], &result);
    uint64_t host_fd;

    if (!file)
        return result;
    host_fd = (uint64_t)file->host_fd;
    flags = host(__NR_fcntl, (uint64_t[6]){host_fd, F_GETFL});
    if (flags < 0 || (flags & O_NONBLOCK))
        return host(__NR_connect, (uint64_t[6]){host_fd, arg[1], arg[2]});
    host(__NR_fcntl, (uint64_t[6]){host_fd, F_SETFL, (uint64_t)(flags | O_NONBLOCK)});
    result = host(__NR_connect, (uint64_t[6]){host_fd, arg[1], arg[2]});
    host(__NR_fcntl, (uint64_t[6]){host_fd, F_SETFL, (uint64_t)flags});
    return result == -EINPROGRESS ? connect_finish(file) : result;
}

long sys_bind(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_bind, arg, -ENOTSOCK);
}

long sys_listen(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_listen, arg, -ENOTSOCK);
}

long sys_accept4(struct thread *self, const uint64_t arg[6])
{
    long result;
    const struct file *file = socket_get(self, arg[0], &result);
    int host_fd;

    if (!file)
        return result;
    host_fd = file->host_fd;
    result = fd_wait(file, POLLIN);
    if (result && result != -EAGAIN)
        return result;
    result =
        host(__NR_accept4, (uint64_t[6]){(uint64_t)host_fd, arg[1], arg[2], arg[3] | SOCK_CLOEXEC});
    return result < 0 ? result : file_adopt(self->rank, result, socket_flags(arg[3]) | O_RDWR);
}

long sys_accept(struct thread *self, const uint64_t arg[6])
{
    return sys_accept4(self, (uint64_t[6]){arg[0], arg[1], arg[2], 0});
}

// A call whose flags are argument `at`, without waiting, until it is done or must not wait.
static long transfer(struct thread *self, long nr, const uint64_t arg[6], int at)
{
    uint64_t ours[6] = {0, arg[1], arg[2], arg[3], arg[4], arg[5]};
    struct io_wait wait = IO_WAIT_HOST;
    long result;

    ours[at] |= HOST_DONTWAIT;
    for (;;) {
        const struct file *file = socket_get(self, arg[0], &result); // looked up after each sleep

        if (!file)
            return result;
        ours[0] = (uint64_t)file->host_fd;
        result = host(nr, ours);
        if (result != -EAGAIN || (arg[at] & MSG_DONTWAIT) || host_nonblocking(file->host_fd))
            return result;
        result = io_wait(&wait);
        if (result)
            return result;
    }
}

// sendto and recvfrom go on until a stream has taken all, or MSG_WAITALL has got all.
static long transfer_all(struct thread *self, long nr, const uint64_t arg[6], bool all)
{
    uint64_t ours[6] = {arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]};
    long done = 0, result;

    do { // each round moves something, or ends
        result = transfer(self, nr, ours, 3);
        if (result < 0)
            return done ? done : result;
        done += result;
        ours[1] += (uint64_t)result;
        ours[2] -= (uint64_t)result;
    } while (all && result > 0 && ours[2] > 0 && !(arg[3] & MSG_DONTWAIT));
    return done;
}

long sys_sendto(struct thread *self, const uint64_t arg[6])
{
    long result;

    if (!user_readable(arg[1], arg[2]))
        return -EFAULT;
    result = transfer_all(self, __NR_sendto, arg, true);
    return arg[3] & MSG_NOSIGNAL ? result : file_broken_pipe(self, result);
}

long sys_recvfrom(struct thread *self, const uint64_t arg[6])
{
    if (!user_writable(arg[1], arg[2]))
        return -EFAULT;
    return transfer_all(self, __NR_recvfrom, arg, (arg[3] & MSG_WAITALL) != 0);
}

// A stream may take part of a message: the caller sees how much, as the flag MSG_DONTWAIT would
// have it.
long sys_sendmsg(struct thread *self, const uint64_t arg[6])
{
    const struct user_msghdr *message = (const struct user_msghdr *)arg[1];
    long result;

    if (!user_readable(arg[1], sizeof *message))
        return -EFAULT;
    if (message->control_bytes != 0)
        return -EOPNOTSUPP;
    result = transfer(self, __NR_sendmsg, arg, 2);
    return arg[2] & MSG_NOSIGNAL ? result : file_broken_pipe(self, result);
}

long sys_recvmsg(struct thread *self, const uint64_t arg[6])
{
    if (!user_writable(arg[1], sizeof(struct user_msghdr)))
        return -EFAULT;
    return transfer(self, __NR_recvmsg, arg, 2);
}

long sys_shutdown(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_shutdown, arg, -ENOTSOCK);
}

long sys_getsockname(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_getsockname, arg, -ENOTSOCK);
}

long sys_getpeername(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_getpeername, arg, -ENOTSOCK);
}

long sys_setsockopt(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_setsockopt, arg, -ENOTSOCK);
}

long sys_getsockopt(struct thread *self, const uint64_t arg[6])
{
    return fd_host(self, __NR_getsockopt, arg, -ENOTSOCK);
}
