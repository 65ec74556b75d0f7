// SPDX-License-Identifier: BSD-2-Clause
// mount.c: which directories of the host the guest sees, and where.
//
// No two mounts overlap, neither in the guest, so that a path has one meaning, nor on the host with
// different rights, so that what is read-only cannot be written through the other.
#include "files.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// "/a//./b/" becomes "/a/b". ".." stays out: the caller refuses it.
static char *path_tidy(const char *path)
{
    char *tidy = malloc(strlen(path) + 2), *to = tidy;

    if (tidy == NULL)
        return NULL;
    while (*path != '\0') { // each round takes a name
        size_t bytes;

        path += strspn(path, "/");
        bytes = strcspn(path, "/");
        if (bytes > 0 && !(bytes == 1 && path[0] == '.')) {
            *to++ = '/';
            memcpy(to, path, bytes);
            to += bytes;
        }
        path += bytes;
    }
    if (to == tidy)
        *to++ = '/';
    *to = '\0';
    return tidy;
}

static bool has_dotdot(const char *path)
{
    while (*path != '\0') {
        size_t bytes;

        path += strspn(path, "/");
        bytes = strcspn(path, "/");
        if (bytes == 2 && path[0] == '.' && path[1] == '.')
            return true;
        path += bytes;
    }
    return false;
}

// Is tidy path `inner` the same as `outer` or below it? *rest: what comes behind.
static bool path_within(const char *outer, const char *inner, const char **rest)
{
    size_t bytes = strcmp(outer, "/") == 0 ? 0 : strlen(outer);

    if (strncmp(outer, inner, bytes) != 0 || (inner[bytes] != '/' && inner[bytes] != '\0'))
        return false;
    inner += bytes;
    *rest = inner + strspn(inner, "/");
    return true;
}

static bool overlap(const char *a, const char *b)
{
    const char *rest;

    return path_within(a, b, &rest) || path_within(b, a, &rest);
}

static const char *overlap_find(const struct mounts *mounts, const struct mount *mount)
{
    for (uint32_t i = 0; i < mounts->count; i++) {
        const struct mount *other = &mounts->mount[i];

        if (overlap(other->guest, mount->guest) ||
            (overlap(other->host, mount->host) && other->read_only != mount->read_only))
            return other->guest;
    }
    return NULL;
}

static bool wrong(char *error, const struct mount *mount, const char *why, const char *what)
{
    snprintf(error, MOUNTS_ERROR_BYTES, "%s%s", why, what);
    free(mount->host);
    free(mount->guest);
    if (mount->fd >= 0)
        close(mount->fd);
    return false;
}

bool mounts_add(struct mounts *mounts, const char *host, const char *guest, bool read_only,
                char error[static MOUNTS_ERROR_BYTES])
{
    struct mount mount = {.read_only = read_only, .fd = -1};
    const char *other;

    if (mounts->count == FILES_MOUNTS_MAX)
        return wrong(error, &mount, "there can be 64 mounts, no more", "");
    if (guest[0] != '/' || has_dotdot(guest) || strlen(guest) >= PATH_MAX)
        return wrong(error, &mount,
                     "the path in the virtual machine must be absolute and without \"..\": ", guest);
    mount.host = realpath(host, NULL);
    mount.guest = path_tidy(guest);
    if (mount.host == NULL || mount.guest == NULL)
        return wrong(error, &mount, "", strerror(errno));
    other = overlap_find(mounts, &mount);
    if (other != NULL)
        return wrong(error, &mount, "it overlaps with the mount at ", other);
    mount.fd = open(mount.host, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (mount.fd < 0)
        return wrong(error, &mount, "", strerror(errno));
    mounts->mount[mounts->count++] = mount;
    return true;
}

const struct mount *mounts_find(const struct mounts *mounts, const char *path, const char **rest)
{
    for (uint32_t i = 0; i < mounts->count; i++) {
        if (path_within(mounts->mount[i].guest, path, rest)) {
            *rest = **rest != '\0' ? *rest : ".";
            return &mounts->mount[i];
        }
    }
    return NULL;
}

bool mounts_below(const struct mounts *mounts, const char *path)
{
    const char *rest;

    for (uint32_t i = 0; i < mounts->count; i++) {
        if (path_within(path, mounts->mount[i].guest, &rest))
            return true;
    }
    return false;
}
