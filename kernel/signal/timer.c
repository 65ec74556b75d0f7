// SPDX-License-Identifier: BSD-2-Clause
// timer.c: alarm and ITIMER_REAL, and signals that the launcher passes on.
//
// Both need somebody to look at the clock while the rank blocks: a thread of the rank that never
// enters the payload, made when first needed and kept. It is not counted among the rank's threads, so
// the rank still ends with the last of the payload's own. While a thread of the rank computes, nothing
// looks: the signal waits for the next system call, whose way out asks timer_check as well.
//
// The launcher flips bit n of job->signals to send signal n to every rank; each rank compares with
// what it saw last.
#include "kernel/signal/deliver.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <asm/siginfo.h>
#include <linux/time.h>

#define NS_PER_S 1000000000ull
#define NS_PER_US 1000ull
#define LAUNCHER_POLL_NS 50000000ull // twenty looks a second, by ranks that handle such a signal
#define SECONDS_MAX (NEVER / NS_PER_S / 4)

void timer_check(struct rank *rank)
{
    struct signal_info info = {.signo = SIGALRM, .code = SI_KERNEL, .vector = SIGNAL_NO_VECTOR};
    uint64_t now = machine->now_ns();

    if (!rank->alarm_ns || now < rank->alarm_ns)
        return;
    if (rank->alarm_interval_ns) // periods missed are one signal
        rank->alarm_ns += ROUND_UP(now - rank->alarm_ns + 1, rank->alarm_interval_ns);
    else
        rank->alarm_ns = 0;
    signal_raise(rank, NULL, &info);
}

void launcher_check(struct rank *rank)
{
    uint32_t now = atomic_load_explicit(&job_region->signals, memory_order_relaxed);
    uint32_t flipped = now ^ rank->launcher_signals;

    rank->launcher_signals = now;
    for (; flipped; flipped &= flipped - 1) {
        struct signal_info info = {
            .signo = __builtin_ctz(flipped), .code = SI_USER, .vector = SIGNAL_NO_VECTOR};

        if (info.signo > 0)
            signal_raise(rank, NULL, &info);
    }
}

static uint64_t next_look_ns(const struct rank *rank)
{
    uint64_t look = rank->watches_launcher ? machine->now_ns() + LAUNCHER_POLL_NS : NEVER;

    return rank->alarm_ns && rank->alarm_ns < look ? rank->alarm_ns : look;
}

// Might the next look bring anything? mpiexec passes on the signals of the user; without a handler for
// those, it looks for nothing, and a deadlock is one all the same.
static bool hopeful(const struct rank *rank)
{
    return rank->alarm_ns || signal_action_of((struct rank *)rank, SIGUSR1)->handler ||
           signal_action_of((struct rank *)rank, SIGUSR2)->handler;
}

static void watch(void *arg)
{
    struct rank *rank = arg;

    for (;;) { // the rank's end stops this thread
        if (rank->alarm_ns)
            timer_check(rank);
        if (rank->watches_launcher)
            launcher_check(rank);
        if (hopeful(rank))
            sched_block(next_look_ns(rank));
        else
            sched_block_hopeless(next_look_ns(rank));
    }
}

// Makes the watching thread, or tells it to look at its deadlines again. False: no memory.
static bool watch_start(struct rank *rank)
{
    struct thread *thread = rank->watcher;

    if (thread) {
        sched_wake(thread);
        return true;
    }
    thread = rank_thread_create(rank);
    if (!thread)
        return false;
    rank->thread_count--;
    thread->tid = 0; // no thread of the payload's: nobody can send it a signal
    thread->sigmask = ~0ull;
    rank->watcher = thread;
    thread_init(thread, rank->core, thread->kernel_stack, watch, rank);
    thread_start(thread);
    return true;
}

void timer_watch_launcher(struct rank *rank)
{
    if (!rank->watches_launcher) {
        rank->watches_launcher = true;
        watch_start(rank); // without memory for it, signals wait for the next system call
    }
}

// What is left of the timer, 0 if it is off.
static uint64_t left_ns(const struct rank *rank)
{
    uint64_t now = machine->now_ns();

    if (!rank->alarm_ns)
        return 0;
    return rank->alarm_ns > now ? rank->alarm_ns - now : 1;
}

static bool timer_set(struct rank *rank, uint64_t value_ns, uint64_t interval_ns)
{
    rank->alarm_ns = value_ns ? machine->now_ns() + value_ns : 0;
    rank->alarm_interval_ns = value_ns ? interval_ns : 0;
    return value_ns == 0 || watch_start(rank);
}

// alarm(seconds): says how many were left, rounded, but never 0 for a timer that was on.
long sys_alarm(struct thread *self, const uint64_t arg[6])
{
    uint64_t left = left_ns(self->rank);
    uint64_t seconds = (left + NS_PER_S / 2) / NS_PER_S;

    if (!timer_set(self->rank, (arg[0] & UINT32_MAX) * NS_PER_S, 0))
        timer_set(self->rank, 0, 0); // alarm cannot fail; memory for one thread is always there
    return (long)(left && !seconds ? 1 : seconds);
}

static struct timeval timeval_of(uint64_t ns)
{
    return (struct timeval){.tv_sec = (long)(ns / NS_PER_S),
                            .tv_usec = (long)(ns % NS_PER_S / NS_PER_US)};
}

static bool timeval_ns(const struct timeval *time, uint64_t *ns)
{
    if (time->tv_sec < 0 || time->tv_usec < 0 || time->tv_usec >= 1000000)
        return false;
    *ns = (uint64_t)time->tv_sec > SECONDS_MAX
              ? SECONDS_MAX * NS_PER_S
              : (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_usec * NS_PER_US;
    return true;
}

// getitimer(which, value). The timers of CPU time would need accounts that the scheduler does not keep.
long sys_getitimer(struct thread *self, const uint64_t arg[6])
{
    const struct rank *rank = self->rank;
    struct itimerval *value = (struct itimerval *)arg[1];

    if (arg[0] == ITIMER_VIRTUAL || arg[0] == ITIMER_PROF)
        return -ENOSYS;
    if (arg[0] != ITIMER_REAL)
        return -EINVAL;
    if (!slot_check(arg[1], sizeof *value, PROT_R | PROT_W))
        return -EFAULT;
    value->it_interval = timeval_of(rank->alarm_interval_ns);
    value->it_value = timeval_of(left_ns(rank));
    return 0;
}

// setitimer(which, new, old)
long sys_setitimer(struct thread *self, const uint64_t arg[6])
{
    const uint64_t get[6] = {arg[0], arg[2]};
    struct itimerval next = {{0}, {0}};
    uint64_t value_ns, interval_ns;

    if (arg[0] == ITIMER_VIRTUAL || arg[0] == ITIMER_PROF)
        return -ENOSYS;
    if (arg[0] != ITIMER_REAL)
        return -EINVAL;
    if ((arg[1] && !slot_check(arg[1], sizeof next, PROT_R)) ||
        (arg[2] && !slot_check(arg[2], sizeof next, PROT_R | PROT_W)))
        return -EFAULT;
    if (arg[1]) // NULL switches it off, as Linux does
        memcpy(&next, (const void *)arg[1], sizeof next);
    if (!timeval_ns(&next.it_value, &value_ns) || !timeval_ns(&next.it_interval, &interval_ns))
        return -EINVAL;
    if (arg[2])
        sys_getitimer(self, get);
    return timer_set(self->rank, value_ns, interval_ns) ? 0 : -ENOMEM;
}
