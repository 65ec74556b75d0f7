// SPDX-License-Identifier: BSD-2-Clause
// futex.c: fast user-space locking, futex(2).
//
// One hashed table serves private and shared futexes alike: all ranks live in one address space, so
// an address names one word in the whole job. Waiters of an address keep the order they came in.
//
// States of a waiter: on a bucket's list; then `woken` by a waker, or taken off by its own thread
// after a time-out or a signal. Whoever holds the lock of its bucket moves it. The waiter itself
// lies on the kernel stack of its thread, which takes that lock once more before it leaves: a waker
// that has the lock may therefore use the thread until it lets go.
#include "kernel/io/io.h"
#include "kernel/syscall/calls.h"
#include "kernel/syscall/clock.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <linux/futex.h>
#include <stdalign.h>

#define BUCKETS_LOG2 6
#define BUCKETS (1u << BUCKETS_LOG2)

struct waiter {
    struct waiter *next, *prev;
    struct thread *thread;
    uintptr_t addr;
    uint32_t bitset;
    bool woken;
    _Atomic(struct bucket *) bucket; // written with the locks of the old and the new one held
};

struct bucket {
    alignas(64) _Atomic uint32_t lock;
    struct waiter *first, *last;
};

static struct bucket table[BUCKETS];

static struct bucket *bucket_of(uintptr_t addr)
{
    return &table[(addr >> 2) * 0x9e3779b97f4a7c15ull >> (64 - BUCKETS_LOG2)];
}

// Held for a few dozen instructions, never across a switch.
static void bucket_lock(struct bucket *bucket)
{
    // [L] acquire: the list before our reading of it. Pairs with bucket_unlock. Ends when the holder
    // lets go.
    while (atomic_exchange_explicit(&bucket->lock, 1, memory_order_acquire))
        while (atomic_load_explicit(&bucket->lock, memory_order_relaxed))
            __asm__ volatile("pause");
}

static void bucket_unlock(struct bucket *bucket)
{
    // [L] release: our changes of the list before the next holder. Pairs with bucket_lock.
    atomic_store_explicit(&bucket->lock, 0, memory_order_release);
}

// In the order of addresses, so that two cores cannot wait for each other.
static void buckets_lock(struct bucket *a, struct bucket *b)
{
    bucket_lock(a < b ? a : b);
    if (a != b)
        bucket_lock(a < b ? b : a);
}

static void buckets_unlock(struct bucket *a, struct bucket *b)
{
    bucket_unlock(a);
    if (a != b)
        bucket_unlock(b);
}

static void waiter_append(struct bucket *bucket, struct waiter *waiter)
{
    waiter->next = NULL;
    waiter->prev = bucket->last;
    if (bucket->last)
        bucket->last->next = waiter;
    else
        bucket->first = waiter;
    bucket->last = waiter;
    atomic_store_explicit(&waiter->bucket, bucket, memory_order_relaxed);
}

static void waiter_remove(struct bucket *bucket, struct waiter *waiter)
{
    if (waiter->prev)
        waiter->prev->next = waiter->next;
    else
        bucket->first = waiter->next;
    if (waiter->next)
        waiter->next->prev = waiter->prev;
    else
        bucket->last = waiter->prev;
}

// Locks the bucket the waiter is, or was last, on: a requeue may move it meanwhile.
static struct bucket *waiter_lock(struct waiter *waiter)
{
    for (;;) { // each further turn is a requeue that came in between
        struct bucket *bucket = atomic_load_explicit(&waiter->bucket, memory_order_relaxed);

        bucket_lock(bucket);
        if (atomic_load_explicit(&waiter->bucket, memory_order_relaxed) == bucket)
            return bucket;
        bucket_unlock(bucket);
    }
}

// Wakes up to `count` waiters of addr. The bucket is locked.
static long bucket_wake(struct bucket *bucket, uintptr_t addr, long count, uint32_t bitset)
{
    long woken = 0;

    for (struct waiter *waiter = bucket->first, *next; waiter && woken < count; waiter = next) {
        next = waiter->next;
        if (waiter->addr != addr || !(waiter->bitset & bitset))
            continue;
        waiter_remove(bucket, waiter);
        waiter->woken = true;
        sched_wake(waiter->thread);
        woken++;
    }
    return woken;
}

long futex_wake(uintptr_t addr, long count, uint32_t bitset)
{
    struct bucket *bucket = bucket_of(addr);
    long woken;

    bucket_lock(bucket);
    woken = bucket_wake(bucket, addr, count, bitset);
    bucket_unlock(bucket);
    return woken;
}

