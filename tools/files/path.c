// SPDX-License-Identifier: BSD-2-Clause
// path.c: from a path of the guest to a file of the host, and never anywhere else.
//
// Linux itself sees to it that a path stays below a directory: openat2(2) with RESOLVE_BENEATH. A path that
// stays below the directory it starts in, as nearly all do, is one such call. When it does not (".." or a
// link that leads up or is absolute: EXDEV), it is walked here name by name as the guest would see it:
// from the guest's root, through the mounts. The walk only finds out which names are links; what
// it arrives at is opened by its mount and a path without links, again with RESOLVE_BENEATH. So
// whoever exchanges directories and links meanwhile may get an error or another file of the mount,
// but nothing outside.
#include "files.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINKS_MAX 40  // as Linux
#define RACES_MAX 100 // EAGAIN of openat2: something was renamed meanwhile
#define OPEN_KNOWN \
    (O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_PATH | \
     O_SYNC | O_DSYNC | O_TMPFILE)
#define OPEN_PLACE (O_PATH | O_DIRECTORY | O_NOFOLLOW)
#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

static int open_beneath(int root, const char *path, uint32_t flags, uint32_t mode, uint64_t resolve)
{
    struct open_how how = {.flags = flags & OPEN_KNOWN};
    long fd;

    if (how.flags & O_PATH)
        how.flags &= OPEN_PLACE;
    else
        how.flags |= O_NONBLOCK | O_NOCTTY;
    if (how.flags & (O_CREAT | TMPFILE_BIT))
        how.mode = mode & 07777;
    how.flags |= O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve;
    for (int i = 0; i < RACES_MAX; i++) {
        fd = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return fd < 0 ? -errno : (int)fd;
}

static bool writes(uint32_t flags)
{
    return !(flags & O_PATH) &&
           ((flags & O_ACCMODE) != O_RDONLY || (flags & (O_TRUNC | TMPFILE_BIT)));
}

// In a mount, with its rights.
static int open_in(const struct mount *mount, int dir, const char *path, uint32_t flags,
                   uint32_t mode, uint64_t resolve)
{
    int fd;

    if (!mount->read_only || (flags & O_PATH))
        return open_beneath(dir, path, flags, mode, resolve);
    fd = open_beneath(dir, path, (flags & (O_NOFOLLOW | O_DIRECTORY)) | O_PATH, 0, resolve);
    if (fd == -EXDEV)
        return fd; // the walk will say in which mount
    if (fd < 0)
        return fd == -ENOENT && (flags & O_CREAT) ? -EROFS : fd;
    close(fd);
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if (writes(flags))
        return -EROFS;
    return open_beneath(dir, path, flags & ~(uint32_t)O_CREAT, 0, resolve);
}

struct walk {
    char at[PATH_MAX];       // where we are: a path of the guest without links; "" is its root
    char rest[2 * PATH_MAX]; // what is still to be walked
    int links;
};

// Takes the next name off the rest. False: there is none.
static bool walk_name(struct walk *walk, char name[NAME_MAX + 1], int *error)
{
    size_t slashes = strspn(walk->rest, "/"), bytes = strcspn(walk->rest + slashes, "/");

    *error = 0;
    if (bytes == 0)
        return false;
    if (bytes > NAME_MAX) {
        *error = -ENAMETOOLONG;
        return false;
    }
    memcpy(name, walk->rest + slashes, bytes);
    name[bytes] = '\0';
    memmove(walk->rest, walk->rest + slashes + bytes, strlen(walk->rest + slashes + bytes) + 1);
    return true;
}

static int walk_down(struct walk *walk, const char *name)
{
    size_t at = strlen(walk->at);

    if (at + 1 + strlen(name) >= sizeof walk->at)
        return -ENAMETOOLONG;
    walk->at[at] = '/';
    strcpy(walk->at + at + 1, name);
    return 0;
}

static void walk_up(struct walk *walk)
{
    char *slash = strrchr(walk->at, '/');

    if (slash != NULL)
        *slash = '\0';
}

// The link `fd`, which is what walk->at now names: its target comes before the rest.
static int walk_link(struct walk *walk, int fd)
{
    char target[PATH_MAX];
    ssize_t bytes = readlinkat(fd, "", target, sizeof target - 1);
    size_t rest = strlen(walk->rest);

    if (bytes < 0)
        return -errno;
    if (++walk->links > LINKS_MAX)
        return -ELOOP;
    if ((size_t)bytes + 1 + rest >= sizeof walk->rest)
        return -ENAMETOOLONG;
    memmove(walk->rest + bytes + 1, walk->rest, rest + 1);
    memcpy(walk->rest, target, (size_t)bytes);
    walk->rest[bytes] = '/';
    if (rest == 0)
        walk->rest[bytes] = '\0'; // no slash where there was none
    walk_up(walk);
    if (bytes > 0 && target[0] == '/')
        walk->at[0] = '\0';
    return 0;
}

static bool walk_ends(const struct walk *walk)
{
    return walk->rest[strspn(walk->rest, "/")] == '\0';
}

// One name. `stop`: if it is the last one, a link is where the walk ends. A last name that is not there
// may be about to be created.
static int walk_step(const struct file_server *server, struct walk *walk, const char *name, bool stop)
{
    const struct mount *mount;
    const char *rest;
    struct stat st;
    int fd, rc;

    if (strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0) {
        walk_up(walk);
        return 0;
    }
    rc = walk_down(walk, name);
    if (rc < 0)
        return rc;
    mount = mounts_find(server->mounts, walk->at, &rest);
    if (mount == NULL)
        return mounts_below(server->mounts, walk->at) ? 0 : -ENOENT;
    fd = open_beneath(mount->fd, rest, O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS);
    if (fd < 0)
        return fd == -ENOENT && walk_ends(walk) ? 0 : fd;
    rc = fstat(fd, &st) < 0 ? -errno : 0;
    if (rc == 0 && S_ISLNK(st.st_mode) && !(stop && walk->rest[0] == '\0'))
        rc = walk_link(walk, fd);
    else if (rc == 0 && !S_ISDIR(st.st_mode) && !walk_ends(walk))
        rc = -ENOTDIR;
    close(fd);
    return rc;
}

// Opens a path as the guest sees it, starting in its directory `base`.
static int walk_open(const struct file_server *server, const char *base, const char *path,
                     uint32_t flags, uint32_t mode, const struct mount **mount)
{
    bool stop = (flags & O_NOFOLLOW) || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    struct walk walk = {.links = 0};
    char name[NAME_MAX + 1];
    const char *rest;
    int error;

    if (strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    strcpy(walk.at, *path == '/' || strcmp(base, "/") == 0 ? "" : base);
    strcpy(walk.rest, path);
    while (walk_name(&walk, name, &error)) { // links are counted, names get fewer
        int rc = walk_step(server, &walk, name, stop);

        if (rc < 0)
            return rc;
    }
    if (error < 0)
        return error;
    if (walk.at[0] == '\0')
        strcpy(walk.at, "/");
    *mount = mounts_find(server->mounts, walk.at, &rest);
    if (*mount == NULL)
        return mounts_below(server->mounts, walk.at) ? -EACCES : -ENOENT;
    if (walk.rest[0] == '/') // slashes behind the last name: it must be a directory
        flags |= O_DIRECTORY;
    if ((flags & O_CREAT) && (flags & O_DIRECTORY))
        return -EISDIR;
    return open_in(*mount, (*mount)->fd, rest, flags, mode, RESOLVE_NO_SYMLINKS);
}

static bool goes_up(const char *path)
{
    while ((path = strstr(path, "..")) != NULL) {
        if (path[2] == '/' || path[2] == '\0')
            return true; // perhaps a name that ends so: the walk takes that as well
        path += 2;
    }
    return false;
}

int path_open(struct file_server *server, const struct handle *dir, const char *path,
              uint32_t flags, uint32_t mode, const struct mount **mount)
{
    char base[PATH_MAX];
    int fd = -EXDEV;

    *mount = dir->mount;
    if (*path == '\0')
        return -ENOENT;
    if (*path != '/' && !goes_up(path))
        fd = open_in(dir->mount, dir->fd, path, flags, mode, 0);
    if (fd != -EXDEV)
        return fd;
    fd = handle_where(dir, base);
    return fd < 0 ? fd : walk_open(server, base, path, flags, mode, mount);
}

int path_parent(struct file_server *server, const struct handle *dir, const char *path,
                struct path_last *last)
{
    char parent[PATH_MAX];
    size_t bytes = strlen(path), end = bytes, start;

    while (end > 0 && path[end - 1] == '/')
        end--;
    last->slash = end < bytes;
    for (start = end; start > 0 && path[start - 1] != '/';)
        start--;
    if (bytes == 0)
        return -ENOENT;
    if (end - start >= sizeof last->name || start >= sizeof parent)
        return -ENAMETOOLONG;
    memcpy(last->name, path + start, end - start);
    last->name[end - start] = '\0';
    last->dot = strcmp(last->name, ".") == 0;
    if (end == start || last->dot || strcmp(last->name, "..") == 0)
        return -EBUSY;
    memcpy(parent, path, start);
    strcpy(parent + start, start == 0 ? "." : "");
    last->fd = path_open(server, dir, parent, O_PATH | O_DIRECTORY, 0, &last->mount);
    return last->fd < 0 ? last->fd : 0;
}
