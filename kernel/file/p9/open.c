// SPDX-License-Identifier: BSD-2-Clause
// open.c: opening and closing. A walk gives a fid; Tlopen or Tlcreate makes it an open file.
#include "kernel/file/p9/ops.h"
#include "lib/lib.h"
#include <linux/errno.h>

// What the server is to know of the flags: Linux's own values, as 9P2000.L has them. Creating is
// Tlcreate's.
#define FLAGS (O_ACCMODE | O_EXCL | O_TRUNC | O_APPEND | O_DSYNC | O_SYNC | O_DIRECTORY | O_NOATIME)

#define CREATE_ROUNDS 100u

static void lopen_request(struct p9_call *call, uint32_t fid, uint32_t flags)
{
    p9_request(call, P9_TLOPEN, fid);
    p9_put32(&call->out, (flags & FLAGS & ~(uint32_t)O_EXCL) | O_LARGEFILE);
}

static void opened(uint32_t fid, uint32_t flags)
{
    p9_files[fid].opened = true;
    p9_files[fid].append = (flags & O_APPEND) != 0;
    p9_files[fid].flags = flags & O_ACCMODE;
}

static int lopen(struct p9_call *call, uint32_t fid, uint32_t flags)
{
    int rc;

    lopen_request(call, fid, flags);
    rc = p9_exchange(call, p9_device_of(fid));
    if (!rc)
        opened(fid, flags);
    return rc;
}

static int kind_check(const struct statx *stat)
{
    uint32_t type = stat->stx_mode & S_IFMT;

    return type == S_IFREG || type == S_IFDIR ? 0 : -ENXIO;
}

// Opens a file that may be a pipe or a device. What it is is asked at the same time: the server
// does not wait for a pipe's other end.
static int lopen_file(struct p9_call *call, uint32_t fid, uint32_t flags)
{
    struct p9_call *spare = p9_spare_take(), *asking = spare ? spare : call;
    struct statx stat;
    int rc;

    p9_attributes_request(asking, fid);
    if (spare) {
        lopen_request(call, fid, flags);
        rc = p9_exchange_two(call, spare, p9_device_of(fid));
    } else {
        rc = p9_exchange(call, p9_device_of(fid));
    }
    if (!rc)
        rc = p9_attributes_answer(asking, fid, &stat);
    if (!rc)
        rc = kind_check(&stat);
    if (spare)
        p9_call_give(spare);
    else if (!rc)
        return lopen(call, fid, flags);
    if (!rc)
        opened(fid, flags);
    return rc;
}

// Makes a walked fid what open(2) promises.
static long open_walked(struct p9_call *call, uint32_t fid, uint32_t flags)
{
    uint8_t type = p9_files[fid].qid.type;

    if ((flags & O_DIRECTORY) && !(type & P9_QID_DIR))
        return -ENOTDIR;
    if (flags & O_PATH)
        return 0;
    if (type & P9_QID_SYMLINK)
        return -ELOOP; // O_NOFOLLOW
    if ((type & P9_QID_DIR) && ((flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC))))
        return -EISDIR;
    return type & P9_QID_DIR ? lopen(call, fid, flags) : lopen_file(call, fid, flags);
}

// The fid of a finished walk becomes the opening's own.
static long walk_keep(struct p9_walk *walk)
{
    struct p9_qid qid;

    if (!walk->own)
        return p9_step(walk->call, walk->fid, NULL, &qid);
    walk->own = false;
    return walk->fid;
}

static long open_existing(struct p9_walk *walk, uint32_t flags)
{
    int rc = p9_walk(walk, !(flags & O_NOFOLLOW), NULL);
    long fid, result;

    if (rc)
        return rc;
    fid = walk_keep(walk);
    p9_walk_end(walk);
    if (fid < 0)
        return fid;
    result = open_walked(walk->call, (uint32_t)fid, flags);
    if (!result)
        return fid;
    p9_clunk(walk->call, (uint32_t)fid);
    return result;
}

