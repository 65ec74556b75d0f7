// SPDX-License-Identifier: BSD-2-Clause
// futex_test.c: futex(2) with a scheduler made up: blocking runs what "the other thread" does.
#include "kernel/io/io.h"
#include "kernel/syscall/calls.h"
#include <errno.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <setjmp.h>
#include <stdio.h>

#define ADDR(x) ((uint64_t)(uintptr_t)(x))

static int cases;
static struct rank rank;
static struct thread threads[3];
static uint32_t word, other;
static int wakes;                  // calls of sched_wake
static uint64_t block_deadline_ns; // of the last sched_block
static bool (*while_blocked)(void);
static bool signal_pending;
static jmp_buf end;

static uint64_t now_ns(void)
{
    return 1000;
}

static uint64_t wall_ns(void)
{
    return 5000;
}

static struct machine fake = {.now_ns = now_ns, .wall_ns = wall_ns};
struct machine *machine = &fake;

bool slot_check(uintptr_t addr, size_t bytes, int prot)
{
    (void)bytes;
    (void)prot;
    return addr != 0;
}

bool io_signal_pending(void)
{
    return signal_pending;
}

bool sched_block(uint64_t deadline_ns)
{
    block_deadline_ns = deadline_ns;
    return while_blocked();
}

bool sched_block_hopeless(uint64_t deadline_ns)
{
    return sched_block(deadline_ns);
}

void sched_wake(struct thread *thread)
{
    (void)thread;
    wakes++;
}

static void check(bool is_so, const char *what)
{
    if (is_so)
        cases++;
    else
        printf("not so: %s\n", what);
}

static long call(int op, uint32_t *addr, uint32_t value, uint64_t arg3, uint32_t *addr2,
                 uint32_t value3)
{
    return sys_futex(&threads[0],
                     (uint64_t[6]){ADDR(addr), (uint64_t)op, value, arg3, ADDR(addr2), value3});
}

static bool times_out(void)
{
    return false;
}

static bool gets_woken(void)
{
    return call(FUTEX_WAKE, &word, 1, 0, NULL, 0) == 1;
}

static bool gets_signal(void)
{
    signal_pending = true;
    return true;
}

static bool first_for_nothing(void)
{
    while_blocked = times_out;
    return true;
}

static bool wakes_other_bits(void)
{
    check(call(FUTEX_WAKE_BITSET, &word, 9, 0, NULL, 2) == 0, "bitset 2 misses bitset 5");
    check(call(FUTEX_WAKE_BITSET, &word, 9, 0, NULL, 4) == 1, "bitset 4 meets bitset 5");
    return true;
}

static bool moves_then_wakes(void)
{
    check(call(FUTEX_CMP_REQUEUE, &word, 0, 1, &other, 8) == -EAGAIN, "the value is compared");
    check(call(FUTEX_CMP_REQUEUE, &word, 0, 1, &other, 7) == 1, "one is moved");
    check(call(FUTEX_WAKE, &word, 1, 0, NULL, 0) == 0, "nobody is left where it was");
    check(call(FUTEX_WAKE, &other, 1, 0, NULL, 0) == 1, "it is found where it went");
    return true;
}

static bool wakes_by_op(void)
{
    uint32_t code;

    // other = 3: was it 0? Then wake there too.
    check(call(FUTEX_WAKE_OP, &word, 1, 1, &other, FUTEX_OP(FUTEX_OP_SET, 3, FUTEX_OP_CMP_EQ, 0)) == 1,
          "FUTEX_WAKE_OP wakes");
    check(other == 3, "and sets");
    // The macro FUTEX_OP shifts the bit of FUTEX_OP_OPARG_SHIFT into the sign of an int.
    code = (uint32_t)(FUTEX_OP_ADD | FUTEX_OP_OPARG_SHIFT) << 28 | FUTEX_OP_CMP_LT << 24 | 4 << 12;
    check(call(FUTEX_WAKE_OP, &word, 1, 1, &other, code) == 0, "the old value was not below 0");
    check(other == 19, "and adds a power of two");
    return true;
}

// The rank ends while its thread waits, which never goes on.
static bool ends(void)
{
    futex_forget(&rank);
    check(call(FUTEX_WAKE, &word, 9, 0, NULL, 0) == 0, "a forgotten waiter is not found");
    longjmp(end, 1);
}

static void check_waits(void)
{
    struct __kernel_timespec second = {1, 0}, bad = {0, 1000000000}, then = {0, 6000};

    word = 7;
    check(call(FUTEX_WAIT, &word, 8, 0, NULL, 0) == -EAGAIN, "another value");
    check(call(FUTEX_WAIT, &word, 7, ADDR(&bad), NULL, 0) == -EINVAL, "a bad time");
    check(call(FUTEX_WAIT, (uint32_t *)(ADDR(&word) + 1), 7, 0, NULL, 0) == -EINVAL, "unaligned");
    check(call(FUTEX_WAIT_BITSET, &word, 7, 0, NULL, 0) == -EINVAL, "no bit");
    check(call(FUTEX_LOCK_PI, &word, 7, 0, NULL, 0) == -ENOSYS, "priority inheritance");
    check(call(FUTEX_WAIT | FUTEX_CLOCK_REALTIME, &word, 7, 0, NULL, 0) == -ENOSYS,
          "FUTEX_WAIT knows one clock");
    while_blocked = gets_woken;
    check(call(FUTEX_WAIT, &word, 7, 0, NULL, 0) == 0 && wakes == 1, "woken");
    check(block_deadline_ns == NEVER, "no time-out");
    while_blocked = times_out;
    check(call(FUTEX_WAIT, &word, 7, ADDR(&second), NULL, 0) == -ETIMEDOUT, "timed out");
    check(block_deadline_ns == 1000001000, "relative");
    check(call(FUTEX_WAIT_BITSET, &word, 7, ADDR(&then), NULL, 1) == -ETIMEDOUT &&
              block_deadline_ns == 6000,
          "absolute");
    check(call(FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, &word, 7, ADDR(&then), NULL, 1) ==
                  -ETIMEDOUT &&
              block_deadline_ns == 2000,
          "absolute, of the wall clock");
    while_blocked = first_for_nothing;
    check(call(FUTEX_WAIT, &word, 7, 0, NULL, 0) == -ETIMEDOUT, "a wake for nothing is no wake");
    while_blocked = gets_signal;
    check(call(FUTEX_WAIT, &word, 7, 0, NULL, 0) == -EINTR, "interrupted");
    signal_pending = false;
    check(call(FUTEX_WAKE, &word, 9, 0, NULL, 0) == 0, "no waiter is left behind");
}

static void check_moves(void)
{
    while_blocked = wakes_other_bits;
    check(call(FUTEX_WAIT_BITSET, &word, 7, 0, NULL, 5) == 0, "by bitset");
    while_blocked = moves_then_wakes;
    check(call(FUTEX_WAIT, &word, 7, 0, NULL, 0) == 0, "by requeue");
    while_blocked = wakes_by_op;
    other = 0;
    check(call(FUTEX_WAIT, &word, 7, 0, NULL, 0) == 0, "by operation");
}

int main(void)
{
    for (int i = 0; i < 3; i++) {
        threads[i].rank = &rank;
        threads[i].rank_next = i < 2 ? &threads[i + 1] : NULL;
    }
    rank.threads = threads;
    check_waits();
    check_moves();
    while_blocked = ends;
    if (setjmp(end) == 0)
        call(FUTEX_WAIT, &word, 7, 0, NULL, 0);
    printf("done %d\n", cases);
    return cases != 29;
}
