// SPDX-License-Identifier: BSD-2-Clause
// serve_names.c: requests about names and about what a file is.
//
// What changes a name opens the directory that holds it and works on the last name only, which Linux
// then does not follow. What asks about a file opens it with O_PATH first and asks the descriptor.
#include "serve.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STAT_FLAGS 0x6000u // AT_STATX_*
#define RENAME_KNOWN 3u    // RENAME_NOREPLACE, RENAME_EXCHANGE

// Of FILE_OP_SET; kernel/file/file.h has the same.
enum {
    SET_MODE = 1,
    SET_UID = 2,
    SET_GID = 4,
    SET_SIZE = 8,
    SET_ATIME = 16,
    SET_MTIME = 32,
    SET_ATIME_NOW = 64,
    SET_MTIME_NOW = 128,
};

// What the request is about, for calls that ask: with O_PATH, or the handle's own descriptor.
// `owned`: close it afterwards.
struct object {
    int fd;
    const struct mount *mount;
    bool owned;
};

static int64_t object_find(struct job_call *call, struct object *object)
{
    uint32_t flags = call->request->flags & AT_SYMLINK_NOFOLLOW ? O_PATH | O_NOFOLLOW : O_PATH;

    *object = (struct object){.fd = call->handle->fd, .mount = call->handle->mount};
    if (call->path[0] == '\0')
        return call->request->flags & AT_EMPTY_PATH ? 0 : -ENOENT;
    object->fd = path_open(call->server, call->handle, call->path, flags, 0, &object->mount);
    object->owned = object->fd >= 0;
    return object->fd < 0 ? object->fd : 0;
}

static int64_t object_done(const struct object *object, int64_t result)
{
    if (object->owned)
        close(object->fd);
    return result;
}

// --- what a file is ---

int64_t serve_stat(struct job_call *call)
{
    struct object object;
    struct statx stat;
    int64_t result = object_find(call, &object);

    if (result < 0)
        return result;
    memset(&stat, 0, sizeof stat);
    result = error_or(statx(object.fd, "", (int)(AT_EMPTY_PATH | (call->request->flags & STAT_FLAGS)),
                            STATX_BASIC_STATS | STATX_BTIME, &stat));
    memcpy(call->window, &stat, sizeof stat);
    return object_done(&object, result);
}

int64_t serve_access(struct job_call *call)
{
    struct object object;
    int64_t result = object_find(call, &object);

    if (result < 0)
        return result;
    if ((call->request->mode & W_OK) && object.mount->read_only)
        result = -EROFS;
    else
        result = error_or(syscall(SYS_faccessat2, object.fd, "", call->request->mode,
                                  AT_EMPTY_PATH | (call->request->flags & AT_EACCESS)));
    return object_done(&object, result);
}

int64_t serve_statfs(struct job_call *call)
{
    struct statfs statfs;
    int64_t result = error_or(fstatfs(call->handle->fd, &statfs));

    if (result == 0)
        memcpy(call->window, &statfs, sizeof statfs);
    return result;
}

int64_t serve_where(struct job_call *call)
{
    char path[PATH_MAX];
    int bytes = handle_where(call->handle, path);

    if (bytes > 0)
        memcpy(call->window, path, (size_t)bytes);
    return bytes;
}

int64_t serve_readlink(struct job_call *call)
{
    char target[PATH_MAX];
    struct path_last last;
    int64_t bytes;
    size_t room = call->request->bytes < sizeof target ? (size_t)call->request->bytes : sizeof target;

    if (room == 0)
        return -EINVAL;
    if (call->path[0] == '\0') {
        bytes = error_or(readlinkat(call->handle->fd, "", target, room));
    } else {
        bytes = path_parent(call->server, call->handle, call->path, &last);
        if (bytes == -EBUSY)
            return -EINVAL; // a directory
        if (bytes < 0)
            return bytes;
        bytes = last.slash ? -EINVAL : error_or(readlinkat(last.fd, last.name, target, room));
        close(last.fd);
    }
    if (bytes > 0)
        memcpy(call->window, target, (size_t)bytes);
    return bytes;
}

// --- attributes ---

static int64_t set_size(struct job_call *call)
{
    const struct mount *mount;
    int64_t result;
    int fd;

    if (call->path[0] == '\0')
        return error_or(ftruncate(call->handle->fd, (off_t)call->attributes.size));
    fd = path_open(call->server, call->handle, call->path, O_WRONLY, 0, &mount);
    if (fd < 0)
        return fd;
    result = error_or(ftruncate(fd, (off_t)call->attributes.size));
    close(fd);
    return result;
}

