// SPDX-License-Identifier: BSD-2-Clause
// files.c: a rank's table of descriptors and its working directory.
//
// The numbers are the rank's own. The table and the path of the working directory lie in the rank's
// slot: dedicated memory, gone with the rank. Descriptors of the host are opened close-on-exec, one
// for each of a rank's, so offsets are shared by duplicates only, as POSIX says.
#include "kernel/file/file.h"
#include "kernel/io/host.h"
#include "kernel/io/io.h"
#include "kernel/io/special.h"
#include "lib/lib.h"
#include <asm/stat.h>
#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/limits.h>

struct file *file_get(struct rank *rank, uint64_t fd)
{
    fd = (uint32_t)fd; // an int to the payload; the upper half of the register means nothing
    if (fd >= RANK_FILES_MAX || rank->file[fd].kind == FILE_FREE)
        return NULL;
    return &rank->file[fd];
}

int file_install(struct rank *rank, uint64_t from, const struct file *file)
{
    for (uint64_t fd = from; fd < RANK_FILES_MAX; fd++)
        if (rank->file[fd].kind == FILE_FREE) {
            rank->file[fd] = *file;
            return (int)fd;
        }
    return -EMFILE;
}

int file_adopt(struct rank *rank, long host_fd, uint32_t flags)
{
    struct file file = {.kind = FILE_HOST, .host_fd = (int)host_fd, .status_flags = flags};
    int fd;

    file.cloexec = (flags & O_CLOEXEC) != 0;
    file.waits = host_waits(file.host_fd);
    fd = file_install(rank, 0, &file);
    if (fd < 0)
        host_close(file.host_fd);
    return fd;
}

int file_copy(const struct file *file, struct file *copy)
{
    long host_fd = -1;

    if (file->kind == FILE_HOST) {
        host_fd =
            host(__NR_fcntl, (uint64_t[6]){(uint64_t)file->host_fd, F_DUPFD_CLOEXEC, HOST_FD_MIN});
        if (host_fd < 0)
            return (int)host_fd;
    }
    *copy = *file;
    copy->host_fd = (int)host_fd;
    copy->cloexec = false;
    if (copy->text)
        copy->text->references++;
    return 0;
}

int file_close(struct rank *rank, uint64_t fd)
{
    struct file *file = file_get(rank, fd);
    long result = 0;

    if (!file)
        return -EBADF;
    if (file->kind == FILE_HOST)
        result = host(__NR_close, (uint64_t[6]){(uint64_t)file->host_fd});
    if (file->text)
        special_release(rank, file->text);
    *file = (struct file){.kind = FILE_FREE};
    return (int)result;
}

// Descriptors 0, 1, 2 under a launcher or on a console.
static void streams_open(struct rank *rank)
{
    rank->file[0] = (struct file){.kind = io_has_input(rank) ? FILE_STDIN : FILE_NULL};
    rank->file[1] = (struct file){.kind = FILE_STDOUT, .status_flags = O_WRONLY};
    rank->file[2] = (struct file){.kind = FILE_STDERR, .status_flags = O_WRONLY};
}

// By hand with a host: what the shell gave us, closed descriptors included. Standard input is for
// rank 0; ranks that raced for it would share its bytes by luck.
static void streams_inherit(struct rank *rank)
{
    for (int fd = 0; fd < 3; fd++) {
        long host_fd;

        if (boot_info->streams_closed >> fd & 1)
            continue;
        host_fd = host(__NR_fcntl, (uint64_t[6]){(uint64_t)fd, F_DUPFD_CLOEXEC, HOST_FD_MIN});
        if (fd == 0 && !io_has_input(rank) && host_fd >= 0) {
            host_close((int)host_fd);
            rank->file[fd] = (struct file){.kind = FILE_NULL};
        } else if (host_fd >= 0) {
            rank->file[fd] = (struct file){
                .kind = FILE_HOST, .host_fd = (int)host_fd, .waits = host_waits((int)host_fd)};
        }
    }
}

