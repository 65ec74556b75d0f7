// SPDX-License-Identifier: BSD-2-Clause
// serve.h: between serve.c and serve_names.c: a request while it is being served.
#pragma once
#include "files.h"
#include <errno.h>

struct job_call { // a request with all it needs, copied
    struct file_server *server;
    const struct file_request *request;
    char *window;
    struct handle *handle;        // NULL: not open
    char path[FILE_PATH_BYTES];   // "" if the request has none
    char second[FILE_PATH_BYTES]; // the same
    struct file_attributes attributes;
    uint64_t value;
};

static inline int64_t error_or(int64_t result)
{
    return result < 0 ? -errno : result;
}

// Calls on names and on what a file is, by FILE_OP_*.
int64_t serve_stat(struct job_call *call);
int64_t serve_access(struct job_call *call);
int64_t serve_statfs(struct job_call *call);
int64_t serve_where(struct job_call *call);
int64_t serve_readlink(struct job_call *call);
int64_t serve_set(struct job_call *call);
int64_t serve_mkdir(struct job_call *call);
int64_t serve_mknod(struct job_call *call);
int64_t serve_unlink(struct job_call *call);
int64_t serve_symlink(struct job_call *call);
int64_t serve_rename(struct job_call *call);
int64_t serve_link(struct job_call *call);
