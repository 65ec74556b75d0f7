// SPDX-License-Identifier: BSD-2-Clause
// files_faults.c: how a program finds out that the world of files has failed it.
//
//   files_faults full FILE     writes until it cannot, frees the room, and writes again
//   files_faults gone DIR [by-path]   works in a directory until somebody has removed it. `by-path`: the
//                              server looks up what is open by its path, so nothing can be had of it then.
//   files_faults steady FILE [ROUNDS]   each rank writes and reads back a block again and again; for ever
//                              without ROUNDS. Says "up" after the first.
//   files_faults leave FILE    rank 0 ends while its threads write; the others then use files
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEED(fact) ((fact) ? (void)0 : not_so(#fact, __LINE__))
#define BLOCK (512 << 10) // several requests

static int rank;

static void not_so(const char *fact, int line)
{
    printf("files_faults.c:%d: rank %d: not so: %s (%s)\n", line, rank, fact, strerror(errno));
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static void full(const char *name)
{
    static char block[BLOCK];
    int fd = open(name, O_RDWR | O_CREAT, 0600);
    long bytes = 0, got;

    memset(block, 'x', sizeof block);
    NEED(fd >= 0);
    while ((got = write(fd, block, sizeof block)) > 0)
        bytes += got;
    NEED(got == -1 && errno == ENOSPC);
    NEED(lseek(fd, 0, SEEK_END) == bytes); // as far as was said
    NEED(ftruncate(fd, 0) == 0 && pwrite(fd, block, 4096, 0) == 4096 && close(fd) == 0);
    NEED(unlink(name) == 0);
    printf("full after %ld KiB\n", bytes >> 10);
}

static void gone(const char *name, bool by_path)
{
    char text[4096];
    DIR *directory;
    int fd, there = open(".", O_RDONLY);

    NEED(there >= 0 && chdir(name) == 0);
    puts("up");
    fflush(stdout);
    do { // ends when the directory does
        fd = open("file", O_WRONLY | O_CREAT, 0600);
        if (fd >= 0)
            close(fd);
        unlink("file");
    } while (fd >= 0);
    NEED(errno == ENOENT);
    NEED(getcwd(text, sizeof text) == NULL && errno == ENOENT);
    NEED(mkdir("below", 0700) == -1 && errno == ENOENT);
    directory = opendir(".");
    if (by_path)
        NEED(directory == NULL && errno == ENOENT);
    else
        NEED(directory != NULL && readdir(directory) == NULL && closedir(directory) == 0);
    NEED(fchdir(there) == 0 && getcwd(text, sizeof text) == text && access(name, F_OK) == -1);
    printf("gone\n");
}

static void steady(const char *name, int rounds)
{
    static char block[BLOCK], back[BLOCK];
    int fd = open(name, O_RDWR | O_CREAT, 0600);

    NEED(fd >= 0);
    for (int i = 0; rounds == 0 || i < rounds; i++) {
        memset(block, i + rank, sizeof block);
        NEED(pwrite(fd, block, sizeof block, (off_t)rank * BLOCK) == BLOCK);
        NEED(pread(fd, back, sizeof back, (off_t)rank * BLOCK) == BLOCK);
        NEED(memcmp(block, back, sizeof back) == 0);
        if (i == 0) {
            MPI_Barrier(MPI_COMM_WORLD);
            puts("up");
            fflush(stdout);
        }
    }
    NEED(close(fd) == 0);
    printf("steady\n");
}

static atomic_int started;

// Each with a descriptor of its own: one at a time works with a descriptor.
static void *write_on(void *name)
{
    static char block[BLOCK];
    int fd = open(name, O_RDWR | O_CREAT, 0600);

    NEED(fd >= 0);
    started++;
    for (;;) // until the rank ends
        NEED(pwrite(fd, block, sizeof block, 0) == BLOCK);
    return NULL;
}

static void leave(char *name)
{
    char own[64];
    pthread_t thread;

    for (int i = 0; rank == 0 && i < 8; i++)
        NEED(pthread_create(&thread, NULL, write_on, name) == 0);
    while (rank == 0 && started < 8)
        usleep(1000);
    MPI_Finalize();
    if (rank == 0)
        exit(0);
    snprintf(own, sizeof own, "%s.%d", name, rank);
    for (int i = 0; i < 200; i++) {
        int mine = open(own, O_WRONLY | O_CREAT, 0600);

        NEED(mine >= 0 && write(mine, own, 1) == 1 && close(mine) == 0 && unlink(own) == 0);
    }
    puts("left");
    exit(0);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    NEED(argc >= 3);
    if (strcmp(argv[1], "full") == 0)
        full(argv[2]);
    else if (strcmp(argv[1], "gone") == 0)
        gone(argv[2], argc > 3 && strcmp(argv[3], "by-path") == 0);
    else if (strcmp(argv[1], "steady") == 0)
        steady(argv[2], argc > 3 ? atoi(argv[3]) : 0);
    else if (strcmp(argv[1], "leave") == 0)
        leave(argv[2]);
    MPI_Finalize();
    return 0;
}
