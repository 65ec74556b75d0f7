// SPDX-License-Identifier: BSD-2-Clause
// names.c: making, removing, renaming. The server takes a directory's fid and one name in it.
#include "kernel/file/p9/ops.h"
#include "lib/lib.h"
#include <linux/errno.h>

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

// To the directory of a path's last name. `nameless`: the error if the path ends in none of its
// own.
static int parent_find(struct p9_walk *walk, struct p9_call *call, uint32_t dir, const char *path,
                       const char **name, int nameless)
{
    int rc = p9_walk_start(walk, call, dir, path);

    if (!rc)
        rc = p9_walk(walk, false, name);
    if (!rc && (!*name || is_dots(*name))) {
        p9_walk_end(walk);
        rc = nameless;
    }
    return rc;
}

// The same for what is no directory and shall come to be: "name/" is none.
static int parent_find_new(struct p9_walk *walk, struct p9_call *call, uint32_t dir,
                           const char *path, const char **name)
{
    int rc = parent_find(walk, call, dir, path, name, -EEXIST);

    if (!rc && walk->slashed) {
        struct p9_qid qid;
        long fid = p9_step(call, walk->fid, *name, &qid);

        rc = fid < 0 ? (int)fid : -EEXIST;
        if (fid >= 0)
            p9_clunk(call, (uint32_t)fid);
        p9_walk_end(walk);
    }
    return rc;
}

static void request_named(struct p9_call *call, enum p9_type type, uint32_t fid, const char *name)
{
    p9_request(call, type, fid);
    p9_put_text(&call->out, name, strlen(name));
}

// Sends what was requested of the walk's directory, and ends the operation.
static long finish(struct p9_call *call, struct p9_walk *walk)
{
    int rc = p9_exchange(call, p9_device_of(walk->fid));

    p9_walk_end(walk);
    p9_call_give(call);
    return rc;
}

long p9_op_readlink(uint32_t dir, const char *path, char *to, size_t bytes)
{
    struct p9_call *call = p9_call_take();
    struct p9_walk walk;
    long result = p9_walk_to(&walk, call, dir, path, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);

    if (!result && !(walk.qid.type & P9_QID_SYMLINK)) {
        p9_walk_end(&walk);
        result = *path ? -EINVAL : -ENOENT;
    } else if (!result) {
        uint16_t target_bytes;
        const char *target;

        p9_request(call, P9_TREADLINK, walk.fid);
        result = p9_exchange(call, p9_device_of(walk.fid));
        target = p9_get_text(&call->in, &target_bytes);
        if (!result && call->in.bad)
            result = -EIO;
        if (!result) {
            result = (long)(target_bytes < bytes ? target_bytes : bytes);
            memcpy(to, target, (size_t)result);
        }
        p9_walk_end(&walk);
    }
    p9_call_give(call);
    return result;
}

long p9_op_mkdir(uint32_t dir, const char *path, uint32_t mode)
{
    struct p9_call *call = p9_call_take();
    struct p9_walk walk;
    const char *name;
    int rc = parent_find(&walk, call, dir, path, &name, -EEXIST);

    if (rc) {
        p9_call_give(call);
        return rc;
    }
    request_named(call, P9_TMKDIR, walk.fid, name);
    p9_put32(&call->out, mode);
    p9_put32(&call->out, P9_NONE);
    return finish(call, &walk);
}

long p9_op_mknod(uint32_t dir, const char *path, uint32_t mode, uint32_t device)
{
    struct p9_call *call = p9_call_take();
    struct p9_walk walk;
    const char *name;
    int rc = parent_find_new(&walk, call, dir, path, &name);

    if (rc) {
        p9_call_give(call);
        return rc;
    }
    request_named(call, P9_TMKNOD, walk.fid, name);
    p9_put32(&call->out, mode & S_IFMT ? mode : mode | S_IFREG);
    p9_put32(&call->out, device >> 8 & 0xfff);
    p9_put32(&call->out, (device & 0xff) | (device >> 12 & 0xfff00));
    p9_put32(&call->out, P9_NONE);
    return finish(call, &walk);
}

