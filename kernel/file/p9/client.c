// SPDX-License-Identifier: BSD-2-Clause
// client.c: see client.h.
//
// One lock guards queues, calls and fids: it is held for some hundred instructions and never across
// a wait. There are no interrupts: whoever waits looks at the device's queue, for everybody, a few
// times while others of its core run, then in sleeps that grow. Who finds the answer of another
// wakes that one; it sees `done` under the lock only, hence after the wake, and may go away then.
//
// A server may take its time, and is waited for. A device that says that it failed, or returns what
// nobody sent, is reset, so that it writes into no memory any more, and every call of it ends by
// -EIO.
#include "kernel/file/p9/client.h"
#include "kernel/rank/rank.h"
#include "kernel/sched/sched.h"
#include "lib/lib.h"
#include <linux/errno.h>

#define LOOKS 200u          // before the first sleep
#define SLEEP_NS_MIN 10000u // the first sleep
#define SLEEP_NS_MAX 1000000u
#define BOOT_LOOKS_NS 30000000000ull // nobody can see why a boot hangs: it ends

struct p9_device *p9_devices;
uint32_t p9_device_count;
struct p9_file *p9_files;
static struct p9_call calls[P9_CALLS];
static uint32_t fid_next = 1;
static _Atomic uint32_t locked;

static void lock(void)
{
    // [L] acquire: what the last holder wrote. Pairs with unlock. Ends: no holder waits.
    while (atomic_exchange_explicit(&locked, 1, memory_order_acquire))
        __builtin_ia32_pause();
}

static void unlock(void)
{
    atomic_store_explicit(&locked, 0, memory_order_release); // [L]
}

static struct p9_call *call_find(void)
{
    struct p9_call *found = NULL;

    lock();
    for (uint32_t i = 0; i < P9_CALLS && !found; i++)
        if (!calls[i].busy) {
            found = &calls[i];
            found->busy = true;
        }
    unlock();
    return found;
}

struct p9_call *p9_call_take(void)
{
    struct p9_call *call;

    while (!(call = call_find())) // ends when another thread is done with its call
        sched_block(machine->now_ns() + SLEEP_NS_MIN);
    return call;
}

void p9_call_give(struct p9_call *call)
{
    lock();
    call->busy = false;
    unlock();
}

void p9_request(struct p9_call *call, enum p9_type type, uint32_t fid)
{
    p9_begin(&call->out, call->request, P9_MESSAGE_BYTES, (uint8_t)type,
             type == P9_TVERSION ? P9_NO_TAG : call->tag);
    if (type != P9_TVERSION)
        p9_put32(&call->out, fid);
}

static void finish(struct p9_call *call, uint32_t written)
{
    call->written = written;
    if (call->waiter && call->waiter != thread_self())
        sched_wake(call->waiter);
    call->done = true;
}

static void device_end(struct p9_device *device)
{
    virtio_stop(&device->device);
    device->dead = true;
    for (uint32_t i = 0; i < P9_CALLS; i++)
        if (calls[i].busy && calls[i].device == device && !calls[i].done)
            finish(&calls[i], 0);
}

// Is the call done? Takes back whatever the device is done with.
static bool look(struct p9_call *call, bool ask_device)
{
    struct p9_device *device = call->device;
    uint16_t id;
    uint32_t written;
    bool done;

    lock();
    while (!device->dead && vq_chains_take(&device->queue.chains, &id, &written))
        finish(&calls[id], written);
    if (!device->dead &&
        (device->queue.chains.broken || (ask_device && !virtio_alive(&device->device))))
        device_end(device);
    done = call->done;
    unlock();
    return done;
}

static void wait(struct p9_call *call)
{
    uint64_t sleep_ns = SLEEP_NS_MIN;
    uint64_t boot_end_ns = machine->now_ns() + BOOT_LOOKS_NS;

    // Ends when the server answers, or the device is no more.
    for (uint32_t looks = 0; !look(call, looks >= LOOKS); looks += looks < LOOKS) {
        if (!call->waiter) {
            if (machine->now_ns() > boot_end_ns)
                panic("the 9p server of %s does not answer", call->device->path);
            __builtin_ia32_pause();
        } else if (looks < LOOKS && machine->idle_spins) {
            sched_yield();
            __builtin_ia32_pause();
        } else {
            sched_block(machine->now_ns() + sleep_ns);
            sleep_ns = sleep_ns * 2 < SLEEP_NS_MAX ? sleep_ns * 2 : SLEEP_NS_MAX;
        }
    }
}

static bool post(struct p9_call *call, struct p9_device *device, const struct vq_part *part,
                 uint32_t count)
{
    bool sent;

    lock();
    call->device = device;
    call->done = false;
    sent = !device->dead;
    if (sent) {
        vq_chains_post(&device->queue.chains, call->tag, part, count);
        virtio_kick(&device->device, &device->queue);
    }
    unlock();
    return sent;
}

// Parts that the device reads come before those it writes.
static int exchange(struct p9_call *call, struct p9_device *device, const struct vq_part *data)
{
    uint8_t type = (uint8_t)call->request[4];
    bool reads = data && !data->device_writes, writes = data && data->device_writes;
    uint32_t request = p9_finish(&call->out, reads ? data->bytes : 0);
    uint32_t held = writes ? P9_DATA_BYTES : P9_MESSAGE_BYTES, count = 0;
    struct vq_part part[3];

    if (!request)
        return -ENAMETOOLONG; // texts of a path are all that can be too long
    part[count++] = (struct vq_part){virtio_address(call->request, request), request, false};
    if (reads)
        part[count++] = *data;
    part[count++] = (struct vq_part){virtio_address(call->answer, held), held, true};
    if (writes)
        part[count++] = *data;
    if (!post(call, device, part, count))
        return -EIO;
    wait(call);
    return p9_open(&call->in, call->answer, held, call->written, type,
                   type == P9_TVERSION ? P9_NO_TAG : call->tag);
}

int p9_exchange(struct p9_call *call, struct p9_device *device)
{
    call->waiter = p9_device_count ? thread_self() : NULL;
    return exchange(call, device, NULL);
}

int p9_exchange_data(struct p9_call *call, struct p9_device *device, struct vq_part data)
{
    call->waiter = thread_self();
    return exchange(call, device, &data);
}

long p9_fid_take(const struct p9_device *device)
{
    long fid = -ENFILE;

    lock();
    for (uint32_t i = 0; i < P9_FIDS && fid < 0; i++) {
        uint32_t candidate = (fid_next + i) % P9_FIDS;

        if (candidate && !p9_files[candidate].used) {
            p9_files[candidate] =
                (struct p9_file){.used = true, .device = (uint8_t)(device - p9_devices)};
            fid = candidate;
            fid_next = candidate + 1;
        }
    }
    unlock();
    return fid;
}

void p9_fid_give(uint32_t fid)
{
    lock();
    p9_files[fid].used = false;
    unlock();
}

void p9_clunk(struct p9_call *call, uint32_t fid)
{
    p9_request(call, P9_TCLUNK, fid);
    // Whatever it answers, the fid is no more.
    p9_exchange(call, p9_device_of(fid));
    p9_fid_give(fid);
}

void p9_calls_init(char *buffers)
{
    for (uint32_t i = 0; i < P9_CALLS; i++, buffers += P9_CALL_BYTES)
        calls[i] = (struct p9_call){.tag = (uint16_t)i,
                                    .request = buffers,
                                    .answer = buffers + P9_MESSAGE_BYTES,
                                    .text = buffers + 2 * P9_MESSAGE_BYTES};
}
