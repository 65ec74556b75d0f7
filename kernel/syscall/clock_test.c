// SPDX-License-Identifier: BSD-2-Clause
// clock_test.c: sums of times at their limits. On the host.
#include "kernel/syscall/clock.h"
#include <stdio.h>

static int cases;

static void check(bool is_so, const char *what)
{
    if (is_so)
        cases++;
    else
        printf("not so: %s\n", what);
}

int main(void)
{
    struct __kernel_timespec time = {1, 999999999};

    check(timespec_valid(&time), "the last nanosecond is valid");
    check(timespec_ns(&time) == 1999999999, "seconds and nanoseconds add up");
    time.tv_nsec = 1000000000;
    check(!timespec_valid(&time), "a whole second of nanoseconds is not");
    time = (struct __kernel_timespec){-1, 0};
    check(!timespec_valid(&time), "nor are negative seconds");
    time = (struct __kernel_timespec){0, -1};
    check(!timespec_valid(&time), "nor negative nanoseconds");
    time = (struct __kernel_timespec){INT64_MAX, 999999999};
    check(timespec_ns(&time) == NEVER, "centuries are for ever");
    time = timespec_from_ns(3000000007);
    check(time.tv_sec == 3 && time.tv_nsec == 7, "and back");
    check(deadline_after(10, 5) == 15, "later");
    check(deadline_after(10, NEVER - 10) == NEVER, "no overflow");
    check(deadline_after(10, NEVER) == NEVER, "for ever stays so");
    check(deadline_at(100, 1000, 1007) == 107, "another clock's moment");
    check(deadline_at(100, 1000, 999) == 100, "a moment gone by is now");
    check(deadline_at(100, 1000, NEVER) == NEVER, "never is on every clock");
    printf("done %d\n", cases);
    return cases != 13;
}