// Without /proc the path stays what we have been told.
static void cwd_read(struct rank *rank)
{
    long bytes = host_where(rank->cwd_fd, rank->cwd, PATH_MAX - 1);

    if (bytes > 0)
        rank->cwd[bytes] = '\0';
}

int io_getcwd(struct rank *rank)
{
    struct stat stat;
    long result;

    if (rank->cwd_fd < 0)
        return 0;
    result = host(__NR_fstat, (uint64_t[6]){(uint64_t)rank->cwd_fd, (uintptr_t)&stat});
    if (result == -ENOENT || (result == 0 && stat.st_nlink == 0)) // a 9p server finds nothing there
        return -ENOENT;
    cwd_read(rank); // somebody may have renamed it
    return 0;
}

int io_chdir(struct rank *rank, int host_fd)
{
    // "." in it: opening with O_PATH does not ask for the right to search the directory.
    long result = host(__NR_faccessat, (uint64_t[6]){(uint64_t)host_fd, (uintptr_t) ".", 1});

    if (result < 0) {
        host_close(host_fd);
        return (int)result;
    }
    if (rank->cwd_fd >= 0)
        host_close(rank->cwd_fd);
    rank->cwd_fd = host_fd;
    cwd_read(rank);
    return 0;
}

int io_cwd_open(struct rank *rank)
{
    long result;

    if (rank->cwd_fd != -1 || host_is_kernel() || !host_present())
        return 0;
    result = host(__NR_openat, (uint64_t[6]){(uint64_t)AT_FDCWD, (uintptr_t)rank->cwd,
                                             O_PATH | O_DIRECTORY | O_CLOEXEC});
    if (result < 0)
        return (int)result;
    rank->cwd_fd = (int)result;
    return 0;
}

// What the launcher or the shell was in. Without a host's kernel it is only a name until a thread of
// the rank asks for it (io_cwd_open).
static int directory_open(struct rank *rank)
{
    const char *path =
        rank->job_section ? io_job_string(rank->job_section->cwd_offset) : boot_info->cwd;
    long result;

    rank->cwd_fd = -1;
    format(rank->cwd, PATH_MAX, "%s", *path ? path : file_home());
    if (!host_is_kernel())
        return 0;
    result = host(__NR_openat, (uint64_t[6]){(uint64_t)AT_FDCWD, (uintptr_t)(*path ? path : "."),
                                             O_PATH | O_DIRECTORY | O_CLOEXEC});
    if (result >= 0)
        result = io_chdir(rank, (int)result);
    // Linux lets a process stay where it could not go: the kernel's own directory needs no opening.
    if (result == -EACCES && strcmp(rank->cwd, boot_info->cwd) == 0) {
        rank->cwd_fd = AT_FDCWD;
        return 0;
    }
    return (int)result;
}

static const char *error_text(int error)
{
    switch (error) {
    case EACCES:
        return "permission denied";
    case ENOENT:
        return "there is no such directory";
    case ENOTDIR:
        return "not a directory";
    case EMFILE:
    case ENFILE:
        return "too many open files; raise ulimit -n";
    default:
        return "the host refuses it";
    }
}

void io_open_rank(struct rank *rank)
{
    intptr_t memory = slot_map(&rank->slot, 0, PATH_MAX, PROT_R | PROT_W, false);
    int result;

    if (memory < 0)
        panic("rank %u: no memory for its working directory's path", rank->index);
    rank->cwd = (char *)memory;
    rank->umask = host_umask();
    result = directory_open(rank);
    if (result < 0)
        panic("rank %u: the working directory %s cannot be entered: %s (error %d)", rank->index,
              rank->cwd, error_text(-result), -result);
    if (job_region || !host_is_kernel())
        streams_open(rank);
    else
        streams_inherit(rank);
}

void io_close_rank(struct rank *rank)
{
    if (!rank->file)
        return; // it ended before it had any
    for (uint64_t fd = 0; fd < RANK_FILES_MAX; fd++)
        if (rank->file[fd].kind != FILE_FREE)
            file_close(rank, fd);
    if (rank->cwd_fd >= 0)
        host_close(rank->cwd_fd);
    rank->cwd_fd = -1;
}
