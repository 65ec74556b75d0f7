// SPDX-License-Identifier: BSD-2-Clause
// walk.c: see walk.h. The server walks names and follows no links; it says of each name what it is.
// So up to 16 names are tried at once. If one of them cannot be passed (it is a link, a file, or
// not there), the walk goes on to the name before it and from there tries that one alone, which
// tells its error or its target. A ".." is walked alone, too: at the root of a mount it leads into
// the mount above.
#include "kernel/file/p9/walk.h"
#include "kernel/file/file.h"
#include "lib/lib.h"
#include <linux/errno.h>

#define LINKS_MAX 40u // as Linux

struct batch { // names to be walked at once
    uint32_t count;
    const char *name[P9_WALK_MAX];
    uint32_t bytes[P9_WALK_MAX];
    char *behind[P9_WALK_MAX]; // what is left of the path then
    struct p9_qid qid[P9_WALK_MAX];
    uint32_t reached; // names the server has passed: qid[]
    long fid;         // the new one, if all were
};

int p9_walk_start(struct p9_walk *walk, struct p9_call *call, uint32_t dir, const char *path)
{
    size_t bytes = strnlen(path, PATH_MAX);

    if (!bytes)
        return -ENOENT;
    if (bytes == PATH_MAX)
        return -ENAMETOOLONG;
    *walk = (struct p9_walk){.call = call, .fid = dir, .qid = p9_files[dir].qid, .rest = call->text};
    memcpy(call->text, path, bytes + 1);
    return 0;
}

void p9_walk_end(struct p9_walk *walk)
{
    if (walk->own)
        p9_clunk(walk->call, walk->fid);
    walk->own = false;
}

static void go_to(struct p9_walk *walk, uint32_t fid, bool own, struct p9_qid qid)
{
    p9_walk_end(walk);
    walk->fid = fid;
    walk->own = own;
    walk->qid = qid;
}

// The path starts anew from `text`, which is absolute and lies in call->text.
static int start_anew(struct p9_walk *walk, const char *text)
{
    const char *rest;
    const struct file_mount *mount = file_mount_find(text, &rest);

    if (!mount)
        return -ENOENT;
    go_to(walk, mount->root, false, p9_files[mount->root].qid);
    walk->rest = walk->call->text + (rest - walk->call->text);
    return 0;
}

// Puts `head` and a slash before what is left of the path.
static int splice(struct p9_walk *walk, const char *head, size_t bytes)
{
    size_t left = strlen(walk->rest);

    if (bytes + left + 2 > 2 * PATH_MAX)
        return -ENAMETOOLONG;
    memmove(walk->call->text + bytes + 1, walk->rest, left + 1);
    memcpy(walk->call->text, head, bytes);
    walk->call->text[bytes] = left ? '/' : '\0'; // a slash at the end would ask for a directory
    walk->rest = walk->call->text;
    return 0;
}

int p9_walk_link(struct p9_walk *walk, uint32_t fid)
{
    struct p9_call *call = walk->call;
    const char *target;
    uint16_t bytes;
    int rc;

    if (++walk->links > LINKS_MAX)
        return -ELOOP;
    p9_request(call, P9_TREADLINK, fid);
    rc = p9_exchange(call, p9_device_of(fid));
    if (rc)
        return rc;
    target = p9_get_text(&call->in, &bytes);
    if (call->in.bad)
        return -EIO;
    if (!bytes)
        return -ENOENT;
    rc = splice(walk, target, bytes);
    return rc || call->text[0] != '/' ? rc : start_anew(walk, call->text);
}

static bool is_root(const struct p9_walk *walk)
{
    const struct p9_qid *root = &p9_files[p9_device_of(walk->fid)->root].qid;

    return root->path == walk->qid.path;
}

// ".." at the root of a mount.
static int climb(struct p9_walk *walk)
{
    const char *place = p9_device_of(walk->fid)->path;
    size_t bytes = strlen(place);
    int rc;

    if (bytes == 1)
        return 0; // "/"
    while (place[bytes - 1] != '/')
        bytes--;
    rc = splice(walk, place, bytes);
    return rc ? rc : start_anew(walk, walk->call->text);
}

static bool is_dots(const char *name, size_t bytes)
{
    return bytes == 2 && name[0] == '.' && name[1] == '.';
}

// The next name of the path, "." and slashes skipped. NULL: none.
static const char *name_next(char **rest, size_t *bytes)
{
    for (;;) { // each round takes a byte
        char *name = *rest;

        if (*name == '\0')
            return NULL;
        for (*bytes = 0; name[*bytes] != '\0' && name[*bytes] != '/';)
            ++*bytes;
        *rest = name + *bytes;
        if (*bytes > 1 || (*bytes == 1 && name[0] != '.'))
            return name;
        if (*bytes == 0)
            ++*rest;
    }
}

static bool only_slashes(const char *text)
{
    while (*text == '/')
        text++;
    return *text == '\0';
}

// Collects names. `parent`: but the last, at which rest is left.
static int batch_collect(struct p9_walk *walk, bool parent, struct batch *batch)
{
    char *rest = walk->rest;

    batch->count = 0;
    while (batch->count < P9_WALK_MAX) {
        size_t bytes;
        const char *name = name_next(&rest, &bytes);

        if (!name || (parent && only_slashes(rest)) || (batch->count && is_dots(name, bytes)))
            return 0;
        if (bytes > P9_NAME_MAX)
            return -ENAMETOOLONG;
        batch->name[batch->count] = name;
        batch->bytes[batch->count] = (uint32_t)bytes;
        batch->behind[batch->count++] = rest;
        if (is_dots(name, bytes))
            return 0;
    }
    return 0;
}

