// SPDX-License-Identifier: BSD-2-Clause
// p9.c: see p9.h. From devices to mounts.
#include "kernel/file/p9/p9.h"
#include "abi/file.h"
#include "kernel/file/p9/ops.h"
#include "kernel/rank/rank.h"
#include "lib/lib.h"
#include <linux/errno.h>
#include <linux/virtio_9p.h>
#include <linux/virtio_ids.h>

#define QUEUE_SIZE ((P9_CALLS + P9_SPARES) * VQ_PARTS_MAX)
// What is asked for: file data of 1 MiB at once. More is no faster.
#define MSIZE ((1u << 20) + 4096u)
#define MSIZE_MIN (P9_MESSAGE_BYTES)
#define VERSION "9P2000.L"

static const struct file_backend p9_backend = {
    .name = "9p",
    .open = p9_op_open,
    .close = p9_op_close,
    .read = p9_op_read,
    .write = p9_op_write,
    .list = p9_op_list,
    .stat = p9_op_stat,
    .access = p9_op_access,
    .set = p9_op_set,
    .statfs = p9_op_statfs,
    .readlink = p9_op_readlink,
    .mkdir = p9_op_mkdir,
    .mknod = p9_op_mknod,
    .unlink = p9_op_unlink,
    .symlink = p9_op_symlink,
    .link = p9_op_link,
    .rename = p9_op_rename,
    .where = p9_op_where,
    .sync = p9_op_sync,
    .allocate = p9_op_allocate,
    .lock = p9_op_lock,
    .flock = p9_op_flock,
};

static uint32_t devices_count(const struct boot *boot)
{
    uint32_t count = 0;

    while (virtio_find(boot, VIRTIO_ID_9P, count)) // ends: there are boot->device_count at most
        count++;
    return count;
}

// Parts of the memory, each of whole pages.
struct parts {
    size_t devices, files, locks, calls, rings;
};

static struct parts memory_parts(uint32_t count)
{
    return (struct parts){
        .devices = ROUND_UP(count * sizeof(struct p9_device), PAGE_BYTES),
        .files = ROUND_UP(P9_FIDS * sizeof(struct p9_file), PAGE_BYTES),
        .locks = ROUND_UP(P9_LOCKS * P9_LOCK_BYTES, PAGE_BYTES),
        .calls = ROUND_UP(P9_CALLS_BYTES, PAGE_BYTES),
        .rings = count * virtio_ring_bytes(QUEUE_SIZE),
    };
}

size_t p9_bytes(const struct boot *boot)
{
    uint32_t count = devices_count(boot);
    struct parts parts = memory_parts(count);

    return count ? parts.devices + parts.files + parts.locks + parts.calls + parts.rings : 0;
}

// The device's tag (5.9.4), terminated.
static void tag_read(const struct p9_device *device, char tag[static P9_TAG_BYTES + 1])
{
    struct virtio_9p_config config;

    memset(tag, 0, P9_TAG_BYTES + 1);
    if (!virtio_config_read(&device->device, 0, &config, sizeof config) || !config.tag_len ||
        config.tag_len > P9_TAG_BYTES ||
        !virtio_config_read(&device->device, sizeof config, tag, config.tag_len))
        panic("a 9p device has no mount tag of 1 to %u bytes", P9_TAG_BYTES);
}

// Where the launcher wants the directory: the tag has its number.
static const char *place_of(const char *tag, const struct job_files *files)
{
    const char *job = (const char *)job_region, *end = tag;
    const struct job_mount *mounts = (const void *)(job + files->mounts_offset);
    size_t bytes = sizeof FILE_TAG - 1;
    uint64_t number = 0;

    if (strncmp(tag, FILE_TAG, bytes) == 0)
        number = parse_number(tag + bytes, 10, &end);
    if (end == tag || *end || number >= files->mounts)
        panic("mpiexec knows no 9p device of tag %s", tag);
    return job + mounts[number].path_offset;
}

