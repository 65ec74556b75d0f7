// SPDX-License-Identifier: BSD-2-Clause
// serve.c: one request: from its bytes to a call, and the calls on data.
#include "serve.h"
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define ALLOCATE_KNOWN \
    (FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE | \
     FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)

static bool is_read_only(const struct job_call *call)
{
    return call->handle->mount->read_only;
}

// --- opening ---

static int64_t serve_open(struct job_call *call)
{
    const struct mount *mount;
    struct stat st;
    int fd = path_open(call->server, call->handle, call->path, call->request->flags,
                       call->request->mode, &mount);
    int number;

    if (fd < 0)
        return fd;
    if (!(call->request->flags & O_PATH) &&
        (fstat(fd, &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))) {
        close(fd);
        return -ENXIO;
    }
    number = handle_add(call->server, fd, mount);
    if (number < 0)
        close(fd);
    return number;
}

static int64_t serve_close(struct job_call *call)
{
    return handle_remove(call->server, call->request->handle);
}

// --- data ---

static int64_t serve_read(struct job_call *call)
{
    const struct file_request *request = call->request;

    if (request->bytes > FILE_WINDOW_BYTES)
        return -EINVAL;
    return error_or(
        pread(call->handle->fd, call->window, (size_t)request->bytes, (off_t)request->offset));
}

static int64_t serve_write(struct job_call *call)
{
    const struct file_request *request = call->request;
    struct iovec one = {call->window, (size_t)request->bytes};
    int64_t done;

    if (request->bytes > FILE_WINDOW_BYTES)
        return -EINVAL;
    if (!(request->flags & FILE_WRITE_APPEND))
        return error_or(pwrite(call->handle->fd, call->window, one.iov_len, (off_t)request->offset));
    // The descriptor's own offset, which nothing else uses, tells where the end was.
    done = error_or(pwritev2(call->handle->fd, &one, 1, -1, RWF_APPEND));
    if (done >= 0)
        call->value = (uint64_t)lseek(call->handle->fd, 0, SEEK_CUR);
    return done;
}

static int64_t serve_list(struct job_call *call)
{
    const struct file_request *request = call->request;

    if (request->bytes > FILE_WINDOW_BYTES)
        return -EINVAL;
    if (lseek(call->handle->fd, (off_t)request->offset, SEEK_SET) < 0)
        return -errno;
    return error_or(syscall(SYS_getdents64, call->handle->fd, call->window, (unsigned)request->bytes));
}

static int64_t serve_sync(struct job_call *call)
{
    const struct mount *mount;
    int64_t result;
    int fd;

    if (call->request->mode == 0)
        return error_or(fdatasync(call->handle->fd));
    if (call->request->mode == 1)
        return error_or(fsync(call->handle->fd));
    fd = path_open(call->server, call->handle, ".", O_RDONLY | O_DIRECTORY, 0, &mount);
    if (fd < 0)
        return error_or(syncfs(call->handle->fd)); // not a directory
    result = error_or(syncfs(fd));
    close(fd);
    return result;
}

static int64_t serve_allocate(struct job_call *call)
{
    const struct file_request *request = call->request;

    if (request->mode & ~(uint32_t)ALLOCATE_KNOWN)
        return -EOPNOTSUPP;
    return error_or(fallocate(call->handle->fd, (int)request->mode, (off_t)request->offset,
                              (off_t)request->bytes));
}

static int64_t serve_lock(struct job_call *call)
{
    struct flock lock;
    int64_t result;

    if (call->request->flags != F_OFD_GETLK && call->request->flags != F_OFD_SETLK)
        return -EINVAL;
    memcpy(&lock, call->window, sizeof lock);
    result = error_or(fcntl(call->handle->fd, (int)call->request->flags, &lock));
    memcpy(call->window, &lock, sizeof lock);
    return result;
}

static int64_t serve_flock(struct job_call *call)
{
    return error_or(flock(call->handle->fd, (int)call->request->flags | LOCK_NB));
}

// --- from bytes to a call ---

static int64_t (*const serve_table[FILE_OPS])(struct job_call *) = {
    [FILE_OP_OPEN] = serve_open,         [FILE_OP_CLOSE] = serve_close,
    [FILE_OP_READ] = serve_read,         [FILE_OP_WRITE] = serve_write,
    [FILE_OP_LIST] = serve_list,         [FILE_OP_STAT] = serve_stat,
    [FILE_OP_ACCESS] = serve_access,     [FILE_OP_SET] = serve_set,
    [FILE_OP_STATFS] = serve_statfs,     [FILE_OP_READLINK] = serve_readlink,
    [FILE_OP_MKDIR] = serve_mkdir,       [FILE_OP_MKNOD] = serve_mknod,
    [FILE_OP_UNLINK] = serve_unlink,     [FILE_OP_SYMLINK] = serve_symlink,
    [FILE_OP_LINK] = serve_link,         [FILE_OP_RENAME] = serve_rename,
    [FILE_OP_WHERE] = serve_where,       [FILE_OP_SYNC] = serve_sync,
    [FILE_OP_ALLOCATE] = serve_allocate, [FILE_OP_LOCK] = serve_lock,
    [FILE_OP_FLOCK] = serve_flock,
};

// A path out of the window: its NUL is where the request says, and nowhere before.
static int path_copy(char to[static FILE_PATH_BYTES], const char *from, uint32_t bytes)
{
    to[0] = '\0';
    if (bytes == 0)
        return 0;
    if (bytes > FILE_PATH_BYTES)
        return -ENAMETOOLONG;
    memcpy(to, from, bytes);
    return memchr(to, '\0', bytes) == to + bytes - 1 ? 0 : -EINVAL;
}

static int call_copy(struct job_call *call)
{
    const struct file_request *request = call->request;
    int rc = path_copy(call->path, call->window, request->path_bytes);

    if (rc == 0)
        rc = path_copy(call->second, call->window + request->path_bytes, request->second_bytes);
    if (rc == 0)
        memcpy(&call->attributes, call->window + request->path_bytes, sizeof call->attributes);
    return rc;
}

_Static_assert(2 * FILE_PATH_BYTES + sizeof(struct file_attributes) <= FILE_WINDOW_BYTES,
               "paths and attributes lie in the window wherever they start");

struct file_answer file_serve(struct file_server *server, const struct file_request *request,
                              char window[static FILE_WINDOW_BYTES])
{
    struct job_call call = {.server = server, .request = request};
    struct file_answer answer = {.result = -ENOSYS};

    call.window = window;
    if (request->op >= FILE_OPS || serve_table[request->op] == NULL)
        return answer;
    answer.result = call_copy(&call);
    if (answer.result < 0)
        return answer;
    if (request->op == FILE_OP_CLOSE)
        return (struct file_answer){.result = serve_close(&call)};
    call.handle = handle_use(server, request->handle);
    if (call.handle == NULL)
        return (struct file_answer){.result = -EBADF};
    if (is_read_only(&call) && (request->op == FILE_OP_WRITE || request->op == FILE_OP_ALLOCATE))
        answer.result = -EROFS; // it is not open for writing: let no descriptor ever say otherwise
    else
        answer.result = serve_table[request->op](&call);
    answer.value = call.value;
    handle_done(server, call.handle);
    return answer;
}
