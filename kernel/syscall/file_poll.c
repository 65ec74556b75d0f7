// SPDX-License-Identifier: BSD-2-Clause
// file_poll.c: poll and ppoll over a mix of streams and descriptors of the host.
//
// Nobody wakes the core when something happens outside: one look, without waiting, then a sleep,
// each longer than the one before. So other threads of the core run meanwhile, and an idle core is
// idle.
#include "kernel/signal/signal.h"
#include "kernel/syscall/clock.h"
#include "kernel/syscall/path.h"
#include "kernel/syscall/poll.h"
#include <asm/poll.h>
#include <linux/errno.h>

#define MASK_BYTES 8 // sizeof(sigset_t) in Linux

int file_events(struct rank *rank, struct file *file, int events)
{
    int ready = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM; // devices and made-up texts
    bool ended;

    switch (file->kind) {
    case FILE_HOST:
        return host_poll(file->host_fd, events);
    case FILE_STDIN:
        ready = io_available(rank, &ended) ? POLLIN | POLLRDNORM : 0;
        if (ended) // as a pipe whose writer has gone; a terminal at its end can be read
            ready |= io_is_terminal(FILE_STDIN) ? POLLIN | POLLRDNORM : POLLHUP;
        return ready & (events | POLLHUP);
    case FILE_STDOUT:
    case FILE_STDERR:
        ready = io_has_room(rank) ? POLLOUT | POLLWRNORM : 0;
        break;
    default:
        break;
    }
    return ready & events;
}

// Looks once at all of them. Returns how many have something to say.
static long poll_look(struct rank *rank, struct pollfd *polls, uint64_t count)
{
    long found = 0;

    for (uint64_t i = 0; i < count; i++) {
        struct file *file = polls[i].fd < 0 ? NULL : file_get(rank, (uint32_t)polls[i].fd);
        int ready = 0;

        if (file)
            ready = file_events(rank, file, polls[i].events);
        else if (polls[i].fd >= 0)
            ready = POLLNVAL;
        polls[i].revents = ready < 0 ? POLLERR : (short)ready;
        found += polls[i].revents != 0;
    }
    return found;
}

static long poll_wait(struct thread *self, uint64_t addr, uint64_t count, uint64_t deadline_ns)
{
    struct pollfd *polls = (struct pollfd *)addr;
    struct io_wait wait = IO_WAIT_HOST;

    wait.deadline_ns = deadline_ns;
    count = (uint32_t)count;
    if (count > RANK_FILES_MAX)
        return -EINVAL;
    if (!user_writable(addr, count * sizeof *polls))
        return -EFAULT;
    for (;;) {
        long found = poll_look(self->rank, polls, count);
        int rc = found || deadline_ns == 0 ? 0 : io_wait(&wait);

        if (found || deadline_ns == 0 || rc == -ETIMEDOUT)
            return found;
        if (rc)
            return rc;
    }
}

uint64_t deadline_from_ms(uint64_t timeout)
{
    int ms = (int)timeout;

    if (ms == 0)
        return 0;
    return ms < 0 ? NEVER : deadline_after(machine->now_ns(), (uint64_t)ms * 1000000);
}

int deadline_from_timespec(uint64_t addr, uint64_t *deadline_ns)
{
    const struct __kernel_timespec *time = (const void *)addr;
    uint64_t delay_ns;

    *deadline_ns = NEVER;
    if (!addr)
        return 0;
    if (!user_readable(addr, sizeof *time))
        return -EFAULT;
    if (!timespec_valid(time))
        return -EINVAL;
    delay_ns = timespec_ns(time);
    *deadline_ns = delay_ns ? deadline_after(machine->now_ns(), delay_ns) : 0;
    return 0;
}

int mask_set(struct thread *self, uint64_t addr, uint64_t bytes)
{
    if (!addr)
        return 0;
    if (bytes != MASK_BYTES)
        return -EINVAL;
    if (!user_readable(addr, MASK_BYTES))
        return -EFAULT;
    signal_mask_for_call(self, *(const uint64_t *)addr);
    return 0;
}

long sys_poll(struct thread *self, const uint64_t arg[6])
{
    return poll_wait(self, arg[0], arg[1], deadline_from_ms(arg[2]));
}

void timespec_rest(uint64_t addr, uint64_t deadline_ns)
{
    uint64_t now_ns = machine->now_ns();

    if (addr && deadline_ns != NEVER && user_writable(addr, sizeof(struct __kernel_timespec)))
        *(struct __kernel_timespec *)addr =
            timespec_from_ns(deadline_ns > now_ns ? deadline_ns - now_ns : 0);
}

long sys_ppoll(struct thread *self, const uint64_t arg[6])
{
    uint64_t deadline_ns;
    long result = deadline_from_timespec(arg[2], &deadline_ns);

    if (result == 0)
        result = mask_set(self, arg[3], arg[4]);
    if (result)
        return result;
    result = poll_wait(self, arg[0], arg[1], deadline_ns);
    timespec_rest(arg[2], deadline_ns);
    return result;
}
