// SPDX-License-Identifier: BSD-2-Clause
// lock.c: locks of open files. QEMU's server answers Tlock with success whoever holds what, so
// locks are kept here: ranks of this machine see each other's, programs of the host do not.
//
// One table, of ranges: no two of one owner overlap, and none that exclude each other. flock(2)'s
// are a kind of their own, as on Linux, and cover all of a file. A file is known by its server and
// its qid.
#include "kernel/file/p9/ops.h"
#include "lib/lib.h"
#include <linux/errno.h>
#include <linux/fs.h>

struct p9_lock {
    bool used, whole; // whole: flock(2)'s
    bool exclusive;
    uint8_t device;
    uint32_t owner; // fid
    uint64_t file;  // qid.path
    uint64_t first, last;
};

_Static_assert(sizeof(struct p9_lock) <= P9_LOCK_BYTES, "what p9_locks_init is given");

static struct p9_lock *locks;
static uint32_t locks_end; // behind the last that was ever used
static _Atomic uint32_t locked;

void p9_locks_init(void *memory)
{
    locks = memory;
    locks_end = 0;
}

static void enter(void)
{
    // [L] acquire: the table as the last holder left it. Pairs with leave. Ends: no holder waits.
    while (atomic_exchange_explicit(&locked, 1, memory_order_acquire))
        __builtin_ia32_pause();
}

static void leave(void)
{
    atomic_store_explicit(&locked, 0, memory_order_release); // [L]
}

static bool overlap(const struct p9_lock *a, const struct p9_lock *b)
{
    return a->used && a->whole == b->whole && a->device == b->device && a->file == b->file &&
           a->first <= b->last && b->first <= a->last;
}

// A lock of somebody else that keeps `wanted` from being had.
static const struct p9_lock *conflict(const struct p9_lock *wanted)
{
    for (uint32_t i = 0; i < locks_end; i++)
        if (overlap(&locks[i], wanted) && locks[i].owner != wanted->owner &&
            (locks[i].exclusive || wanted->exclusive))
            return &locks[i];
    return NULL;
}

static struct p9_lock *free_find(void)
{
    for (uint32_t i = 0; i < P9_LOCKS; i++)
        if (!locks[i].used) {
            locks_end = i < locks_end ? locks_end : i + 1;
            return &locks[i];
        }
    return NULL;
}

// Takes range `cut` from the owner's locks. `spare`: for the second piece of one that falls in two.
static bool carve(const struct p9_lock *cut, struct p9_lock *spare)
{
    bool spare_used = false;

    for (uint32_t i = 0; i < locks_end; i++) {
        struct p9_lock *lock = &locks[i];

        if (lock == spare || lock->owner != cut->owner || !overlap(lock, cut))
            continue;
        if (lock->first < cut->first && lock->last > cut->last) { // then no other overlaps
            *spare = *lock;
            spare->first = cut->last + 1;
            lock->last = cut->first - 1;
            spare_used = true;
        } else if (lock->first < cut->first) {
            lock->last = cut->first - 1;
        } else if (lock->last > cut->last) {
            lock->first = cut->last + 1;
        } else {
            lock->used = false;
        }
    }
    return spare_used;
}

static long set(const struct p9_lock *wanted, bool unlock)
{
    struct p9_lock *spare, *place;

    if (!unlock && conflict(wanted))
        return -EAGAIN;
    spare = free_find();
    if (!spare)
        return -ENOLCK;
    spare->used = true; // so that the next is another
    place = unlock ? spare : free_find();
    if (!place) {
        spare->used = false;
        return -ENOLCK;
    }
    spare->used = carve(wanted, spare);
    if (!unlock)
        *place = *wanted;
    return 0;
}

// Where a range starts and ends, from whence and length.
static int range(struct p9_lock *wanted, uint32_t handle, const struct flock *flock)
{
    int64_t first = flock->l_start, base = 0;

    if (flock->l_whence == SEEK_END) {
        struct statx stat;
        long rc = p9_op_stat(handle, "", AT_EMPTY_PATH, &stat);

        if (rc)
            return (int)rc;
        base = (int64_t)stat.stx_size;
    } else if (flock->l_whence != SEEK_SET) {
        return -EINVAL;
    }
    if (first > 0 && base > INT64_MAX - first)
        return -EOVERFLOW;
    first += base;
    // Sums of numbers of different signs: none overflows.
    if (first < 0 || (flock->l_len < 0 && first + flock->l_len < 0))
        return -EINVAL;
    if (flock->l_len > 0 && first > INT64_MAX - (flock->l_len - 1))
        return -EOVERFLOW;
    wanted->first = (uint64_t)(flock->l_len < 0 ? first + flock->l_len : first);
    wanted->last = flock->l_len > 0   ? (uint64_t)first + (uint64_t)flock->l_len - 1
                   : flock->l_len < 0 ? (uint64_t)first - 1
                                      : INT64_MAX;
    return 0;
}

static struct p9_lock lock_of(uint32_t handle)
{
    const struct p9_file *file = &p9_files[handle];

    return (struct p9_lock){
        .used = true, .device = file->device, .owner = handle, .file = file->qid.path};
}

static long get(const struct p9_lock *wanted, struct flock *flock)
{
    const struct p9_lock *held;

    enter();
    held = conflict(wanted);
    flock->l_type = F_UNLCK;
    if (held) {
        flock->l_type = held->exclusive ? F_WRLCK : F_RDLCK;
        flock->l_whence = SEEK_SET;
        flock->l_start = (int64_t)held->first;
        flock->l_len = held->last == INT64_MAX ? 0 : (int64_t)(held->last - held->first + 1);
        flock->l_pid = -1; // of an open file, as Linux says it
    }
    leave();
    return 0;
}

long p9_op_lock(uint32_t handle, uint32_t command, struct flock *flock)
{
    struct p9_lock wanted = lock_of(handle);
    uint32_t access = p9_files[handle].flags;
    long rc;

    if (!p9_files[handle].opened)
        return -EBADF;
    if (flock->l_pid || (flock->l_type != F_RDLCK && flock->l_type != F_WRLCK &&
                         (flock->l_type != F_UNLCK || command == F_OFD_GETLK)))
        return -EINVAL;
    wanted.exclusive = flock->l_type == F_WRLCK;
    rc = range(&wanted, handle, flock);
    if (rc)
        return rc;
    if (command == F_OFD_GETLK)
        return get(&wanted, flock);
    if ((flock->l_type == F_RDLCK && access == O_WRONLY) ||
        (flock->l_type == F_WRLCK && access == O_RDONLY))
        return -EBADF;
    enter();
    rc = set(&wanted, flock->l_type == F_UNLCK);
    leave();
    return rc;
}

long p9_op_flock(uint32_t handle, uint32_t operation)
{
    struct p9_lock wanted = lock_of(handle);
    long rc;

    operation &= ~(uint32_t)LOCK_NB;
    if (!p9_files[handle].opened)
        return -EBADF;
    if (operation != LOCK_SH && operation != LOCK_EX && operation != LOCK_UN)
        return -EINVAL;
    wanted.whole = true;
    wanted.exclusive = operation == LOCK_EX;
    wanted.last = INT64_MAX;
    enter();
    rc = set(&wanted, operation == LOCK_UN);
    leave();
    return rc;
}

void p9_locks_drop(uint32_t handle)
{
    enter();
    for (uint32_t i = 0; i < locks_end; i++)
        if (locks[i].used && locks[i].owner == handle)
            locks[i].used = false;
    leave();
}
