// SPDX-License-Identifier: BSD-2-Clause
// host.c: files of the host: on machine linux through machine->host_call, on pc by kernel/file.
//
// On machine linux all ranks share one process of the host. What belongs to a process there and to a
// rank here is kept out of the host's hands: the working directory (openat and friends get the rank's), the
// umask (the host's is 0, modes are masked by us), locks (by open file, not by process), SIGPIPE
// (ignored there, raised here for the thread that wrote).
#include "kernel/io/host.h"
#include "kernel/file/file.h"
#include "lib/lib.h"
#include <asm/poll.h>
#include <asm/resource.h>
#include <asm/stat.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#define HOST_SIGPIPE 13
#define HOST_SIG_IGN 1

enum host_state { HOST_UNKNOWN, HOST_BUSY, HOST_ABSENT, HOST_PRESENT };

static _Atomic uint32_t host_state; // the first core to ask moves it to HOST_BUSY and then decides
static uint32_t host_mask;          // written before host_state

struct host_limit { // struct rlimit64
    uint64_t current, most;
};

struct host_action { // the kernel's struct sigaction
    uint64_t handler, flags, restorer, mask;
};

long host(long nr, const uint64_t arg[6])
{
    long result;

    if (file_present())
        return file_call(rank_self(), nr, arg);
    do
        result = machine->host_call(nr, arg);
    while (result == -EINTR && nr != __NR_close); // the descriptor is gone although it says so
    return result;
}

static uint32_t host_prepare(void)
{
    struct host_limit limit;
    struct host_action ignore = {.handler = HOST_SIG_IGN};
    long mask = host(__NR_umask, (uint64_t[6]){0});

    if (mask < 0)
        return HOST_ABSENT;
    host_mask = (uint32_t)mask;
    if (host(__NR_prlimit64, (uint64_t[6]){0, RLIMIT_NOFILE, 0, (uintptr_t)&limit}) == 0) {
        limit.current = limit.most; // one process holds the descriptors of all ranks
        host(__NR_prlimit64, (uint64_t[6]){0, RLIMIT_NOFILE, (uintptr_t)&limit, 0});
    }
    host(__NR_rt_sigaction, (uint64_t[6]){HOST_SIGPIPE, (uintptr_t)&ignore, 0, sizeof ignore.mask});
    return HOST_PRESENT;
}

bool host_is_kernel(void)
{
    uint32_t state = HOST_UNKNOWN;

    // [P] acquire: the state before host_mask. Pairs with the store below.
    if (atomic_compare_exchange_strong_explicit(&host_state, &state, HOST_BUSY,
                                                memory_order_acquire, memory_order_acquire)) {
        state = host_prepare();
        // [P] release: host_mask before the state.
        atomic_store_explicit(&host_state, state, memory_order_release);
    }
    while (state == HOST_BUSY) // three calls of another core
        state = atomic_load_explicit(&host_state, memory_order_acquire); // [P]
    return state == HOST_PRESENT;
}

bool host_present(void)
{
    return file_present() || host_is_kernel();
}

uint32_t host_umask(void)
{
    if (host_is_kernel())
        return host_mask;
    return job_region ? job_region->umask : 022;
}

int host_poll(int host_fd, int events)
{
    struct pollfd poll = {.fd = host_fd, .events = (short)events};
    long result = host(__NR_poll, (uint64_t[6]){(uintptr_t)&poll, 1, 0});

    return result < 0 ? (int)result : (unsigned short)poll.revents;
}

uint8_t host_waits(int host_fd)
{
    struct stat stat;

    if (!host_is_kernel()) // files only
        return HOST_READY;
    if (host(__NR_fstat, (uint64_t[6]){(uint64_t)host_fd, (uintptr_t)&stat}) != 0)
        return HOST_READY;
    switch (stat.st_mode & S_IFMT) {
    case S_IFSOCK:
        return HOST_SOCKET;
    case S_IFIFO:
    case S_IFCHR:
    case 0: // an event counter and its kin have no type
        return HOST_POLLED;
    default:
        return HOST_READY;
    }
}

bool host_nonblocking(int host_fd)
{
    long flags = host(__NR_fcntl, (uint64_t[6]){(uint64_t)host_fd, F_GETFL});

    return flags >= 0 && (flags & O_NONBLOCK);
}

void host_close(int host_fd)
{
    host(__NR_close, (uint64_t[6]){(uint64_t)host_fd});
}

long host_where(int host_fd, char *to, size_t bytes)
{
    char link[32];

    if (!host_is_kernel()) {
        long result = file_where(rank_self(), host_fd, to, bytes);

        return result > 0 ? result - 1 : result;
    }
    format(link, sizeof link, "/proc/self/fd/%d", host_fd);
    return host(__NR_readlink, (uint64_t[6]){(uintptr_t)link, (uintptr_t)to, bytes});
}