void futex_forget(struct rank *rank)
{
    for (struct thread *thread = rank->threads; thread; thread = thread->rank_next) {
        struct waiter *waiter = thread->futex;

        if (!waiter)
            continue;
        struct bucket *bucket = waiter_lock(waiter);

        if (!waiter->woken)
            waiter_remove(bucket, waiter);
        bucket_unlock(bucket);
        thread->futex = NULL;
    }
}

// The value of the word that the payload, or another core, may change at any time.
static uint32_t word_load(uintptr_t addr)
{
    return atomic_load_explicit((_Atomic uint32_t *)addr, memory_order_relaxed);
}

// Blocks a listed waiter until it is off the list.
static long waiter_sleep(struct waiter *waiter, uint64_t deadline_ns)
{
    for (;;) { // ended by a waker, the clock or a signal
        bool signal = io_signal_pending();
        bool in_time = signal || (deadline_ns == NEVER ? sched_block_hopeless(NEVER)
                                                       : sched_block(deadline_ns));
        struct bucket *bucket = waiter_lock(waiter);
        bool woken = waiter->woken;
        bool leaves = woken || signal || !in_time;

        if (leaves && !woken)
            waiter_remove(bucket, waiter);
        bucket_unlock(bucket);
        if (leaves)
            return woken ? 0 : signal ? -EINTR : -ETIMEDOUT;
    }
}

static long futex_wait(struct thread *self, uintptr_t addr, uint32_t value, uint32_t bitset,
                       uint64_t deadline_ns)
{
    struct bucket *bucket = bucket_of(addr);
    struct waiter waiter = {.thread = self, .addr = addr, .bitset = bitset};
    long rc;

    if (!user_readable(addr, sizeof(uint32_t)))
        return -EFAULT;
    // A waker changes the word, then takes the lock: either we see the new value here, or it finds
    // us on the list.
    bucket_lock(bucket);
    if (word_load(addr) != value) {
        bucket_unlock(bucket);
        return -EAGAIN;
    }
    waiter_append(bucket, &waiter);
    bucket_unlock(bucket);
    self->futex = &waiter;
    rc = waiter_sleep(&waiter, deadline_ns);
    self->futex = NULL;
    return rc;
}

struct requeue {
    uintptr_t from, to;
    long wake, move; // at most
    bool compare;    // -EAGAIN unless the word at `from` is `value`
    uint32_t value;
};

// Returns how many were woken or moved.
static long futex_requeue(const struct requeue *what)
{
    struct bucket *from = bucket_of(what->from), *to = bucket_of(what->to);
    struct waiter *last;
    long done;

    if (what->wake < 0 || what->move < 0)
        return -EINVAL;
    if (what->compare && !user_readable(what->from, sizeof(uint32_t)))
        return -EFAULT;
    buckets_lock(from, to);
    if (what->compare && word_load(what->from) != what->value) {
        buckets_unlock(from, to);
        return -EAGAIN;
    }
    done = bucket_wake(from, what->from, what->wake, FUTEX_BITSET_MATCH_ANY);
    last = from->last; // what is appended behind it has been moved already
    for (struct waiter *waiter = from->first, *next; waiter; waiter = next) {
        next = waiter == last ? NULL : waiter->next;
        if (waiter->addr != what->from)
            continue;
        if (done - what->wake >= what->move)
            break;
        waiter_remove(from, waiter);
        waiter->addr = what->to;
        waiter_append(to, waiter);
        done++;
    }
    buckets_unlock(from, to);
    return done;
}

// FUTEX_WAKE_OP's operation on the word, done atomically; its old value into *old.
static long word_change(uintptr_t addr, uint32_t code, uint32_t *old)
{
    _Atomic uint32_t *word = (_Atomic uint32_t *)addr;
    uint32_t op = code >> 28 & 7, value = (uint32_t)((int32_t)(code << 8) >> 20);

    if (code >> 28 & FUTEX_OP_OPARG_SHIFT)
        value = 1u << (value & 31);
    switch (op) { // seq_cst: the payload expects what an atomic instruction of its own gives
    case FUTEX_OP_SET:
        *old = atomic_exchange_explicit(word, value, memory_order_seq_cst);
        return 0;
    case FUTEX_OP_ADD:
        *old = atomic_fetch_add_explicit(word, value, memory_order_seq_cst);
        return 0;
    case FUTEX_OP_OR:
        *old = atomic_fetch_or_explicit(word, value, memory_order_seq_cst);
        return 0;
    case FUTEX_OP_ANDN:
        *old = atomic_fetch_and_explicit(word, ~value, memory_order_seq_cst);
        return 0;
    case FUTEX_OP_XOR:
        *old = atomic_fetch_xor_explicit(word, value, memory_order_seq_cst);
        return 0;
    default:
        return -ENOSYS;
    }
}

