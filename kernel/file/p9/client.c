// SPDX-License-Identifier: BSD-2-Clause
// client.c: see client.h.
//
// One lock guards queues, calls and fids: it is held for some hundred instructions and never across
// a wait. There are no interrupts: whoever waits looks at the device's queue, for everybody, a few
// times while others of its core run, then in sleeps that grow. Who finds the answer of another
// wakes that one; it sees `done` under the lock only, hence after the wake, and may go away then.
//
// Nobody waits for the end of a fid. Such requests, and one that goes along with another, take one
// of the spare calls, which nobody waits for; if none is free, they are made as all others.
//
// A server may take its time, and is waited for. A device that says that it failed, or returns what
// nobody sent, is reset, so that it writes into no memory any more, and every call of it ends by
// -EIO.
#include "kernel/file/p9/client.h"
#include "kernel/rank/rank.h"
#include "kernel/sched/sched.h"
#include "lib/lib.h"
#include <linux/errno.h>

#define LOOK_NS 100000u // before the first sleep, if there are CPUs for it
#define SLEEP_NS_MIN 10000u
#define SLEEP_NS_MAX 1000000u
#define SLEEP_SHARE 4 // of the time that has passed: so much longer than the server a wait may take
#define BOOT_LOOKS_NS 30000000000ull // nobody can see why a boot hangs: it ends

struct p9_device *p9_devices;
uint32_t p9_device_count;
struct p9_file *p9_files;
static struct p9_call calls[P9_CALLS + P9_SPARES]; // by tag
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

static struct p9_call *call_find(uint32_t first, uint32_t count)
{
    struct p9_call *found = NULL;

    lock();
    for (uint32_t i = first; i < first + count && !found; i++)
        if (!calls[i].busy) {
            found = &calls[i];
            found->busy = true;
            found->clunk = false;
            found->waiter = p9_device_count ? thread_self() : NULL;
        }
    unlock();
    return found;
}

struct p9_call *p9_call_take(void)
{
    struct p9_call *call;

    while (!(call = call_find(0, P9_CALLS))) // ends when another thread is done with its call
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
    p9_begin(&call->out, call->request, call->bytes, (uint8_t)type,
             type == P9_TVERSION ? P9_NO_TAG : call->tag);
    if (type != P9_TVERSION)
        p9_put32(&call->out, fid);
}

static void finish(struct p9_call *call, uint32_t written)
{
    call->written = written;
    if (call->clunk) { // whatever it answered, the fid is no more
        p9_files[call->fid].used = false;
        call->busy = false;
    } else if (call->waiter && call->waiter != thread_self()) {
        sched_wake(call->waiter);
    }
    call->done = true;
}

static void device_end(struct p9_device *device)
{
    virtio_stop(&device->device);
    device->dead = true;
    for (uint32_t i = 0; i < P9_CALLS + P9_SPARES; i++)
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
    uint64_t start_ns = machine->now_ns(), look_ns = machine->idle_spins ? LOOK_NS : 0;

    // Ends when the server answers, or the device is no more.
    for (uint64_t waited_ns = 0; !look(call, waited_ns >= look_ns);
         waited_ns = machine->now_ns() - start_ns) {
        if (!call->waiter) {
            if (waited_ns > BOOT_LOOKS_NS)
                panic("the 9p server of %s does not answer", call->device->path);
            __builtin_ia32_pause();
        } else if (waited_ns < look_ns) {
            sched_yield();
            __builtin_ia32_pause();
        } else {
            uint64_t sleep_ns = waited_ns / SLEEP_SHARE;

            sleep_ns = sleep_ns > SLEEP_NS_MIN ? sleep_ns : SLEEP_NS_MIN;
            sched_block(machine->now_ns() + (sleep_ns < SLEEP_NS_MAX ? sleep_ns : SLEEP_NS_MAX));
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
static int send(struct p9_call *call, struct p9_device *device, const struct vq_part *data)
{
    bool reads = data && !data->device_writes, writes = data && data->device_writes;
    uint32_t request = p9_finish(&call->out, reads ? data->bytes : 0), count = 0;
    struct vq_part part[3];

    if (!request)
        return -ENAMETOOLONG; // texts of a path are all that can be too long
    call->held = writes ? P9_DATA_BYTES : call->bytes;
    part[count++] = (struct vq_part){virtio_address(call->request, request), request, false};
    if (reads)
        part[count++] = *data;
    part[count++] = (struct vq_part){virtio_address(call->answer, call->held), call->held, true};
    if (writes)
        part[count++] = *data;
    return post(call, device, part, count) ? 0 : -EIO;
}

static int receive(struct p9_call *call)
{
    uint8_t type = (uint8_t)call->request[4];

    wait(call);
    return p9_open(&call->in, call->answer, call->held, call->written, type,
                   type == P9_TVERSION ? P9_NO_TAG : call->tag);
}

int p9_exchange(struct p9_call *call, struct p9_device *device)
{
    int rc = send(call, device, NULL);

    return rc ? rc : receive(call);
}

int p9_exchange_data(struct p9_call *call, struct p9_device *device, struct vq_part data)
{
    int rc = send(call, device, &data);

    return rc ? rc : receive(call);
}

int p9_exchange_two(struct p9_call *first, struct p9_call *second, struct p9_device *device)
{
    int first_rc = send(first, device, NULL), second_rc = send(second, device, NULL);

    if (!first_rc)
        first_rc = receive(first);
    if (!second_rc)
        second_rc = receive(second);
    return first_rc ? first_rc : second_rc;
}

struct p9_call *p9_spare_take(void)
{
    return call_find(P9_CALLS, P9_SPARES);
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
    struct p9_call *spare = p9_spare_take();

    if (spare) {
        p9_request(spare, P9_TCLUNK, fid);
        spare->fid = fid;
        spare->clunk = true;
        if (send(spare, p9_device_of(fid), NULL) == 0)
            return;
        spare->clunk = false;
        p9_call_give(spare);
    } else {
        p9_request(call, P9_TCLUNK, fid);
        p9_exchange(call, p9_device_of(fid));
    }
    p9_fid_give(fid);
}

void p9_calls_init(char *buffers)
{
    for (uint32_t i = 0; i < P9_CALLS + P9_SPARES; i++) {
        uint32_t bytes = i < P9_CALLS ? P9_MESSAGE_BYTES : P9_SPARE_BYTES;

        calls[i] = (struct p9_call){
            .tag = (uint16_t)i, .bytes = bytes, .request = buffers, .answer = buffers + bytes};
        buffers += 2ul * bytes;
        if (i < P9_CALLS) {
            calls[i].text = buffers;
            buffers += P9_TEXT_BYTES;
        }
    }
}
