// SPDX-License-Identifier: BSD-2-Clause
// where.c: the path of an open directory. The protocol does not tell it, and a path kept from the
// opening may have changed; so it is found as getcwd(3) once was: the directory's name is the one
// in its parent that leads to the same file, and so on up to the root of the mount.
#include "kernel/file/p9/ops.h"
#include "lib/lib.h"
#include <linux/errno.h>

#define DT_DIRECTORY 4 // DT_DIR
#define DOTS ".."

struct search { // for a directory's name in its parent
    struct p9_call *call;
    uint32_t parent;  // fid, not opened
    uint32_t listing; // fid of the same, opened
    uint64_t wanted;  // qid.path
    bool walk;        // tell by walking to each directory, not by what the listing says
    char name[P9_NAME_MAX + 1];
};

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, DOTS) == 0;
}

// 1: search->name is it.
static int entry_check(struct search *search, const struct p9_entry *entry)
{
    struct p9_qid qid;
    long fid;

    memcpy(search->name, entry->name, entry->name_bytes);
    search->name[entry->name_bytes] = '\0';
    if (entry->type != DT_DIRECTORY || is_dots(search->name))
        return 0;
    if (!search->walk)
        return entry->qid.path == search->wanted;
    fid = p9_step(search->call, search->parent, search->name, &qid);
    if (fid < 0)
        return 0; // removed meanwhile, or not for us
    p9_clunk(search->call, (uint32_t)fid);
    return qid.path == search->wanted;
}

// Looks at the entries behind *offset, of which one listing takes some. 1: found; 0: none of these,
// and *offset has moved, unless it was the end.
static int part_check(struct search *search, uint64_t *offset)
{
    struct p9_in in;
    struct p9_entry entry;
    int rc = p9_list(search->call, search->listing, *offset, &in);

    if (rc)
        return rc;
    while (p9_get_entry(&in, &entry)) { // each takes bytes
        uint64_t behind = entry.offset;

        rc = entry_check(search, &entry);
        if (rc)
            return rc;
        *offset = behind;
        if (search->walk)
            return 0; // the answer to the walk lies where the listing was
    }
    return in.bad ? -EIO : 0;
}

static int listing_check(struct search *search)
{
    uint64_t offset = 0, last;
    int rc;

    do { // ends with the directory
        last = offset;
        rc = part_check(search, &offset);
    } while (rc == 0 && offset != last);
    return rc;
}

// 0: search->name. What is mounted in a directory of the server has another number in its listing
// than by itself, hence the second try.
static int name_find(struct search *search)
{
    long listing = p9_open_again(search->call, search->parent, O_RDONLY | O_DIRECTORY);
    int rc;

    if (listing < 0)
        return (int)listing;
    search->listing = (uint32_t)listing;
    search->walk = false;
    rc = listing_check(search);
    if (rc == 0) {
        search->walk = true;
        rc = listing_check(search);
    }
    p9_clunk(search->call, search->listing);
    return rc == 1 ? 0 : rc ? rc : -ENOENT;
}

// Puts `text` before what starts at to[*at].
static int prepend(char *to, size_t *at, const char *text)
{
    size_t bytes = strlen(text);

    if (bytes > *at)
        return -ERANGE;
    while (bytes > 0)
        to[--*at] = text[--bytes];
    return 0;
}

// From fid `from`, the caller's, up to the root.
static int climb(struct p9_call *call, uint32_t from, char *to, size_t *at)
{
    struct search search = {.call = call};
    uint32_t fid = from, root = p9_device_of(from)->root;
    int rc = 0;

    while (!rc && p9_files[fid].qid.path != p9_files[root].qid.path) { // each round takes bytes of `to`
        struct p9_qid qid;
        long parent = p9_step(call, fid, DOTS, &qid);

        search.wanted = p9_files[fid].qid.path;
        if (fid != from)
            p9_clunk(call, fid);
        if (parent < 0)
            return (int)parent;
        fid = search.parent = (uint32_t)parent;
        rc = name_find(&search);
        if (!rc)
            rc = prepend(to, at, search.name);
        if (!rc)
            rc = prepend(to, at, "/");
    }
    if (fid != from)
        p9_clunk(call, fid);
    return rc;
}

long p9_op_where(uint32_t dir, char *to, size_t bytes)
{
    const char *place = p9_device_of(dir)->path;
    struct p9_call *call;
    size_t at = bytes;
    int rc;

    if (!(p9_files[dir].qid.type & P9_QID_DIR))
        return -ENOTDIR;
    if (!bytes)
        return -ERANGE;
    to[--at] = '\0';
    call = p9_call_take();
    rc = climb(call, dir, to, &at);
    p9_call_give(call);
    if (!rc && (strcmp(place, "/") != 0 || to[at] == '\0'))
        rc = prepend(to, &at, place);
    if (rc)
        return rc;
    memmove(to, to + at, bytes - at);
    return (long)(bytes - at);
}