// FUTEX_WAKE_OP's question about the old value; -ENOSYS for an unknown one.
static long word_compare(uint32_t code, uint32_t old)
{
    int32_t value = (int32_t)old, with = (int32_t)(code << 20) >> 20;

    switch (code >> 24 & 15) {
    case FUTEX_OP_CMP_EQ:
        return value == with;
    case FUTEX_OP_CMP_NE:
        return value != with;
    case FUTEX_OP_CMP_LT:
        return value < with;
    case FUTEX_OP_CMP_GE:
        return value >= with;
    case FUTEX_OP_CMP_LE:
        return value <= with;
    case FUTEX_OP_CMP_GT:
        return value > with;
    default:
        return -ENOSYS;
    }
}

static long futex_wake_op(uintptr_t first, long wake, uintptr_t second, long wake_second,
                          uint32_t code)
{
    struct bucket *a = bucket_of(first), *b = bucket_of(second);
    uint32_t old = 0;
    long rc;

    if (word_compare(code, 0) < 0)
        return -ENOSYS;
    if (!user_writable(second, sizeof(uint32_t)))
        return -EFAULT;
    buckets_lock(a, b);
    rc = word_change(second, code, &old);
    if (rc == 0) {
        rc = bucket_wake(a, first, wake, FUTEX_BITSET_MATCH_ANY);
        if (word_compare(code, old))
            rc += bucket_wake(b, second, wake_second, FUTEX_BITSET_MATCH_ANY);
    }
    buckets_unlock(a, b);
    return rc;
}

// A wait's deadline on the machine's clock. FUTEX_WAIT counts from now, the others name a moment.
static long futex_deadline(int op, uint64_t timeout, uint64_t *deadline_ns)
{
    const struct __kernel_timespec *time = (const struct __kernel_timespec *)timeout;
    uint64_t now, clock_now;

    *deadline_ns = NEVER;
    if (!time)
        return 0;
    if (!user_readable(timeout, sizeof *time))
        return -EFAULT;
    if (!timespec_valid(time))
        return -EINVAL;
    now = machine->now_ns();
    clock_now = (op & FUTEX_CLOCK_REALTIME) ? machine->wall_ns() : now;
    if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT)
        *deadline_ns = deadline_after(now, timespec_ns(time));
    else
        *deadline_ns = deadline_at(now, clock_now, timespec_ns(time));
    return 0;
}

static long futex_wait_call(struct thread *self, int op, const uint64_t arg[6])
{
    uint32_t bitset = (op & FUTEX_CMD_MASK) == FUTEX_WAIT ? FUTEX_BITSET_MATCH_ANY : (uint32_t)arg[5];
    uint64_t deadline;
    long rc = futex_deadline(op, arg[3], &deadline);

    if (rc)
        return rc;
    if (!bitset)
        return -EINVAL;
    return futex_wait(self, arg[0], (uint32_t)arg[2], bitset, deadline);
}

// A count of at most none wakes one, as on Linux.
static long wake_count(uint64_t count)
{
    return (int)count > 0 ? (int)count : 1;
}

// Priority inheritance has no meaning without priorities: -ENOSYS, which libcs know how to take.
long sys_futex(struct thread *self, const uint64_t arg[6])
{
    int op = (int)arg[1], command = op & FUTEX_CMD_MASK;
    struct requeue requeue = {arg[0], arg[4], (int)arg[2], (int)arg[3], false, (uint32_t)arg[5]};

    if (op & FUTEX_CLOCK_REALTIME && command != FUTEX_WAIT_BITSET)
        return -ENOSYS;
    if (arg[0] & 3)
        return -EINVAL;
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
        return futex_wait_call(self, op, arg);
    case FUTEX_WAKE:
        return futex_wake(arg[0], wake_count(arg[2]), FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
        return (uint32_t)arg[5] ? futex_wake(arg[0], wake_count(arg[2]), (uint32_t)arg[5]) : -EINVAL;
    case FUTEX_CMP_REQUEUE:
        requeue.compare = true;
        // fall through
    case FUTEX_REQUEUE:
        return arg[4] & 3 ? -EINVAL : futex_requeue(&requeue);
    case FUTEX_WAKE_OP:
        return arg[4] & 3 ? -EINVAL
                          : futex_wake_op(arg[0], wake_count(arg[2]), arg[4], wake_count(arg[3]),
                                          (uint32_t)arg[5]);
    default:
        return -ENOSYS;
    }
}
