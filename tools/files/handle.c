// SPDX-License-Identifier: BSD-2-Clause
// handle.c: descriptors under the kernel's numbers.
//
// Requests are served by several threads, and a hostile kernel may close what another request uses: a
// descriptor is closed when the last of them is done with it, so its number never means another file.
#include "files.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void file_server_open(struct file_server *server, const struct mounts *mounts, uint32_t handles)
{
    *server = (struct file_server){.mounts = mounts, .handle_count = mounts->count + handles};
    pthread_mutex_init(&server->lock, NULL);
    server->handle = calloc(server->handle_count, sizeof *server->handle);
    if (server->handle == NULL)
        server->handle_count = 0; // every request will say so
    for (uint32_t i = 0; i < mounts->count && i < server->handle_count; i++)
        server->handle[i] =
            (struct handle){.fd = mounts->mount[i].fd, .mount = &mounts->mount[i], .open = true};
    server->handle_hint = mounts->count;
}

void file_server_close(struct file_server *server)
{
    for (uint32_t i = server->mounts->count; i < server->handle_count; i++) {
        if (server->handle[i].open)
            close(server->handle[i].fd);
    }
    free(server->handle);
    pthread_mutex_destroy(&server->lock);
}

int handle_add(struct file_server *server, int fd, const struct mount *mount)
{
    int number = -EMFILE;

    pthread_mutex_lock(&server->lock);
    for (uint32_t i = server->handle_hint; i < server->handle_count; i++) {
        struct handle *handle = &server->handle[i];

        if (!handle->open && handle->uses == 0) {
            *handle = (struct handle){.fd = fd, .mount = mount, .open = true};
            server->handle_hint = i + 1;
            number = (int)i;
            break;
        }
    }
    pthread_mutex_unlock(&server->lock);
    return number;
}

struct handle *handle_use(struct file_server *server, uint32_t number)
{
    struct handle *handle = NULL;

    pthread_mutex_lock(&server->lock);
    if (number < server->handle_count && server->handle[number].open) {
        handle = &server->handle[number];
        handle->uses++;
    }
    pthread_mutex_unlock(&server->lock);
    return handle;
}

// With the lock held. Returns what close(2) says, 0 if others still use it.
static int handle_settle(struct file_server *server, struct handle *handle)
{
    int number = (int)(handle - server->handle);

    if (handle->open || handle->uses > 0)
        return 0;
    if ((uint32_t)number < server->handle_hint)
        server->handle_hint = (uint32_t)number;
    return close(handle->fd) < 0 && errno != EINTR ? -errno : 0;
}

void handle_done(struct file_server *server, struct handle *handle)
{
    pthread_mutex_lock(&server->lock);
    handle->uses--;
    handle_settle(server, handle);
    pthread_mutex_unlock(&server->lock);
}

int handle_remove(struct file_server *server, uint32_t number)
{
    int result = -EBADF;

    pthread_mutex_lock(&server->lock);
    if (number >= server->mounts->count && number < server->handle_count &&
        server->handle[number].open) {
        server->handle[number].open = false;
        result = handle_settle(server, &server->handle[number]);
    }
    pthread_mutex_unlock(&server->lock);
    return result;
}

// A directory may have been moved, and a mount as well: both are asked where they are now.
int handle_where(const struct handle *handle, char *to)
{
    char root[PATH_MAX], here[PATH_MAX], link[32];
    const char *guest = handle->mount->guest;
    ssize_t root_bytes, bytes;
    struct stat st;
    int length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", handle->mount->fd);
    root_bytes = readlink(link, root, sizeof root - 1);
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle->fd);
    bytes = readlink(link, here, sizeof here - 1);
    if (root_bytes < 0 || bytes < 0 || fstat(handle->fd, &st) < 0)
        return -EIO;
    if (!S_ISDIR(st.st_mode))
        return -ENOTDIR;
    root_bytes = root_bytes == 1 ? 0 : root_bytes; // "/"
    if (st.st_nlink == 0 || bytes < root_bytes || memcmp(root, here, (size_t)root_bytes) != 0 ||
        (bytes > root_bytes && here[root_bytes] != '/'))
        return -ENOENT; // removed, or moved out of the mount
    length = snprintf(to, PATH_MAX, "%s%.*s", strcmp(guest, "/") == 0 ? "" : guest,
                      (int)(bytes - root_bytes), here + root_bytes);
    if (length == 0)
        length = snprintf(to, PATH_MAX, "/");
    return length < PATH_MAX ? length + 1 : -ENAMETOOLONG;
}