// Asks for `count` names of the batch, 0: for another fid of the same.
static int batch_ask(struct p9_call *call, uint32_t from, struct batch *batch, uint32_t count)
{
    struct p9_device *device = p9_device_of(from);
    int rc;

    batch->fid = p9_fid_take(device);
    if (batch->fid < 0)
        return (int)batch->fid;
    p9_request(call, P9_TWALK, from);
    p9_put32(&call->out, (uint32_t)batch->fid);
    p9_put16(&call->out, (uint16_t)count);
    for (uint32_t i = 0; i < count; i++)
        p9_put_text(&call->out, batch->name[i], batch->bytes[i]);
    rc = p9_exchange(call, device);
    batch->reached = rc ? 0 : p9_get16(&call->in);
    if (!rc && batch->reached > count)
        rc = -EIO;
    for (uint32_t i = 0; !rc && i < batch->reached; i++)
        batch->qid[i] = p9_get_qid(&call->in);
    if (!rc && call->in.bad)
        rc = -EIO;
    if (!rc && batch->reached < count && batch->reached == 0)
        rc = -ENOENT;                 // the standard wants an error here
    if (rc || batch->reached < count) // there is no new fid then
        p9_fid_give((uint32_t)batch->fid);
    else
        p9_files[batch->fid].qid = count ? batch->qid[count - 1] : p9_files[from].qid;
    return rc;
}

long p9_step(struct p9_call *call, uint32_t from, const char *name, struct p9_qid *qid)
{
    struct batch batch = {.count = name != NULL};
    int rc;

    if (name) {
        batch.name[0] = name;
        batch.bytes[0] = (uint32_t)strlen(name);
        if (batch.bytes[0] > P9_NAME_MAX)
            return -ENAMETOOLONG;
    }
    rc = batch_ask(call, from, &batch, batch.count);
    if (rc)
        return rc;
    *qid = p9_files[batch.fid].qid;
    return batch.fid;
}

// How many of the names the server has passed can be passed: a link, or a file with something
// behind it, stops the walk before it.
static uint32_t passable(const struct batch *batch, bool follow)
{
    for (uint32_t i = 0; i < batch->reached; i++) {
        bool end = *batch->behind[i] == '\0';

        if (batch->qid[i].type & P9_QID_SYMLINK ? !end || follow
                                                : !end && !(batch->qid[i].type & P9_QID_DIR))
            return i;
    }
    return batch->reached;
}

// The first name is one that cannot be passed: its fid is batch->fid.
static int stopped(struct p9_walk *walk, struct batch *batch)
{
    int rc = -ENOTDIR;

    if (batch->qid[0].type & P9_QID_SYMLINK) {
        walk->rest = batch->behind[0];
        rc = p9_walk_link(walk, (uint32_t)batch->fid);
    }
    p9_clunk(walk->call, (uint32_t)batch->fid);
    return rc;
}

static int batch_walk(struct p9_walk *walk, bool follow, struct batch *batch)
{
    uint32_t count = batch->count;

    for (;;) { // each round asks for fewer names
        int rc = batch_ask(walk->call, walk->fid, batch, count);
        uint32_t good;

        if (rc)
            return rc;
        good = passable(batch, follow);
        if (good == count) {
            walk->rest = batch->behind[count - 1];
            go_to(walk, (uint32_t)batch->fid, true, batch->qid[count - 1]);
            return 0;
        }
        if (count == 1)
            return stopped(walk, batch);
        if (batch->reached == count)
            p9_clunk(walk->call, (uint32_t)batch->fid);
        count = good ? good : 1;
    }
}

static int walk_on(struct p9_walk *walk, bool follow, bool parent)
{
    for (;;) { // each round takes a name, or one of LINKS_MAX links
        struct batch batch;
        int rc = batch_collect(walk, parent, &batch);

        if (rc || !batch.count)
            return rc;
        if (!(walk->qid.type & P9_QID_DIR))
            return -ENOTDIR;
        if (is_dots(batch.name[0], batch.bytes[0]) && is_root(walk)) {
            walk->rest = batch.behind[0];
            rc = climb(walk);
        } else {
            rc = batch_walk(walk, follow, &batch);
        }
        if (rc)
            return rc;
    }
}

// The last name, with the path cut behind it. "." counts as one here.
static const char *last_take(struct p9_walk *walk)
{
    char *name = walk->rest, *end;

    while (*name == '/')
        name++;
    walk->slashed = false;
    for (end = name + strlen(name); end > name && end[-1] == '/'; end--) {
        end[-1] = '\0';
        walk->slashed = true;
    }
    // What is before it are dots and slashes, which lead nowhere.
    for (char *at = name; *at; at++)
        if (*at == '/')
            name = at + 1;
    return *name ? name : NULL;
}

int p9_walk(struct p9_walk *walk, bool follow, const char **last)
{
    int rc = walk_on(walk, follow, last != NULL);

    if (!rc && last) {
        *last = last_take(walk);
        if (!(walk->qid.type & P9_QID_DIR))
            rc = -ENOTDIR;
        else if (*last && strlen(*last) > P9_NAME_MAX)
            rc = -ENAMETOOLONG;
    }
    if (rc)
        p9_walk_end(walk);
    return rc;
}

int p9_walk_to(struct p9_walk *walk, struct p9_call *call, uint32_t dir, const char *path,
               uint32_t at_flags)
{
    int rc;

    if (*path == '\0' && (at_flags & AT_EMPTY_PATH)) {
        *walk = (struct p9_walk){.call = call, .fid = dir, .qid = p9_files[dir].qid};
        return 0;
    }
    rc = p9_walk_start(walk, call, dir, path);
    return rc ? rc : p9_walk(walk, !(at_flags & AT_SYMLINK_NOFOLLOW), NULL);
}
