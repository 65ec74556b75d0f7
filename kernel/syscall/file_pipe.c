// SPDX-License-Identifier: BSD-2-Clause
// file_pipe.c: pipes, event counters and memory files: the host's, under the rank's numbers.
#include "kernel/syscall/path.h"
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/memfd.h>

#define EVENT_CLOEXEC O_CLOEXEC // eventfd(2)'s flag has the same value
#define PIPE_FLAGS (O_CLOEXEC | O_DIRECT | O_NONBLOCK)

static long pipe_make(struct thread *self, uint64_t addr, uint32_t flags)
{
    int host_fd[2], fd[2];
    long result;

    if (flags & ~(uint32_t)PIPE_FLAGS)
        return -EINVAL;
    if (!user_writable(addr, sizeof fd))
        return -EFAULT;
    result = host(__NR_pipe2, (uint64_t[6]){(uintptr_t)host_fd, flags | O_CLOEXEC});
    if (result < 0)
        return result;
    fd[0] = file_adopt(self->rank, host_fd[0], flags);
    if (fd[0] < 0) {
        host_close(host_fd[1]);
        return fd[0];
    }
    fd[1] = file_adopt(self->rank, host_fd[1], flags | O_WRONLY);
    if (fd[1] < 0) {
        file_close(self->rank, (uint64_t)fd[0]);
        return fd[1];
    }
    ((int *)addr)[0] = fd[0];
    ((int *)addr)[1] = fd[1];
    return 0;
}

long sys_pipe(struct thread *self, const uint64_t arg[6])
{
    return pipe_make(self, arg[0], 0);
}

long sys_pipe2(struct thread *self, const uint64_t arg[6])
{
    return pipe_make(self, arg[0], (uint32_t)arg[1]);
}

long sys_eventfd2(struct thread *self, const uint64_t arg[6])
{
    long host_fd = host(__NR_eventfd2, (uint64_t[6]){arg[0], arg[1] | EVENT_CLOEXEC});

    return host_fd < 0 ? host_fd : file_adopt(self->rank, host_fd, (uint32_t)arg[1] | O_RDWR);
}

long sys_eventfd(struct thread *self, const uint64_t arg[6])
{
    return sys_eventfd2(self, (uint64_t[6]){arg[0], 0});
}

long sys_memfd_create(struct thread *self, const uint64_t arg[6])
{
    long host_fd;
    int rc = path_check(arg[0]);

    if (rc)
        return rc;
    host_fd = host(__NR_memfd_create, (uint64_t[6]){arg[0], arg[1] | MFD_CLOEXEC});
    if (host_fd < 0)
        return host_fd;
    return file_adopt(self->rank, host_fd, O_RDWR | (arg[1] & MFD_CLOEXEC ? O_CLOEXEC : 0));
}
