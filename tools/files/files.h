// SPDX-License-Identifier: BSD-2-Clause
// files.h: the launcher's side of abi/file.h: makes calls on files for a kernel that has no host.
//
// Nothing the kernel sends is trusted: a program can write to the memory all of it comes from. Each
// request is copied before it is looked at, numbers are checked against what was copied, paths lead
// nowhere but into the mounts (path.c), and only files and directories are opened. The data of a
// request is the one thing used in place: whoever changes it meanwhile changes only data.
//
//     mount.c        the directories that are offered, and where
//     handle.c       what the kernel has open
//     path.c         from a path of the guest to a file of the host
//     serve.c        one request; a function of its bytes and of the host's files
//     serve_names.c  the part of it that is about names
//     server.c       the queues, and the threads that serve them
#pragma once
#include "abi/file.h"
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FILES_MOUNTS_MAX 64

struct mount {
    char *host;  // absolute, without symbolic links
    char *guest; // absolute, without ".", ".." and repeated slashes
    bool read_only;
    int fd; // O_PATH
};

struct mounts {
    struct mount mount[FILES_MOUNTS_MAX];
    uint32_t count;
};

#define MOUNTS_ERROR_BYTES 512

// Adds the directory `host` at `guest`. False: says why in `error`.
bool mounts_add(struct mounts *mounts, const char *host, const char *guest, bool read_only,
                char error[static MOUNTS_ERROR_BYTES]);
// Does a path of the guest lie in a mount? *rest: what comes behind the mount's own path, "." if nothing.
const struct mount *mounts_find(const struct mounts *mounts, const char *path, const char **rest);
// Does a mount lie below this path of the guest?
bool mounts_below(const struct mounts *mounts, const char *path);

struct handle {
    int fd;
    const struct mount *mount;
    uint32_t uses; // requests that work with it now
    bool open;     // not yet closed by the kernel
};

struct file_server {
    const struct mounts *mounts;
    pthread_mutex_t lock; // of all below
    struct handle *handle;
    uint32_t handle_count; // places; the first are the mounts' roots
    uint32_t handle_hint;  // no place below is free
};

struct file_answer {
    int64_t result;
    uint64_t value;
};

// `handles`: how many the kernel may have open.
void file_server_open(struct file_server *server, const struct mounts *mounts, uint32_t handles);
void file_server_close(struct file_server *server);

// Serves one request, copied from the block whose window this is. Any number of threads at once.
struct file_answer file_serve(struct file_server *server, const struct file_request *request,
                              char window[static FILE_WINDOW_BYTES]);

// --- the threads ---

struct files_region { // where the queues of a job lie
    struct job_files *files;
    char *rings;
    struct file_block *blocks;
    uint64_t blocks_offset; // of `blocks` in the job
    uint32_t queues;
};

// Serves the queues until the process ends. `kick_fd` becomes readable when the kernel rings, and is
// ours from now on. 0 or an errno.
int file_server_start(struct file_server *server, const struct files_region *region, int kick_fd,
                      bool spin);

// --- between these files; negative errno on failure ---

int handle_add(struct file_server *server, int fd, const struct mount *mount);
struct handle *handle_use(struct file_server *server, uint32_t number); // NULL: not open
void handle_done(struct file_server *server, struct handle *handle);
int handle_remove(struct file_server *server, uint32_t number);

// The path of the guest where an open directory lies; `to` holds PATH_MAX bytes.
int handle_where(const struct handle *handle, char *to);

// Opens a path relative to a handle, links followed unless O_NOFOLLOW (or O_CREAT | O_EXCL) is set.
// Returns a descriptor, *mount: where it lies.
int path_open(struct file_server *server, const struct handle *dir, const char *path,
              uint32_t flags, uint32_t mode, const struct mount **mount);

// Opens the directory that holds a path's last name, with O_PATH, and finds the name, which holds no
// slash. -EBUSY if it is none ("..", ".", the root). *slash: slashes stood behind it.
struct path_last {
    int fd;
    const struct mount *mount;
    char name[256];
    bool slash, dot;
};
int path_parent(struct file_server *server, const struct handle *dir, const char *path,
                struct path_last *last);
