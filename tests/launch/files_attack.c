// SPDX-License-Identifier: BSD-2-Clause
// files_attack.c: tries to get out of the directory IN that a virtual machine sees, which is the host's
// directory HOST/in; beside that lies HOST/outside, with a file "secret".
//
//   files_attack IN paths HOST     every path and every call it knows, one after the other
//   files_attack IN race SECONDS   some ranks exchange directories and links, the others go through them
//
// In IN: the links abs -> HOST/outside, rel -> ../outside, deep -> sub/../../outside, root -> /, and the
// directory sub.
// Reading a file that says "secret" is a way out, and so is each success with something in outside.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int rank, escapes, tries;

static void escaped(const char *how, const char *path)
{
    printf("rank %d: escaped: %s %s\n", rank, how, path);
    escapes++;
}

static void try_read(int fd, const char *path)
{
    char text[6];

    tries++;
    if (fd < 0)
        return;
    if (pread(fd, text, 6, 0) == 6 && memcmp(text, "secret", 6) == 0)
        escaped("read", path);
    close(fd);
}

// `way` leads to outside, if it leads anywhere.
static void try_way(const char *way)
{
    char path[4096], text[100];
    struct stat st;
    int fd;

    snprintf(path, sizeof path, "%s/secret", way);
    try_read(open(path, O_RDONLY), path);
    if (open(path, O_RDWR) >= 0)
        escaped("opened for writing", path);
    if (open(path, O_PATH) >= 0)
        escaped("opened as a place", path);
    if (stat(path, &st) == 0 || lstat(path, &st) == 0)
        escaped("asked about", path);
    if (access(path, F_OK) == 0)
        escaped("found", path);
    if (truncate(path, 0) == 0)
        escaped("truncated", path);
    if (chmod(path, 0777) == 0)
        escaped("changed", path);
    if (link(path, "got") == 0 || linkat(AT_FDCWD, path, AT_FDCWD, "got", AT_SYMLINK_FOLLOW) == 0)
        escaped("linked", path);
    if (rename(path, "got") == 0)
        escaped("took", path);
    if (rename("bait", path) == 0 || link("bait", path) == 0)
        escaped("replaced", path);
    if (readlink(path, text, sizeof text) >= 0 || errno == EINVAL)
        escaped("looked at", path);
    if (unlink(path) == 0)
        escaped("removed", path);
    snprintf(path, sizeof path, "%s/new", way);
    if (open(path, O_WRONLY | O_CREAT, 0600) >= 0 || open(way, O_RDWR | O_TMPFILE, 0600) >= 0)
        escaped("created", path);
    if (mkdir(path, 0700) == 0 || symlink("x", path) == 0 || mkfifo(path, 0600) == 0)
        escaped("made", path);
    fd = open(way, O_RDONLY | O_DIRECTORY);
    if (fd >= 0) // the guest's own root is one, perhaps
        try_read(openat(fd, "secret", O_RDONLY), way);
    tries += 16;
}

static void try_all(const char *host)
{
    static const char *const ways[] = {"abs",
                                       "rel",
                                       "deep",
                                       "root/../outside",
                                       "..",
                                       "../outside",
                                       "/../outside",
                                       "sub/../../outside",
                                       "./.././outside",
                                       "sub/up/outside",
                                       "sub/abs",
                                       "mine",
                                       "chain",
                                       "root/proc/self/root",
                                       "/proc/1/root",
                                       "/proc/self/cwd/../outside",
                                       "/proc/self/root",
                                       "/dev/fd/3/../outside",
                                       "//..//outside//.",
                                       "sub/sub/../../../outside"};
    char path[4096];
    int sub = open("sub", O_RDONLY | O_DIRECTORY);

    symlink(host, "sub/abs");
    symlink("../..", "sub/up");
    snprintf(path, sizeof path, "%s/outside", host);
    symlink(path, "mine");
    symlink("sub/../mine", "chain");
    if (open("bait", O_WRONLY | O_CREAT, 0600) < 0 || sub < 0)
        escaped("cannot even work in", ".");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        try_way(ways[i]);
    try_way(path); // as the host calls it
    strcpy(path, ".");
    for (int i = 0; i < 500; i++) // to the host's root, if ".." led there
        strcat(path, "/..");
    strcat(path, host);
    strcat(path, "/outside");
    try_way(path);
    try_read(openat(sub, "../../outside/secret", O_RDONLY), "../../outside/secret from sub");
    // A directory that goes away below us, and comes back.
    if (fchdir(sub) == 0 && rename("../sub", "../gone") == 0) {
        try_way("../../outside");
        try_way("../rel");
        rename("../gone", "../sub");
    }
}

// The odd ranks exchange, the even ones go through.
static void race(double seconds)
{
    double until;

    if (rank == 0) {
        mkdir("swap", 0700);
        close(open("swap/secret", O_WRONLY | O_CREAT, 0600));
        symlink("../outside", "trap");
        mkdir("swap/below", 0700);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    until = MPI_Wtime() + seconds;
    while (MPI_Wtime() < until) {
        if (rank % 2 == 1) {
            renameat2(AT_FDCWD, "swap", AT_FDCWD, "trap", RENAME_EXCHANGE);
            rename("swap/below", "sub/below");
            rename("sub/below", "swap/below");
            continue;
        }
        try_read(open("swap/secret", O_RDONLY), "swap/secret");
        try_read(open("sub/../swap/secret", O_RDONLY), "sub/../swap/secret");
        try_read(open("swap/below/../secret", O_RDONLY), "swap/below/../secret");
        try_read(open("swap/below/../../outside/secret", O_RDONLY),
                 "swap/below/../../outside/secret");
        close(open("swap/../swap/new", O_WRONLY | O_CREAT, 0600));
        truncate("swap/below/../secret", 0);
        mkdir("sub/../swap/made", 0700);
    }
}

int main(int argc, char **argv)
{
    int all[2];

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (argc == 4 && chdir(argv[1]) == 0 && strcmp(argv[2], "paths") == 0)
        try_all(argv[3]);
    else if (argc == 4 && strcmp(argv[2], "race") == 0)
        race(atof(argv[3]));
    else
        MPI_Abort(MPI_COMM_WORLD, 2);
    MPI_Reduce(&tries, &all[0], 1, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Reduce(&escapes, &all[1], 1, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("%d tries, %d escapes\n", all[0], all[1]);
    MPI_Finalize();
    return 0;
}