long p9_op_symlink(const char *target, uint32_t dir, const char *path)
{
    struct p9_call *call = p9_call_take();
    struct p9_walk walk;
    const char *name;
    int rc = parent_find_new(&walk, call, dir, path, &name);

    if (rc) {
        p9_call_give(call);
        return rc;
    }
    request_named(call, P9_TSYMLINK, walk.fid, name);
    p9_put_text(&call->out, target, strlen(target));
    p9_put32(&call->out, P9_NONE);
    return finish(call, &walk);
}

// "name/" can only be a directory.
static int slash_check(struct p9_walk *walk, const char *name, int directory)
{
    struct p9_qid qid;
    long fid = p9_step(walk->call, walk->fid, name, &qid);

    if (fid < 0)
        return (int)fid;
    p9_clunk(walk->call, (uint32_t)fid);
    return qid.type & P9_QID_DIR ? directory : -ENOTDIR;
}

long p9_op_unlink(uint32_t dir, const char *path, uint32_t at_flags)
{
    struct p9_call *call = p9_call_take();
    bool directory = at_flags & AT_REMOVEDIR;
    struct p9_walk walk;
    const char *name;
    int rc = p9_walk_start(&walk, call, dir, path);

    if (!rc)
        rc = p9_walk(&walk, false, &name);
    if (rc) {
        p9_call_give(call);
        return rc;
    }
    if (!name || is_dots(name))
        rc = !directory ? -EISDIR : !name ? -EBUSY : name[1] ? -ENOTEMPTY : -EINVAL;
    else if (walk.slashed && !directory)
        rc = slash_check(&walk, name, -EISDIR);
    if (rc) {
        p9_walk_end(&walk);
        p9_call_give(call);
        return rc;
    }
    request_named(call, P9_TUNLINKAT, walk.fid, name);
    p9_put32(&call->out, directory ? AT_REMOVEDIR : 0);
    return finish(call, &walk);
}

long p9_op_link(uint32_t from_dir, const char *from, uint32_t to_dir, const char *to,
                uint32_t at_flags)
{
    struct p9_call *call = p9_call_take();
    uint32_t follow = at_flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW;
    struct p9_walk old, new;
    const char *name;
    int rc = p9_walk_to(&old, call, from_dir, from, (at_flags & AT_EMPTY_PATH) | follow);

    if (rc) {
        p9_call_give(call);
        return rc;
    }
    rc = parent_find_new(&new, call, to_dir, to, &name);
    if (!rc) {
        if (p9_device_of(old.fid) != p9_device_of(new.fid)) {
            rc = -EXDEV;
        } else {
            p9_request(call, P9_TLINK, new.fid);
            p9_put32(&call->out, old.fid);
            p9_put_text(&call->out, name, strlen(name));
            rc = p9_exchange(call, p9_device_of(new.fid));
        }
        p9_walk_end(&new);
    }
    p9_walk_end(&old);
    p9_call_give(call);
    return rc;
}

// Both directories are known; the call's text holds the path of the second.
static int rename(struct p9_walk *old, const char *old_name, struct p9_walk *new, const char *new_name)
{
    struct p9_call *call = new->call;
    int rc = 0;

    if (p9_device_of(old->fid) != p9_device_of(new->fid))
        return -EXDEV;
    if (old->slashed || new->slashed)
        rc = slash_check(old, old_name, 0);
    if (rc)
        return rc;
    request_named(call, P9_TRENAMEAT, old->fid, old_name);
    p9_put32(&call->out, new->fid);
    p9_put_text(&call->out, new_name, strlen(new_name));
    return p9_exchange(call, p9_device_of(new->fid));
}

long p9_op_rename(uint32_t from_dir, const char *from, uint32_t to_dir, const char *to, uint32_t flags)
{
    char old_name[P9_NAME_MAX + 1];
    struct p9_call *call;
    struct p9_walk old, new;
    const char *name;
    int rc;

    if (flags)
        return -EINVAL; // the protocol has none
    call = p9_call_take();
    rc = parent_find(&old, call, from_dir, from, &name, -EBUSY);
    if (!rc) {
        memcpy(old_name, name, strlen(name) + 1);
        rc = parent_find(&new, call, to_dir, to, &name, -EBUSY);
        if (!rc) {
            rc = rename(&old, old_name, &new, name);
            p9_walk_end(&new);
        }
        p9_walk_end(&old);
    }
    p9_call_give(call);
    return rc;
}