// Creates `name` in the walk's directory. Always with O_EXCL: of a file that has come to be there
// meanwhile the server would change the mode.
static long create(struct p9_walk *walk, const char *name, uint32_t flags, uint32_t mode)
{
    struct p9_call *call = walk->call;
    bool own = walk->own;
    long fid = walk_keep(walk);
    struct p9_file *file;
    int rc;

    if (fid < 0)
        return fid;
    file = &p9_files[fid];
    p9_request(call, P9_TLCREATE, (uint32_t)fid);
    p9_put_text(&call->out, name, strlen(name));
    p9_put32(&call->out, (flags & FLAGS) | O_CREAT | O_EXCL | O_LARGEFILE);
    p9_put32(&call->out, mode);
    p9_put32(&call->out, P9_NONE);
    rc = p9_exchange(call, p9_device_of((uint32_t)fid));
    if (rc) { // the fid is still the directory's
        walk->own = own;
        if (!own)
            p9_clunk(call, (uint32_t)fid);
        return rc;
    }
    file->qid = p9_get_qid(&call->in);
    opened((uint32_t)fid, flags);
    return fid;
}

// What to do with the name at the end of a path that may be created. 0: a link, which was followed.
static long create_or_open(struct p9_walk *walk, const char *name, uint32_t flags, uint32_t mode)
{
    struct p9_qid qid;
    long fid, rc;

    if (!name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || walk->slashed)
        return -EISDIR;
    // Each round somebody else has made or removed the file since the last.
    for (uint32_t round = 0;; round++) {
        fid = flags & O_EXCL ? -ENOENT : p9_step(walk->call, walk->fid, name, &qid);
        if (fid != -ENOENT)
            break;
        fid = create(walk, name, flags, mode);
        if (fid != -EEXIST || (flags & O_EXCL) || round == CREATE_ROUNDS)
            return fid;
    }
    if (fid < 0)
        return fid;
    if ((qid.type & P9_QID_SYMLINK) && !(flags & O_NOFOLLOW)) {
        walk->rest = walk->call->text + strlen(walk->call->text); // all of the path is used up
        rc = p9_walk_link(walk, (uint32_t)fid);
    } else {
        rc = open_walked(walk->call, (uint32_t)fid, flags);
        if (!rc)
            return fid;
    }
    p9_clunk(walk->call, (uint32_t)fid);
    return rc;
}

static long open_or_create(struct p9_walk *walk, uint32_t flags, uint32_t mode)
{
    long result = 0;

    while (result == 0) { // each round follows one of a limited number of links
        const char *name;

        result = p9_walk(walk, false, &name);
        if (!result)
            result = create_or_open(walk, name, flags, mode);
    }
    p9_walk_end(walk);
    return result;
}

long p9_op_open(uint32_t dir, const char *path, uint32_t flags, uint32_t mode)
{
    struct p9_call *call = p9_call_take();
    struct p9_walk walk;
    long result = p9_walk_start(&walk, call, dir, path);

    if (!result)
        result = (flags & O_CREAT) && !(flags & O_PATH) ? open_or_create(&walk, flags, mode)
                                                        : open_existing(&walk, flags);
    p9_call_give(call);
    return result;
}

long p9_op_close(uint32_t handle)
{
    struct p9_call *call = p9_call_take();

    p9_locks_drop(handle);
    if (p9_files[handle].twin)
        p9_clunk(call, p9_files[handle].twin);
    p9_clunk(call, handle);
    p9_call_give(call);
    return 0;
}

long p9_open_again(struct p9_call *call, uint32_t from, uint32_t flags)
{
    struct p9_qid qid;
    long fid = p9_step(call, from, NULL, &qid), rc;

    if (fid < 0)
        return fid;
    rc = lopen(call, (uint32_t)fid, flags);
    if (!rc)
        return fid;
    p9_clunk(call, (uint32_t)fid);
    return rc;
}
