// SPDX-License-Identifier: BSD-2-Clause
// fake_test.h: what stands below p9 in its tests, on the host: a machine with one thread, and a
// device that hands each request to fake_server and puts the answer into the used ring at once. For
// one file to include.
#pragma once
#include "kernel/file/p9/client.h"
#include "kernel/file/p9/ops.h"
#include "kernel/file/p9/p9.h"
#include "kernel/rank/rank.h"
#include "lib/lib.h"
#include <asm/prctl.h>
#include <linux/virtio_9p.h>
#include <linux/virtio_ids.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FAKE_MESSAGE_BYTES (1u << 16)

// An answer to `bytes` of `request`: its bytes in `answer`; negative: none comes.
static long fake_server(const char *request, uint32_t bytes, char answer[FAKE_MESSAGE_BYTES]);
// What the used ring says of the chain: may be changed.
static void fake_used(struct vring_used_elem *used);

static struct vring fake_ring;
static uint16_t fake_next;
static bool fake_alive = true;
static const struct file_backend *fake_backend;
static uint32_t fake_root;
static struct file_mount fake_mount = {.path = "/m"};
static jmp_buf fake_panic;
static char fake_panic_text[200];
static char *fake_memory;
static size_t fake_memory_bytes;

static uint64_t fake_now_ns(void)
{
    static uint64_t now;

    return now += 10000;
}

static uint64_t fake_physical(const void *at, size_t *bytes)
{
    (void)bytes;
    return (uintptr_t)at;
}

static struct machine fake_machine = {
    .now_ns = fake_now_ns, .physical = fake_physical, .idle_spins = 1};
struct machine *machine = &fake_machine;
struct job *job_region;

void panic(const char *text, ...)
{
    va_list list;

    va_start(list, text);
    vsnprintf(fake_panic_text, sizeof fake_panic_text, text, list);
    va_end(list);
    longjmp(fake_panic, 1);
}

void assert_failed(const char *expression, const char *file, int line)
{
    printf("%s:%d: assertion failed: %s\n", file, line, expression);
    abort();
}

void sched_yield(void)
{
}

bool sched_block(uint64_t deadline_ns)
{
    (void)deadline_ns;
    return false;
}

void sched_wake(struct thread *thread)
{
    (void)thread;
}

void file_mount(const struct file_backend *backend, const char *path, uint32_t root, bool read_only)
{
    (void)read_only;
    fake_backend = backend;
    fake_root = root;
    fake_mount.root = root;
    fake_mount.path = path;
}

const struct file_mount *file_mount_find(const char *path, const char **rest)
{
    size_t bytes = strlen(fake_mount.path);

    if (strncmp(path, fake_mount.path, bytes) != 0 || (path[bytes] != '\0' && path[bytes] != '/'))
        return NULL;
    for (*rest = path + bytes; **rest == '/';)
        ++*rest;
    return &fake_mount;
}

const struct device *virtio_find(const struct boot *boot, uint32_t id, uint32_t n)
{
    static const struct device place;

    (void)boot;
    return id == VIRTIO_ID_9P && n == 0 ? &place : NULL;
}

int virtio_open(struct virtio_device *device, const struct device *place, uint64_t wanted)
{
    (void)wanted;
    *device = (struct virtio_device){.place = place};
    return 0;
}

size_t virtio_ring_bytes(uint16_t size)
{
    return ROUND_UP(vq_chains_bytes(false, size), PAGE_BYTES);
}

int virtio_queue_start(struct virtio_device *device, struct virtio_queue *queue, uint16_t index,
                       uint16_t size, void *memory)
{
    (void)device;
    (void)index;
    vq_chains_init(&queue->chains, memory, false, size);
    vring_init(&fake_ring, size, memory, VQ_RING_ALIGN);
    fake_next = 0;
    return 0;
}

void virtio_ready(struct virtio_device *device)
{
    (void)device;
}

bool virtio_alive(const struct virtio_device *device)
{
    (void)device;
    return fake_alive;
}

void virtio_stop(struct virtio_device *device)
{
    (void)device;
}

bool virtio_config_read(const struct virtio_device *device, uint32_t offset, void *to, size_t bytes)
{
    static const char config[] = "\1\0m"; // a tag of one byte

    (void)device;
    if (offset + bytes > sizeof config - 1)
        return false;
    memcpy(to, config + offset, bytes);
    return true;
}

uint64_t virtio_address(const void *memory, size_t bytes)
{
    (void)bytes;
    return (uintptr_t)memory;
}

static void fake_serve(uint16_t first)
{
    static char request[FAKE_MESSAGE_BYTES], answer[FAKE_MESSAGE_BYTES];
    struct vring_used_elem used = {.id = first};
    uint32_t bytes = 0;
    long answered = 0, put = 0;

    for (uint16_t at = first, more = 1; more; at = fake_ring.desc[at].next) {
        const struct vring_desc *desc = &fake_ring.desc[at];
        char *there = (char *)(uintptr_t)desc->addr;

        more = desc->flags & VRING_DESC_F_NEXT;
        if (!(desc->flags & VRING_DESC_F_WRITE)) {
            if (bytes + desc->len > sizeof request)
                abort();
            memcpy(request + bytes, there, desc->len);
            bytes += desc->len;
            continue;
        }
        if (!put) {
            answered = fake_server(request, bytes, answer);
            if (answered < 0)
                return;
        }
        for (uint32_t i = 0; i < desc->len && put < answered; i++)
            there[i] = answer[put++];
    }
    used.len = (uint32_t)put;
    fake_used(&used);
    fake_ring.used->ring[fake_ring.used->idx % fake_ring.num] = used;
    fake_ring.used->idx++;
}

void virtio_kick(struct virtio_device *device, struct virtio_queue *queue)
{
    (void)device;
    (void)queue;
    while (fake_next != fake_ring.avail->idx)
        fake_serve(fake_ring.avail->ring[fake_next++ % fake_ring.num]);
}

// The back end with its device, as it boots. 0, or 1: it has panicked.
static int fake_start(void)
{
    static struct core core;
    static struct thread thread;
    static const struct boot boot;

    core.self = &core;
    core.thread = &thread;
    if (syscall(SYS_arch_prctl, ARCH_SET_GS, &core) != 0)
        abort();
    if (!fake_memory) {
        fake_memory_bytes = p9_bytes(&boot);
        fake_memory = aligned_alloc(PAGE_BYTES, fake_memory_bytes);
    }
    memset(fake_memory, 0, fake_memory_bytes);
    fake_alive = true;
    p9_device_count = 0;
    if (setjmp(fake_panic))
        return 1;
    p9_init(&boot, NULL, fake_memory);
    return 0;
}

static uint32_t fake_fids(void)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < P9_FIDS; i++)
        used += p9_files[i].used;
    return used;
}
