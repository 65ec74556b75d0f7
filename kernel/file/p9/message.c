// SPDX-License-Identifier: BSD-2-Clause
// message.c: see message.h. Integers are little endian and not aligned.
#include "kernel/file/p9/message.h"
#include "lib/lib.h"
#include <asm/statfs.h>
#include <linux/errno.h>
#include <linux/stat.h>

#define ERRNO_MAX 4095u

static void put(struct p9_out *out, const void *bytes, size_t count)
{
    if (count > (size_t)(out->end - out->at)) {
        out->full = true;
        return;
    }
    memcpy(out->at, bytes, count);
    out->at += count;
}

void p9_put8(struct p9_out *out, uint8_t value)
{
    put(out, &value, sizeof value);
}

void p9_put16(struct p9_out *out, uint16_t value)
{
    put(out, &value, sizeof value);
}

void p9_put32(struct p9_out *out, uint32_t value)
{
    put(out, &value, sizeof value);
}

void p9_put64(struct p9_out *out, uint64_t value)
{
    put(out, &value, sizeof value);
}

void p9_put_text(struct p9_out *out, const char *text, size_t bytes)
{
    if (bytes > UINT16_MAX) {
        out->full = true;
        return;
    }
    p9_put16(out, (uint16_t)bytes);
    put(out, text, bytes);
}

void p9_begin(struct p9_out *out, void *buffer, size_t bytes, uint8_t type, uint16_t tag)
{
    *out = (struct p9_out){.start = buffer, .at = buffer, .end = (char *)buffer + bytes};
    p9_put32(out, 0);
    p9_put8(out, type);
    p9_put16(out, tag);
}

uint32_t p9_finish(struct p9_out *out, uint32_t data)
{
    uint32_t bytes = (uint32_t)(out->at - out->start), size = bytes + data;

    if (out->full || size < data)
        return 0;
    memcpy(out->start, &size, sizeof size);
    return bytes;
}

static void get(struct p9_in *in, void *to, size_t count)
{
    if (in->bad || count > (size_t)(in->end - in->at)) {
        in->bad = true;
        memset(to, 0, count);
        return;
    }
    memcpy(to, in->at, count);
    in->at += count;
}

uint8_t p9_get8(struct p9_in *in)
{
    uint8_t value;

    get(in, &value, sizeof value);
    return value;
}

uint16_t p9_get16(struct p9_in *in)
{
    uint16_t value;

    get(in, &value, sizeof value);
    return value;
}

uint32_t p9_get32(struct p9_in *in)
{
    uint32_t value;

    get(in, &value, sizeof value);
    return value;
}

uint64_t p9_get64(struct p9_in *in)
{
    uint64_t value;

    get(in, &value, sizeof value);
    return value;
}

const char *p9_get_text(struct p9_in *in, uint16_t *bytes)
{
    const char *text;

    *bytes = p9_get16(in);
    text = in->at;
    if (in->bad || *bytes > (size_t)(in->end - in->at)) {
        in->bad = true;
        *bytes = 0;
        return "";
    }
    in->at += *bytes;
    return text;
}

struct p9_qid p9_get_qid(struct p9_in *in)
{
    struct p9_qid qid = {.type = p9_get8(in)};

    qid.version = p9_get32(in);
    qid.path = p9_get64(in);
    return qid;
}

int p9_open(struct p9_in *in, const void *buffer, size_t held, size_t bytes, uint8_t type,
            uint16_t tag)
{
    uint32_t size, error;
    uint8_t answer;

    *in = (struct p9_in){.at = buffer, .end = (const char *)buffer + (held < bytes ? held : bytes)};
    size = p9_get32(in);
    answer = p9_get8(in);
    if (p9_get16(in) != tag || in->bad || size < P9_HEADER_BYTES || size > bytes)
        return -EIO;
    if (size < (size_t)(in->end - (const char *)buffer))
        in->end = (const char *)buffer + size;
    if (answer == type + 1)
        return 0;
    error = p9_get32(in);
    if (answer != P9_RLERROR || in->bad || error < 1 || error > ERRNO_MAX)
        return -EIO;
    return -(int)error;
}

static struct statx_timestamp get_time(struct p9_in *in)
{
    struct statx_timestamp time = {.tv_sec = (int64_t)p9_get64(in)};
    uint64_t ns = p9_get64(in);

    if (ns >= 1000000000)
        in->bad = true;
    time.tv_nsec = (uint32_t)ns;
    return time;
}

bool p9_get_attributes(struct p9_in *in, struct statx *out)
{
    uint64_t valid = p9_get64(in), device;

    *out = (struct statx){.stx_mask = STATX_BASIC_STATS};
    out->stx_ino = p9_get_qid(in).path;
    out->stx_mode = (uint16_t)p9_get32(in);
    out->stx_uid = p9_get32(in);
    out->stx_gid = p9_get32(in);
    out->stx_nlink = (uint32_t)p9_get64(in);
    device = p9_get64(in); // as Linux's new_encode_dev, but in 64 bits
    out->stx_rdev_major = (uint32_t)(device >> 8 & 0xfff);
    out->stx_rdev_minor = (uint32_t)((device & 0xff) | (device >> 12 & ~0xffull));
    out->stx_size = p9_get64(in);
    out->stx_blksize = (uint32_t)p9_get64(in);
    out->stx_blocks = p9_get64(in);
    out->stx_atime = get_time(in);
    out->stx_mtime = get_time(in);
    out->stx_ctime = get_time(in);
    return !in->bad && (valid & P9_GETATTR_BASIC) == P9_GETATTR_BASIC;
}

bool p9_get_statfs(struct p9_in *in, struct statfs *out)
{
    uint64_t id;

    *out = (struct statfs){.f_type = p9_get32(in)};
    out->f_bsize = out->f_frsize = p9_get32(in);
    out->f_blocks = (long)p9_get64(in);
    out->f_bfree = (long)p9_get64(in);
    out->f_bavail = (long)p9_get64(in);
    out->f_files = (long)p9_get64(in);
    out->f_ffree = (long)p9_get64(in);
    id = p9_get64(in);
    out->f_fsid.val[0] = (int)(uint32_t)id;
    out->f_fsid.val[1] = (int)(uint32_t)(id >> 32);
    out->f_namelen = p9_get32(in);
    return !in->bad;
}

static bool name_is_one(const char *name, uint16_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        if (name[i] == '/' || name[i] == '\0')
            return false;
    return bytes > 0 && bytes <= P9_NAME_MAX;
}

bool p9_get_entry(struct p9_in *in, struct p9_entry *entry)
{
    if (in->bad || in->at == in->end)
        return false;
    entry->qid = p9_get_qid(in);
    entry->offset = p9_get64(in);
    entry->type = p9_get8(in);
    entry->name = p9_get_text(in, &entry->name_bytes);
    if (!in->bad && !name_is_one(entry->name, entry->name_bytes))
        in->bad = true;
    return !in->bad;
}

size_t p9_entry_dirent(const struct p9_entry *entry, void *to, size_t bytes)
{
    struct dirent { // struct linux_dirent64
        uint64_t ino, off;
        uint16_t reclen;
        uint8_t type;
        char name[];
    } *out = to;
    size_t used = ROUND_UP(offsetof(struct dirent, name) + entry->name_bytes + 1, 8);

    if (used > bytes)
        return 0;
    memset(to, 0, used);
    out->ino = entry->qid.path;
    out->off = entry->offset;
    out->reclen = (uint16_t)used;
    out->type = entry->type;
    memcpy(out->name, entry->name, entry->name_bytes);
    return used;
}
