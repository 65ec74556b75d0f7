// SPDX-License-Identifier: BSD-2-Clause
// time.c: clocks and sleeps.
//
// All monotonic clocks are the machine's one clock. The CPU time clocks are an approximation: the
// time since the rank began. The scheduler keeps no accounts, since that would cost every switch two
// readings of the clock; a rank that has its core to itself sees nearly the truth.
#include "kernel/io/io.h"
#include "kernel/syscall/calls.h"
#include "kernel/syscall/clock.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <linux/resource.h>
#include <linux/time.h>
#include <linux/times.h>

#define TICKS_PER_S 100 // sysconf(_SC_CLK_TCK) is a constant of the ABI

static uint64_t run_time_ns(const struct rank *rank)
{
    return machine->now_ns() - rank->user_ns_start;
}

// What the clock shows; false if there is no such clock.
static bool clock_read(const struct thread *self, int clock, uint64_t *ns)
{
    if (clock < 0) { // of a process or thread by id: pthread_getcpuclockid
        *ns = run_time_ns(self->rank);
        return (clock & 7) != 3; // 3: of a descriptor
    }
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI: // no leap second table: as Linux before somebody sets one
        *ns = machine->wall_ns();
        return true;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        *ns = machine->now_ns();
        return true;
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
        *ns = run_time_ns(self->rank);
        return true;
    default:
        return false;
    }
}

static long time_put(uint64_t to, uint64_t ns)
{
    if (!user_writable(to, sizeof(struct __kernel_timespec)))
        return -EFAULT;
    *(struct __kernel_timespec *)to = timespec_from_ns(ns);
    return 0;
}

long sys_clock_gettime(struct thread *self, const uint64_t arg[6])
{
    uint64_t ns;

    if (!clock_read(self, (int)arg[0], &ns))
        return -EINVAL;
    return time_put(arg[1], ns);
}

long sys_clock_getres(struct thread *self, const uint64_t arg[6])
{
    uint64_t ns;

    if (!clock_read(self, (int)arg[0], &ns))
        return -EINVAL;
    return arg[1] ? time_put(arg[1], 1) : 0;
}

// The clock belongs to the machine, for all ranks.
long sys_clock_settime(struct thread *self, const uint64_t arg[6])
{
    uint64_t ns;

    return clock_read(self, (int)arg[0], &ns) ? -EPERM : -EINVAL;
}

long sys_gettimeofday(struct thread *self, const uint64_t arg[6])
{
    uint64_t ns = machine->wall_ns();

    (void)self;
    if (arg[0]) {
        struct timeval *time = (struct timeval *)arg[0];

        if (!user_writable(arg[0], sizeof *time))
            return -EFAULT;
        time->tv_sec = (long)(ns / NS_PER_S);
        time->tv_usec = (long)(ns % NS_PER_S / 1000);
    }
    if (arg[1]) {
        if (!user_writable(arg[1], sizeof(struct timezone)))
            return -EFAULT;
        *(struct timezone *)arg[1] = (struct timezone){0};
    }
    return 0;
}

long sys_settimeofday(struct thread *self, const uint64_t arg[6])
{
    (void)self;
    (void)arg;
    return -EPERM;
}

long sys_time(struct thread *self, const uint64_t arg[6])
{
    long seconds = (long)(machine->wall_ns() / NS_PER_S);

    (void)self;
    if (arg[0]) {
        if (!user_writable(arg[0], sizeof seconds))
            return -EFAULT;
        *(long *)arg[0] = seconds;
    }
    return seconds;
}

// Sleeps until the deadline; -EINTR if a signal came first.
static long sleep_until(uint64_t deadline_ns)
{
    if (machine->now_ns() >= deadline_ns) {
        sched_yield(); // a loop around usleep(0) must let the others of this core run
        return 0;
    }
    for (;;) { // ended by the clock or a signal
        if (io_signal_pending())
            return -EINTR;
        if (!sched_block(deadline_ns))
            return 0;
    }
}

// arg: the time, where to put what is left.
static long sleep_on(const struct thread *self, int clock, bool absolute, const uint64_t time[2])
{
    const struct __kernel_timespec *wanted = (const struct __kernel_timespec *)time[0];
    uint64_t clock_now, now, deadline;
    long rc;

    if (!clock_read(self, clock, &clock_now))
        return -EINVAL;
    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return -EINVAL;
    if (!user_readable(time[0], sizeof *wanted))
        return -EFAULT;
    if (!timespec_valid(wanted))
        return -EINVAL;
    now = machine->now_ns();
    deadline = absolute ? deadline_at(now, clock_now, timespec_ns(wanted))
                        : deadline_after(now, timespec_ns(wanted));
    rc = sleep_until(deadline);
    if (rc == -EINTR && !absolute && time[1]) {
        now = machine->now_ns();
        if (time_put(time[1], deadline > now ? deadline - now : 0))
            return -EFAULT;
    }
    return rc;
}

long sys_nanosleep(struct thread *self, const uint64_t arg[6])
{
    return sleep_on(self, CLOCK_MONOTONIC, false, arg);
}

long sys_clock_nanosleep(struct thread *self, const uint64_t arg[6])
{
    return sleep_on(self, (int)arg[0], (arg[1] & TIMER_ABSTIME) != 0, arg + 2);
}

long sys_times(struct thread *self, const uint64_t arg[6])
{
    const uint64_t ns_per_tick = NS_PER_S / TICKS_PER_S;

    if (arg[0]) {
        if (!user_writable(arg[0], sizeof(struct tms)))
            return -EFAULT;
        *(struct tms *)arg[0] = (struct tms){
            .tms_utime = (__kernel_clock_t)(run_time_ns(self->rank) / ns_per_tick),
        };
    }
    return (long)(machine->now_ns() / ns_per_tick);
}

long sys_getrusage(struct thread *self, const uint64_t arg[6])
{
    int who = (int)arg[0];
    struct rusage *usage = (struct rusage *)arg[1];
    uint64_t ns = run_time_ns(self->rank);

    if (who != RUSAGE_SELF && who != RUSAGE_THREAD && who != RUSAGE_CHILDREN)
        return -EINVAL;
    if (!user_writable(arg[1], sizeof *usage))
        return -EFAULT;
    memset(usage, 0, sizeof *usage);
    if (who == RUSAGE_CHILDREN)
        return 0;
    usage->ru_utime.tv_sec = (long)(ns / NS_PER_S);
    usage->ru_utime.tv_usec = (long)(ns % NS_PER_S / 1000);
    usage->ru_maxrss = (long)(slot_mapped_bytes(&self->rank->slot) >> 10);
    return 0;
}