// chmod(2) does not take a descriptor opened with O_PATH, but its name in /proc leads to the very file.
static int64_t set_mode(const struct object *object, uint32_t mode)
{
    char name[32];

    snprintf(name, sizeof name, "/proc/self/fd/%d", object->fd);
    return error_or(chmod(name, mode & 07777));
}

static int64_t set_owner(const struct object *object, uint32_t what,
                         const struct file_attributes *attributes)
{
    return error_or(fchownat(object->fd, "", what & SET_UID ? attributes->uid : (uid_t)-1,
                             what & SET_GID ? attributes->gid : (gid_t)-1, AT_EMPTY_PATH));
}

static struct timespec time_make(bool now, bool set, int64_t s, uint32_t ns)
{
    if (now)
        return (struct timespec){.tv_nsec = UTIME_NOW};
    return (struct timespec){.tv_sec = s, .tv_nsec = set ? (long)ns : UTIME_OMIT};
}

static int64_t set_times(const struct object *object, uint32_t what,
                         const struct file_attributes *attributes)
{
    struct timespec times[2] = {
        time_make(what & SET_ATIME_NOW, what & SET_ATIME, attributes->atime_s, attributes->atime_ns),
        time_make(what & SET_MTIME_NOW, what & SET_MTIME, attributes->mtime_s, attributes->mtime_ns)};

    return error_or(utimensat(object->fd, "", times, AT_EMPTY_PATH));
}

int64_t serve_set(struct job_call *call)
{
    uint32_t what = call->request->mode;
    struct object object;
    int64_t result = object_find(call, &object);

    if (result < 0)
        return result;
    if (object.mount->read_only)
        result = -EROFS;
    if (result == 0 && (what & SET_SIZE))
        result = set_size(call);
    if (result == 0 && (what & (SET_UID | SET_GID)))
        result = set_owner(&object, what, &call->attributes);
    if (result == 0 && (what & SET_MODE))
        result = set_mode(&object, call->attributes.mode);
    if (result == 0 && (what & (SET_ATIME | SET_MTIME | SET_ATIME_NOW | SET_MTIME_NOW)))
        result = set_times(&object, what, &call->attributes);
    return object_done(&object, result);
}

// --- names ---

// The directory and name of something to be made or removed.
static int64_t last_find(struct job_call *call, struct path_last *last, int no_name)
{
    int rc = path_parent(call->server, call->handle, call->path, last);

    if (rc == -EBUSY)
        return no_name;
    if (rc == 0 && last->mount->read_only) {
        struct stat st;
        bool there = fstatat(last->fd, last->name, &st, AT_SYMLINK_NOFOLLOW) == 0;

        close(last->fd);
        return no_name == -EEXIST && there ? -EEXIST : -EROFS;
    }
    return rc;
}

static int64_t last_done(const struct path_last *last, int64_t result)
{
    close(last->fd);
    return result;
}

int64_t serve_mkdir(struct job_call *call)
{
    struct path_last last;
    int64_t rc = last_find(call, &last, -EEXIST);

    if (rc < 0)
        return rc;
    return last_done(&last, error_or(mkdirat(last.fd, last.name, call->request->mode & 07777)));
}

// Files and FIFOs; devices are not the guest's to make.
int64_t serve_mknod(struct job_call *call)
{
    uint32_t type = call->request->mode & S_IFMT;
    struct path_last last;
    int64_t rc;

    if (type != 0 && type != S_IFREG && type != S_IFIFO)
        return -EPERM;
    rc = last_find(call, &last, -EEXIST);
    if (rc < 0)
        return rc;
    if (last.slash)
        return last_done(&last, -ENOENT);
    return last_done(
        &last, error_or(mknodat(last.fd, last.name, call->request->mode & (S_IFMT | 07777), 0)));
}

