// SPDX-License-Identifier: BSD-2-Clause
// file_select.c: select and pselect6, in terms of file_events as poll is; epoll, which is the
// host's.
#include "kernel/syscall/clock.h"
#include "kernel/syscall/path.h"
#include "kernel/syscall/poll.h"
#include "lib/lib.h"
#include <asm/poll.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>

#define WORD_BITS 64
#define SET_WORDS (RANK_FILES_MAX / WORD_BITS)
#define US_PER_S 1000000

enum set { SET_IN, SET_OUT, SET_EXCEPT, SETS };

struct sets {
    uint64_t *asked[SETS]; // the payload's, NULL: none
    uint64_t count;        // of descriptors
    uint64_t found[SETS][SET_WORDS];
};

struct old_timeval { // struct timeval of x86-64
    int64_t seconds, us;
};

// What select(2) counts as ready for each of its sets.
static const int set_asks[SETS] = {POLLIN | POLLRDNORM | POLLRDBAND,
                                   POLLOUT | POLLWRNORM | POLLWRBAND, POLLPRI};
static const int set_counts[SETS] = {POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
                                     POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR, POLLPRI};

static bool is_asked(const struct sets *sets, enum set set, uint64_t fd)
{
    return sets->asked[set] && (sets->asked[set][fd / WORD_BITS] >> fd % WORD_BITS & 1);
}

// Looks once. Returns how many bits are set in `found`, or -EBADF.
static long sets_look(struct rank *rank, struct sets *sets)
{
    long found = 0;

    memset(sets->found, 0, sizeof sets->found);
    for (uint64_t fd = 0; fd < sets->count; fd++) {
        struct file *file = file_get(rank, fd);
        int events = 0, ready;

        for (enum set set = 0; set < SETS; set++)
            events |= is_asked(sets, set, fd) ? set_asks[set] : 0;
        if (!events)
            continue;
        if (!file)
            return -EBADF;
        ready = file_events(rank, file, events);
        if (ready < 0)
            return ready;
        for (enum set set = 0; set < SETS; set++)
            if (is_asked(sets, set, fd) && (ready & set_counts[set])) {
                sets->found[set][fd / WORD_BITS] |= 1ul << fd % WORD_BITS;
                found++;
            }
    }
    return found;
}

static long select_wait(struct thread *self, const uint64_t arg[6], uint64_t deadline_ns)
{
    struct io_wait wait = IO_WAIT_HOST;
    struct sets sets = {.count = (uint32_t)arg[0]};
    size_t bytes;
    long found;

    wait.deadline_ns = deadline_ns;
    if ((int)arg[0] < 0)
        return -EINVAL;
    if (sets.count > RANK_FILES_MAX)
        sets.count = RANK_FILES_MAX; // none above is open
    bytes = ROUND_UP(sets.count, WORD_BITS) / 8;
    for (enum set set = 0; set < SETS; set++) {
        sets.asked[set] = (uint64_t *)arg[1 + set];
        if (sets.asked[set] && !user_writable(arg[1 + set], bytes))
            return -EFAULT;
    }
    for (;;) {
        int rc;

        found = sets_look(self->rank, &sets);
        if (found || deadline_ns == 0)
            break;
        rc = io_wait(&wait);
        if (rc == -ETIMEDOUT)
            break;
        if (rc)
            return rc;
    }
    for (enum set set = 0; found >= 0 && set < SETS; set++)
        if (sets.asked[set])
            memcpy(sets.asked[set], sets.found[set], bytes);
    return found;
}

long sys_select(struct thread *self, const uint64_t arg[6])
{
    struct old_timeval *time = (struct old_timeval *)arg[4];
    uint64_t deadline_ns = NEVER, now_ns;
    long result;

    if (time) {
        struct __kernel_timespec delay;

        if (!user_writable(arg[4], sizeof *time))
            return -EFAULT;
        if (time->seconds < 0 || time->us < 0)
            return -EINVAL;
        delay.tv_sec = time->seconds + time->us / US_PER_S;
        delay.tv_nsec = time->us % US_PER_S * 1000;
        deadline_ns = timespec_ns(&delay);
        deadline_ns = deadline_ns ? deadline_after(machine->now_ns(), deadline_ns) : 0;
    }
    result = select_wait(self, arg, deadline_ns);
    if (time && deadline_ns != NEVER) { // Linux tells what is left
        now_ns = machine->now_ns();
        now_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
        time->seconds = (int64_t)(now_ns / NS_PER_S);
        time->us = (int64_t)(now_ns % NS_PER_S / 1000);
    }
    return result;
}

long sys_pselect6(struct thread *self, const uint64_t arg[6])
{
    const uint64_t *mask = (const uint64_t *)arg[5]; // address and size
    uint64_t deadline_ns;
    long result = deadline_from_timespec(arg[4], &deadline_ns);

    if (result)
        return result;
    if (mask && !user_readable(arg[5], 2 * sizeof *mask))
        return -EFAULT;
    result = mask_set(self, mask ? mask[0] : 0, mask ? mask[1] : 0);
    if (result)
        return result;
    result = select_wait(self, arg, deadline_ns);
    timespec_rest(arg[4], deadline_ns);
    return result;
}

long sys_epoll_create1(struct thread *self, const uint64_t arg[6])
{
    long host_fd = host(__NR_epoll_create1, (uint64_t[6]){(uint32_t)arg[0] | EPOLL_CLOEXEC});

    return host_fd < 0 ? host_fd : file_adopt(self->rank, host_fd, (uint32_t)arg[0]);
}

long sys_epoll_create(struct thread *self, const uint64_t arg[6])
{
    return (int)arg[0] <= 0 ? -EINVAL : sys_epoll_create1(self, (uint64_t[6]){0});
}

// Streams cannot be watched: -EPERM, as for a regular file.
long sys_epoll_ctl(struct thread *self, const uint64_t arg[6])
{
    const struct file *file = file_get(self->rank, arg[2]);

    if (!file)
        return -EBADF;
    if (file->kind != FILE_HOST)
        return -EPERM;
    return fd_host(self, __NR_epoll_ctl,
                   (uint64_t[6]){arg[0], arg[1], (uint64_t)file->host_fd, arg[3]}, -EINVAL);
}

static long epoll_look(struct thread *self, const uint64_t arg[6], uint64_t deadline_ns)
{
    struct io_wait wait = IO_WAIT_HOST;

    wait.deadline_ns = deadline_ns;
    if ((int)arg[2] <= 0 || (uint32_t)arg[2] > INT32_MAX / sizeof(struct epoll_event))
        return -EINVAL;
    if (!user_writable(arg[1], (uint32_t)arg[2] * sizeof(struct epoll_event)))
        return -EFAULT;
    for (;;) {
        long found =
            fd_host(self, __NR_epoll_wait, (uint64_t[6]){arg[0], arg[1], arg[2], 0}, -EINVAL);
        int rc;

        if (found || deadline_ns == 0)
            return found;
        rc = io_wait(&wait);
        if (rc)
            return rc == -ETIMEDOUT ? 0 : rc;
    }
}

long sys_epoll_wait(struct thread *self, const uint64_t arg[6])
{
    return epoll_look(self, arg, deadline_from_ms(arg[3]));
}

long sys_epoll_pwait(struct thread *self, const uint64_t arg[6])
{
    int rc = mask_set(self, arg[4], arg[5]);

    return rc ? rc : epoll_look(self, arg, deadline_from_ms(arg[3]));
}
