// SPDX-License-Identifier: BSD-2-Clause
// mount.c: what is mounted where. Filled on core 0 before other cores run, then constant.
//
// A path is looked up by its letters, with "." and repeated slashes skipped. Where it holds ".." the names
// before are left alone, for they may be symbolic links: it lies in the mount that those names lead
// into, and the back end, which knows what is a link, says if it leaves it.
#include "kernel/file/open.h"
#include "lib/lib.h"

static struct file_mount mounts[FILE_MOUNTS_MAX];
static uint32_t mount_count;
const struct file_backend *file_backend;

void file_mount(const struct file_backend *backend, const char *path, uint32_t root, bool read_only)
{
    assert(mount_count < FILE_MOUNTS_MAX);
    assert(!file_backend || file_backend == backend);
    assert(path[0] == '/');
    file_backend = backend;
    mounts[mount_count++] = (struct file_mount){.path = path, .root = root, .read_only = read_only};
}

bool file_present(void)
{
    return file_backend != NULL;
}

const char *file_home(void)
{
    return mount_count ? mounts[0].path : "/";
}

// Behind slashes and "." at the start of `path`.
static const char *skip(const char *path)
{
    for (;;) { // each round takes a byte
        if (path[0] != '/' && !(path[0] == '.' && (path[1] == '/' || path[1] == '\0')))
            return path;
        path++;
    }
}

static size_t name_bytes(const char *path)
{
    size_t bytes = 0;

    while (path[bytes] != '\0' && path[bytes] != '/')
        bytes++;
    return bytes;
}

// Does the mount's path name the first names of `path`? *rest: what comes behind them.
static bool mount_holds(const char *mount, const char *path, const char **rest)
{
    mount = skip(mount);
    path = skip(path);
    while (*mount != '\0') { // each round takes a name
        size_t bytes = name_bytes(mount);

        if (name_bytes(path) != bytes || strncmp(mount, path, bytes) != 0)
            return false;
        mount = skip(mount + bytes);
        path = skip(path + bytes);
    }
    *rest = path;
    return true;
}

const struct file_mount *file_mount_find(const char *path, const char **rest)
{
    const struct file_mount *found = NULL;
    size_t longest = 0;

    for (uint32_t i = 0; i < mount_count; i++) {
        size_t bytes = strlen(mounts[i].path);
        const char *behind;

        if (bytes > longest && mount_holds(mounts[i].path, path, &behind)) {
            found = &mounts[i];
            longest = bytes;
            *rest = behind;
        }
    }
    return found;
}

const struct file_mount *file_mount_get(uint32_t index)
{
    return index < mount_count ? &mounts[index] : NULL;
}

bool file_mount_below(const char *path)
{
    const char *rest;

    for (uint32_t i = 0; i < mount_count; i++)
        if (mount_holds(path, mounts[i].path, &rest))
            return true;
    return false;
}