static bool is_directory(const struct path_last *last)
{
    struct stat st;

    return fstatat(last->fd, last->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

int64_t serve_unlink(struct job_call *call)
{
    int flags = (int)(call->request->flags & AT_REMOVEDIR);
    struct path_last last;
    int64_t rc = last_find(call, &last, flags ? -EBUSY : -EISDIR);

    if (rc < 0)
        return rc == -EBUSY && last.dot ? -EINVAL : rc;
    if (last.slash && !flags)
        return last_done(&last, is_directory(&last) ? -EISDIR : -ENOTDIR);
    return last_done(&last, error_or(unlinkat(last.fd, last.name, flags)));
}

int64_t serve_symlink(struct job_call *call)
{
    struct path_last last;
    int64_t rc;

    if (call->second[0] == '\0')
        return -ENOENT;
    rc = last_find(call, &last, -EEXIST);
    if (rc < 0)
        return rc;
    if (last.slash)
        return last_done(&last, -ENOENT);
    return last_done(&last, error_or(symlinkat(call->second, last.fd, last.name)));
}

// Both ends of a link or a rename. `other` stays in use until pair_done.
struct pair {
    struct path_last from, to;
    struct handle *other;
};

static int64_t pair_find(struct job_call *call, struct pair *pair, int no_name)
{
    int rc;

    pair->other = handle_use(call->server, call->request->other);
    if (pair->other == NULL)
        return -EBADF;
    rc = path_parent(call->server, call->handle, call->path, &pair->from);
    if (rc == 0) {
        rc = path_parent(call->server, pair->other, call->second, &pair->to);
        if (rc == 0 && pair->from.mount != pair->to.mount)
            rc = -EXDEV;
        else if (rc == 0 && pair->to.mount->read_only)
            rc = -EROFS;
        if (rc < 0 && pair->to.fd >= 0)
            close(pair->to.fd);
        if (rc < 0)
            close(pair->from.fd);
    }
    if (rc < 0)
        handle_done(call->server, pair->other);
    return rc == -EBUSY ? no_name : rc;
}

static int64_t pair_done(struct job_call *call, const struct pair *pair, int64_t result)
{
    close(pair->from.fd);
    close(pair->to.fd);
    handle_done(call->server, pair->other);
    return result;
}

int64_t serve_rename(struct job_call *call)
{
    struct pair pair = {.from.fd = -1, .to.fd = -1};
    int64_t rc = pair_find(call, &pair, -EBUSY);

    if (rc < 0)
        return rc;
    if (call->request->flags & ~RENAME_KNOWN)
        return pair_done(call, &pair, -EINVAL);
    if ((pair.from.slash || pair.to.slash) && !is_directory(&pair.from))
        return pair_done(call, &pair, -ENOTDIR);
    return pair_done(call, &pair,
                     error_or(renameat2(pair.from.fd, pair.from.name, pair.to.fd, pair.to.name,
                                        call->request->flags)));
}

// A second name for what another name leads to. Followed links end in an O_PATH descriptor, which /proc
// names; a handle itself (AT_EMPTY_PATH, O_TMPFILE) the same way.
static int64_t serve_link_object(struct job_call *call, struct handle *other)
{
    struct path_last to = {.fd = -1};
    struct object object;
    char name[32];
    int64_t rc = object_find(call, &object);

    if (rc < 0)
        return rc;
    rc = path_parent(call->server, other, call->second, &to);
    if (rc < 0)
        return object_done(&object, rc == -EBUSY ? -EEXIST : rc);
    if (object.mount != to.mount)
        rc = -EXDEV;
    else if (to.mount->read_only)
        rc = -EROFS;
    snprintf(name, sizeof name, "/proc/self/fd/%d", object.fd);
    if (rc == 0)
        rc = error_or(linkat(AT_FDCWD, name, to.fd, to.name, AT_SYMLINK_FOLLOW));
    close(to.fd);
    return object_done(&object, rc);
}

int64_t serve_link(struct job_call *call)
{
    struct pair pair = {.from.fd = -1, .to.fd = -1};
    int64_t rc;

    if ((call->request->flags & AT_SYMLINK_FOLLOW) || call->path[0] == '\0') {
        struct handle *other = handle_use(call->server, call->request->other);

        if (other == NULL)
            return -EBADF;
        rc = serve_link_object(call, other);
        handle_done(call->server, other);
        return rc;
    }
    rc = pair_find(call, &pair, -EEXIST);
    if (rc < 0)
        return rc;
    if (pair.to.slash)
        return pair_done(call, &pair, -ENOENT);
    return pair_done(call, &pair,
                     error_or(linkat(pair.from.fd, pair.from.name, pair.to.fd, pair.to.name, 0)));
}
