// SPDX-License-Identifier: BSD-2-Clause
// file_calls.c: calls on files as a VM asks the launcher for them, in a tree of their own.
// fuzz: tools/files/serve.c tools/files/serve_names.c tools/files/path.c
// fuzz: tools/files/handle.c tools/files/mount.c
//
// An input is a row of requests: ten bytes, then so many for the window as the first says. None of them may
// reach what lies beside the mounts, or change what lies in the read-only one.
#include "tools/files/files.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char top[64];
static struct mounts mounts;
static struct stat before[4];
static const char *const kept[4] = {"outside", "outside/file", "locked", "locked/file"};
static char *window;

static void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static int entry_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    remove(path);
    return 0;
}

static int entry_allow(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)ftw;
    if (type == FTW_D || type == FTW_DNR)
        chmod(path, 0700);
    return 0;
}

static void tree_remove(const char *path)
{
    nftw(path, entry_allow, 16, FTW_PHYS);
    nftw(path, entry_remove, 16, FTW_PHYS | FTW_DEPTH);
}

static void file_make(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    must(fd >= 0 && write(fd, "text", 4) == 4 && close(fd) == 0);
}

static void tree_fill(void)
{
    must(mkdir("in/a", 0700) == 0);
    file_make("in/f");
    must(symlink("../outside", "in/l") == 0);
    must(symlink("/m/a", "in/m") == 0);
}

static void at_end(void)
{
    tree_remove(top);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct rlimit limit = {1 << 20, 1 << 20};
    const char *tmp = getenv("TMPDIR");
    char error[MOUNTS_ERROR_BYTES];

    (void)argc, (void)argv;
    snprintf(top, sizeof top, "%s/files.XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    must(mkdtemp(top) != NULL);
    atexit(at_end);
    must(chdir(top) == 0 && mkdir("in", 0700) == 0 && mkdir("outside", 0700) == 0);
    must(mkdir("locked", 0700) == 0);
    file_make("outside/file");
    file_make("locked/file");
    must(mounts_add(&mounts, "in", "/m", false, error));
    must(mounts_add(&mounts, "locked", "/r", true, error));
    for (int i = 0; i < 4; i++)
        must(stat(kept[i], &before[i]) == 0);
    window = malloc(FILE_WINDOW_BYTES); // exactly: sanitizers see what is beyond
    must(window != NULL);
    signal(SIGXFSZ, SIG_IGN); // no large files
    setrlimit(RLIMIT_FSIZE, &limit);
    return 0;
}

static void all_kept(void)
{
    for (int i = 0; i < 4; i++) {
        struct stat now;

        must(lstat(kept[i], &now) == 0 && now.st_ino == before[i].st_ino);
        must(now.st_mode == before[i].st_mode && now.st_size == before[i].st_size &&
             now.st_nlink == before[i].st_nlink);
        must(now.st_mtim.tv_sec == before[i].st_mtim.tv_sec &&
             now.st_mtim.tv_nsec == before[i].st_mtim.tv_nsec);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file_server server;

    tree_fill();
    file_server_open(&server, &mounts, 8);
    while (size >= 11) { // each round takes a request
        struct file_request request = {
            .op = data[1] % (FILE_OPS + 1),
            .handle = data[2] % 8,
            .other = data[3] % 8,
            .flags = (uint32_t)data[4] << (data[5] % 25),
            .mode = data[6] & 1 ? 0600 : (uint32_t)data[6] << (data[5] & 7),
            .path_bytes = data[7],
            .second_bytes = data[8],
            .bytes = data[9] & 128 ? (uint64_t)data[9] << 11 : data[9],
            .offset = data[10] & 128 ? (uint64_t)data[10] << 56 : data[10],
        };
        size_t bytes = data[0] < size - 11 ? data[0] : size - 11;
        struct file_answer answer;

        memset(window, 0, 1024);
        memcpy(window, data + 11, bytes);
        data += 11 + bytes;
        size -= 11 + bytes;
        if (request.op == FILE_OP_SYNC)
            continue; // nothing to get wrong, and slow
        answer = file_serve(&server, &request, window);
        must(answer.result >= -4095);
        if (request.op == FILE_OP_READ || request.op == FILE_OP_LIST)
            must(answer.result <= (int64_t)request.bytes);
        all_kept();
    }
    file_server_close(&server);
    nftw("in", entry_allow, 16, FTW_PHYS);
    nftw("in", entry_remove, 16, FTW_PHYS | FTW_DEPTH); // "in" itself as well
    must(mkdir("in", 0700) == 0);
    close(mounts.mount[0].fd);
    mounts.mount[0].fd = open("in", O_PATH | O_DIRECTORY | O_CLOEXEC);
    must(mounts.mount[0].fd >= 0);
    return 0;
}
