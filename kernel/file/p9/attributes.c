// SPDX-License-Identifier: BSD-2-Clause
// attributes.c: what a file is, and changing that.
#include "kernel/file/p9/ops.h"
#include "lib/lib.h"
#include <asm/statfs.h>
#include <linux/errno.h>

// A server names its largest message here, and a libc makes each stream's buffer as large.
#define BLOCK_BYTES_MAX 65536u

enum { ACCESS_EXECUTE = 1, ACCESS_WRITE = 2, ACCESS_READ = 4 }; // X_OK, W_OK, R_OK

void p9_attributes_request(struct p9_call *call, uint32_t fid)
{
    p9_request(call, P9_TGETATTR, fid);
    p9_put64(&call->out, P9_GETATTR_BASIC);
}

int p9_attributes(struct p9_call *call, uint32_t fid, struct statx *out)
{
    int rc;

    p9_attributes_request(call, fid);
    rc = p9_exchange(call, p9_device_of(fid));
    return rc ? rc : p9_attributes_answer(call, fid, out);
}

int p9_attributes_answer(struct p9_call *call, uint32_t fid, struct statx *out)
{
    if (!p9_get_attributes(&call->in, out))
        return -EIO;
    if (out->stx_blksize > BLOCK_BYTES_MAX)
        out->stx_blksize = BLOCK_BYTES_MAX;
    out->stx_dev_minor = p9_files[fid].device + 1u; // the protocol has none
    return 0;
}

long p9_op_stat(uint32_t dir, const char *path, uint32_t at_flags, struct statx *out)
{
    struct p9_call *call = p9_call_take();
    struct p9_walk walk;
    int rc = p9_walk_to(&walk, call, dir, path, at_flags);

    if (!rc) {
        rc = p9_attributes(call, walk.fid, out);
        p9_walk_end(&walk);
    }
    p9_call_give(call);
    return rc;
}

static int change(struct p9_call *call, uint32_t fid, uint32_t valid, const struct file_change *to)
{
    p9_request(call, P9_TSETATTR, fid);
    p9_put32(&call->out, valid);
    p9_put32(&call->out, to->mode);
    p9_put32(&call->out, to->uid);
    p9_put32(&call->out, to->gid);
    p9_put64(&call->out, to->size);
    p9_put64(&call->out, (uint64_t)to->atime_s);
    p9_put64(&call->out, to->atime_ns);
    p9_put64(&call->out, (uint64_t)to->mtime_s);
    p9_put64(&call->out, to->mtime_ns);
    return p9_exchange(call, p9_device_of(fid));
}

static uint32_t change_valid(uint32_t what)
{
    static const struct {
        uint32_t what, valid;
    } table[] = {
        {FILE_SET_MODE, P9_SET_MODE},
        {FILE_SET_UID, P9_SET_UID},
        {FILE_SET_GID, P9_SET_GID},
        {FILE_SET_SIZE, P9_SET_SIZE},
        {FILE_SET_ATIME, P9_SET_ATIME | P9_SET_ATIME_GIVEN},
        {FILE_SET_MTIME, P9_SET_MTIME | P9_SET_MTIME_GIVEN},
        {FILE_SET_ATIME_NOW, P9_SET_ATIME},
        {FILE_SET_MTIME_NOW, P9_SET_MTIME},
    };
    uint32_t valid = 0;

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (what & table[i].what)
            valid |= table[i].valid;
    return valid;
}

long p9_op_set(uint32_t dir, const char *path, uint32_t at_flags, const struct file_change *to)
{
    struct p9_call *call = p9_call_take();
    struct p9_walk walk;
    int rc = p9_walk_to(&walk, call, dir, path, at_flags);

    if (!rc) {
        rc = change(call, walk.fid, change_valid(to->what), to);
        p9_walk_end(&walk);
    }
    p9_call_give(call);
    return rc;
}

static int open_try(struct p9_call *call, uint32_t fid, uint32_t flags)
{
    long again = p9_open_again(call, fid, flags);

    if (again < 0)
        return (int)again;
    p9_clunk(call, (uint32_t)again);
    return 0;
}

// The protocol has no access(2), and the server's rights are not ours. So each right is tried where
// trying changes nothing: files are opened, and an export that is read-only refuses even a change
// of no attribute. Writing to a directory, executing and searching go by the mode.
static int access_check(struct p9_call *call, uint32_t fid, uint32_t mode)
{
    static const struct file_change nothing;
    struct statx stat;
    uint32_t type;
    int rc = p9_attributes(call, fid, &stat);

    if (rc)
        return rc;
    type = stat.stx_mode & S_IFMT;
    if (mode & ACCESS_WRITE) {
        rc = change(call, fid, 0, &nothing);
        if (!rc && type == S_IFREG)
            rc = open_try(call, fid, O_WRONLY);
        else if (!rc && !(stat.stx_mode & 0222))
            rc = -EACCES;
    }
    if (!rc && (mode & ACCESS_READ) && (type == S_IFREG || type == S_IFDIR))
        rc = open_try(call, fid, O_RDONLY);
    if (!rc && (mode & ACCESS_EXECUTE) && !(stat.stx_mode & 0111))
        rc = -EACCES;
    return rc;
}

long p9_op_access(uint32_t dir, const char *path, uint32_t mode, uint32_t at_flags)
{
    struct p9_call *call = p9_call_take();
    struct p9_walk walk;
    int rc = p9_walk_to(&walk, call, dir, path, at_flags);

    if (!rc) {
        rc = access_check(call, walk.fid, mode);
        p9_walk_end(&walk);
    }
    p9_call_give(call);
    return rc;
}

long p9_op_statfs(uint32_t handle, struct statfs *out)
{
    struct p9_call *call = p9_call_take();
    int rc;

    p9_request(call, P9_TSTATFS, handle);
    rc = p9_exchange(call, p9_device_of(handle));
    if (!rc && !p9_get_statfs(&call->in, out))
        rc = -EIO;
    p9_call_give(call);
    return rc;
}
