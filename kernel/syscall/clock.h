// SPDX-License-Identifier: BSD-2-Clause
// clock.h: between the payload's struct timespec and the machine's nanoseconds.
//
// Sums saturate at NEVER: a time-out of centuries is no time-out.
#pragma once
#include "machine/machine.h"
#include <linux/time_types.h>

#define NS_PER_S 1000000000ull

static inline bool timespec_valid(const struct __kernel_timespec *time)
{
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < (long long)NS_PER_S;
}

// A valid one.
static inline uint64_t timespec_ns(const struct __kernel_timespec *time)
{
    uint64_t seconds = (uint64_t)time->tv_sec;

    if (seconds >= NEVER / NS_PER_S)
        return NEVER;
    return seconds * NS_PER_S + (uint64_t)time->tv_nsec;
}

static inline struct __kernel_timespec timespec_from_ns(uint64_t ns)
{
    return (struct __kernel_timespec){.tv_sec = (long long)(ns / NS_PER_S),
                                      .tv_nsec = (long long)(ns % NS_PER_S)};
}

static inline uint64_t deadline_after(uint64_t now_ns, uint64_t delay_ns)
{
    return delay_ns < NEVER - now_ns ? now_ns + delay_ns : NEVER;
}

// The moment `then` of a clock that shows clock_now, on the machine's clock that shows now.
static inline uint64_t deadline_at(uint64_t now_ns, uint64_t clock_now_ns, uint64_t then_ns)
{
    if (then_ns == NEVER)
        return NEVER;
    return then_ns <= clock_now_ns ? now_ns : deadline_after(now_ns, then_ns - clock_now_ns);
}
