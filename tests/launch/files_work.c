// SPDX-License-Identifier: BSD-2-Clause
// files_work.c: what ranks do with files, in the working directory: a tree whose bytes are the same
// whatever carries the calls out. Each rank writes a file of its own, its stripes of one that all
// share, and lines at the end of another; then all read what all have written.
//
// With an argument: a directory in which nothing may be changed, and whose file "there" says
// "there\n".
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEED(fact) ((fact) ? (void)0 : not_so(#fact, __LINE__))
#define STRIPE_BYTES 70001 // no multiple of anything
#define STRIPES 40
#define LINES 50

static int rank, ranks;

static void not_so(const char *fact, int line)
{
    printf("files_work.c:%d: rank %d: not so: %s (errno %d, %s)\n", line, rank, fact, errno,
           strerror(errno));
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static void stripe_fill(char *stripe, int index)
{
    for (int i = 0; i < STRIPE_BYTES; i++)
        stripe[i] = (char)(index * 31 + i % 251);
}

static void stripes_write(void)
{
    char *stripe = malloc(STRIPE_BYTES);
    int fd = open("shared", O_RDWR | O_CREAT, 0640); // who comes first creates it

    NEED(fd >= 0);
    for (int i = rank; i < STRIPES; i += ranks) {
        stripe_fill(stripe, i);
        NEED(pwrite(fd, stripe, STRIPE_BYTES, (off_t)i * STRIPE_BYTES) == STRIPE_BYTES);
    }
    NEED(fsync(fd) == 0 && close(fd) == 0);
    free(stripe);
}

static void stripes_read(void)
{
    char *wanted = malloc(STRIPE_BYTES), *got = malloc(STRIPE_BYTES);
    FILE *file = fopen("shared", "r");

    NEED(file != NULL);
    for (int i = 0; i < STRIPES; i++) {
        stripe_fill(wanted, i);
        NEED(fread(got, 1, STRIPE_BYTES, file) == STRIPE_BYTES);
        NEED(memcmp(wanted, got, STRIPE_BYTES) == 0);
    }
    NEED(fgetc(file) == EOF && feof(file) && fclose(file) == 0);
    free(wanted);
    free(got);
}

static void lines_append(void)
{
    int fd = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);

    NEED(fd >= 0);
    for (int i = 0; i < LINES; i++) {
        char line[32];
        int bytes = snprintf(line, sizeof line, "line %d of rank %d\n", i, rank);

        NEED(write(fd, line, (size_t)bytes) == bytes);
    }
    NEED(close(fd) == 0);
}

// None torn, none lost.
static void lines_count(void)
{
    int i, of, count = 0;
    FILE *file = fopen("log", "r");

    NEED(file != NULL);
    while (fscanf(file, "line %d of rank %d\n", &i, &of) == 2)
        count++;
    NEED(feof(file) && fclose(file) == 0 && count == LINES * ranks);
}

static void own_file(void)
{
    char name[32], text[32];
    FILE *file;

    snprintf(name, sizeof name, "dir/rank.%d", rank);
    file = fopen(name, "w+");
    NEED(file != NULL && fprintf(file, "rank %d\n", rank) > 0 && fseek(file, 0, SEEK_SET) == 0);
    NEED(fgets(text, sizeof text, file) != NULL && atoi(text + 5) == rank && fclose(file) == 0);
}

static void directory_count(void)
{
    DIR *directory = opendir("link");
    const struct dirent *entry;
    int count = 0;

    NEED(directory != NULL);
    while ((entry = readdir(directory)) != NULL)
        count += strncmp(entry->d_name, "rank.", 5) == 0;
    NEED(closedir(directory) == 0 && count == ranks);
}

static void change_nothing(const char *where)
{
    char text[10] = "";
    struct stat is;
    int fd;

    NEED(chdir(where) == 0 && stat("there", &is) == 0 && is.st_size == 6);
    fd = open("there", O_RDONLY);
    NEED(fd >= 0 && read(fd, text, sizeof text) == 6 && strcmp(text, "there\n") == 0);
    NEED(close(fd) == 0);
    NEED(open("there", O_RDWR) == -1 && errno == EROFS);
    NEED(open("new", O_WRONLY | O_CREAT, 0600) == -1 && errno == EROFS);
    NEED(open("there", O_WRONLY | O_CREAT | O_TRUNC, 0600) == -1 && errno == EROFS);
    NEED(access("there", R_OK) == 0 && access("there", W_OK) == -1 && errno == EROFS);
    NEED(access(".", W_OK) == -1 && errno == EROFS);
    NEED(unlink("there") == -1 && errno == EROFS);
    NEED(rename("there", "then") == -1 && errno == EROFS);
    NEED(mkdir("new", 0700) == -1 && errno == EROFS);
    NEED(chmod("there", 0600) == -1 && errno == EROFS);
    NEED(truncate("there", 0) == -1 && errno == EROFS);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (rank == 0)
        NEED(mkdir("dir", 0750) == 0 && symlink("dir", "link") == 0);
    MPI_Barrier(MPI_COMM_WORLD);
    own_file();
    stripes_write();
    lines_append();
    MPI_Barrier(MPI_COMM_WORLD);
    stripes_read();
    lines_count();
    directory_count();
    if (argc > 1)
        change_nothing(argv[1]);
    printf("files: ok\n");
    MPI_Finalize();
    return 0;
}
