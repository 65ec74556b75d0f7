// SPDX-License-Identifier: BSD-2-Clause
// files.c: how fast files are: one large one written and read in sequence, many small ones, by every rank
// on its own, in the working directory, which is left as it was.
//
//     files [MiB] [FILES]        1024 MiB and 10000 small files, each shared out among the ranks
//
// One line per step: what all ranks did together in the time of the slowest. "written" ends with the
// last write, not with fsync: how fast the disk is is not the question. Runs with any MPI.
#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES (1 << 20)
#define SMALL_BYTES 1000

static int rank, ranks;
static char *piece;

static void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "files: rank %d cannot %s: %s\n", rank, what, strerror(errno));
    MPI_Abort(MPI_COMM_WORLD, 1);
}

// Seconds of the slowest rank.
static double timed(void (*step)(long), long count)
{
    double mine, most;

    MPI_Barrier(MPI_COMM_WORLD);
    mine = MPI_Wtime();
    step(count);
    mine = MPI_Wtime() - mine;
    MPI_Reduce(&mine, &most, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    return most;
}

static const char *large_name(void)
{
    static char name[40];

    snprintf(name, sizeof name, "files.large.%d", rank);
    return name;
}

static void large_write(long pieces)
{
    int fd = open(large_name(), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    must(fd >= 0, "create a file");
    for (long i = 0; i < pieces; i++)
        must(write(fd, piece, PIECE_BYTES) == PIECE_BYTES, "write");
    must(close(fd) == 0, "close");
}

static void large_read(long pieces)
{
    int fd = open(large_name(), O_RDONLY);

    must(fd >= 0, "open a file");
    for (long i = 0; i < pieces; i++)
        must(read(fd, piece, PIECE_BYTES) == PIECE_BYTES, "read");
    must(close(fd) == 0 && unlink(large_name()) == 0, "remove a file");
}

static const char *small_name(long i)
{
    static char name[60];

    snprintf(name, sizeof name, "files.small.%d/%ld", rank, i);
    return name;
}

static void small_create(long count)
{
    for (long i = 0; i < count; i++) {
        int fd = open(small_name(i), O_WRONLY | O_CREAT | O_EXCL, 0600);

        must(fd >= 0 && write(fd, piece, SMALL_BYTES) == SMALL_BYTES && close(fd) == 0,
             "create a small file");
    }
}

static void small_stat(long count)
{
    struct stat is;

    for (long i = 0; i < count; i++)
        must(stat(small_name(i), &is) == 0 && is.st_size == SMALL_BYTES, "stat a small file");
}

static void small_read(long count)
{
    for (long i = 0; i < count; i++) {
        int fd = open(small_name(i), O_RDONLY);

        must(fd >= 0 && read(fd, piece, PIECE_BYTES) == SMALL_BYTES && close(fd) == 0,
             "read a small file");
    }
}

static void small_remove(long count)
{
    for (long i = 0; i < count; i++)
        must(unlink(small_name(i)) == 0, "remove a small file");
}

static void say(const char *what, double amount, const char *unit, double seconds)
{
    if (rank == 0)
        printf("%-16s %10.0f %s\n", what, amount / seconds, unit);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *what;
        void (*step)(long);
    } small[] = {{"created", small_create},
                 {"looked at", small_stat},
                 {"read", small_read},
                 {"removed", small_remove}};
    long pieces = argc > 1 ? atol(argv[1]) : 1024, files = argc > 2 ? atol(argv[2]) : 10000;
    char directory[40];

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    pieces = (pieces + ranks - 1) / ranks;
    files = (files + ranks - 1) / ranks;
    piece = malloc(PIECE_BYTES);
    must(piece != NULL, "have memory");
    memset(piece, 'x', PIECE_BYTES);
    if (pieces > 0) {
        say("written", (double)(pieces * ranks), "MiB/s", timed(large_write, pieces));
        say("read", (double)(pieces * ranks), "MiB/s", timed(large_read, pieces));
    }
    snprintf(directory, sizeof directory, "files.small.%d", rank);
    must(mkdir(directory, 0700) == 0, "make a directory");
    for (size_t i = 0; i < sizeof small / sizeof small[0] && files > 0; i++)
        say(small[i].what, (double)(files * ranks), "files/s", timed(small[i].step, files));
    must(rmdir(directory) == 0, "remove a directory");
    MPI_Finalize();
    return 0;
}
