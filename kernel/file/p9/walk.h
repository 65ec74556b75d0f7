// SPDX-License-Identifier: BSD-2-Clause
// walk.h: from a path to a fid. Private to p9.
#pragma once
#include "kernel/file/p9/client.h"

struct p9_walk {
    struct p9_call *call;
    uint32_t fid; // where it is: the caller's, a root's, or, if `own`, to be clunked
    bool own;
    struct p9_qid qid;
    char *rest; // in call->text: what is left of the path
    uint32_t links;
    bool slashed; // a slash came behind the last name: a directory is meant
};

// Starts at an open directory or place `dir`. 0 or -ENAMETOOLONG.
int p9_walk_start(struct p9_walk *walk, struct p9_call *call, uint32_t dir, const char *path);

// To the end of the path, or, if `last`, to the directory of its last name: *last is then that name
// in call->text, terminated, perhaps "." or ".." or, if the path has none, NULL. If `follow`, the
// link at the end is followed as well. On errors nothing is left to clunk.
int p9_walk(struct p9_walk *walk, bool follow, const char **last);

// The path now goes on with the target of symbolic link `fid`, found in walk->fid, and then
// walk->rest.
int p9_walk_link(struct p9_walk *walk, uint32_t fid);

// To the end of a path as the *at calls take one: AT_SYMLINK_NOFOLLOW; with AT_EMPTY_PATH an empty
// one is `dir` itself. 0: walk->fid, and p9_walk_end to follow.
int p9_walk_to(struct p9_walk *walk, struct p9_call *call, uint32_t dir, const char *path,
               uint32_t at_flags);

void p9_walk_end(struct p9_walk *walk);

// Walks one name from `from`, or none: a second fid for the same. The new fid, or an error.
long p9_step(struct p9_call *call, uint32_t from, const char *name, struct p9_qid *qid);