static void place_choose(struct p9_device *device, const struct job_files *files)
{
    char tag[P9_TAG_BYTES + 1];

    tag_read(device, tag);
    if (files)
        device->path = place_of(tag, files);
    else
        format(device->place, sizeof device->place, "%s%s", tag[0] == '/' ? "" : "/", tag);
}

static int version_agree(struct p9_call *call, struct p9_device *device)
{
    uint16_t bytes;
    const char *version;
    int rc;

    p9_request(call, P9_TVERSION, 0);
    p9_put32(&call->out, MSIZE);
    p9_put_text(&call->out, VERSION, sizeof VERSION - 1);
    rc = p9_exchange(call, device);
    if (rc)
        return rc;
    device->msize = p9_get32(&call->in);
    version = p9_get_text(&call->in, &bytes);
    if (call->in.bad || device->msize < MSIZE_MIN || device->msize > MSIZE ||
        bytes != sizeof VERSION - 1 || memcmp(version, VERSION, bytes) != 0)
        return -EPROTONOSUPPORT;
    return 0;
}

static int attach(struct p9_call *call, struct p9_device *device)
{
    long fid = p9_fid_take(device);
    int rc;

    if (fid < 0)
        return (int)fid;
    device->root = (uint32_t)fid;
    p9_request(call, P9_TATTACH, device->root);
    p9_put32(&call->out, P9_NONE); // nobody to authenticate
    p9_put_text(&call->out, "", 0);
    p9_put_text(&call->out, "", 0);
    p9_put32(&call->out, P9_NONE);
    rc = p9_exchange(call, device);
    if (rc)
        return rc;
    p9_files[fid].qid = p9_get_qid(&call->in);
    return call->in.bad || !(p9_files[fid].qid.type & P9_QID_DIR) ? -EIO : 0;
}

static void device_init(struct p9_device *device, const struct device *place,
                        const struct job_files *files, void *ring)
{
    struct p9_call *call = p9_call_take();
    int rc = virtio_open(&device->device, place, 1ull << VIRTIO_9P_MOUNT_TAG);

    if (!rc)
        rc = virtio_queue_start(&device->device, &device->queue, 0, QUEUE_SIZE, ring);
    if (rc)
        panic("a 9p device cannot be driven");
    device->path = device->place;
    place_choose(device, files);
    if (device->queue.chains.ids < P9_CALLS + P9_SPARES)
        panic("the 9p device of %s has a queue of %u: %u are needed", device->path,
              device->queue.chains.size, QUEUE_SIZE);
    virtio_ready(&device->device);
    rc = version_agree(call, device);
    if (!rc)
        rc = attach(call, device);
    if (rc)
        panic("the 9p server of %s cannot be used: error %d%s", device->path, -rc,
              rc == -EPROTONOSUPPORT ? ", it does not speak " VERSION : "");
    p9_call_give(call);
}

void p9_init(const struct boot *boot, const struct job_files *files, void *memory)
{
    uint32_t count = devices_count(boot);
    struct parts parts = memory_parts(count);
    char *at = memory;

    if (!count && !files)
        return;
    if (files && count != files->mounts)
        panic("mpiexec offers %u directories by 9p; there are %u devices", files->mounts, count);
    if (count > P9_DEVICES)
        panic("%u 9p devices; Torito takes %u", count, P9_DEVICES);
    p9_devices = (struct p9_device *)at;
    p9_files = (struct p9_file *)(at += parts.devices);
    p9_locks_init(at += parts.files);
    p9_calls_init(at += parts.locks);
    at += parts.calls;
    for (uint32_t i = 0; i < count; i++, at += virtio_ring_bytes(QUEUE_SIZE)) {
        device_init(&p9_devices[i], virtio_find(boot, VIRTIO_ID_9P, i), files, at);
        file_mount(&p9_backend, p9_devices[i].path, p9_devices[i].root, false);
    }
    p9_device_count = count;
}
