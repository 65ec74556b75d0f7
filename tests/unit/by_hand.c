// SPDX-License-Identifier: BSD-2-Clause
// by_hand.c: the program of by_hand.sh: tells what it was started with.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int input(void)
{
    char byte;

    if (read(0, &byte, 1) < 0)
        printf("read: %s\n", strerror(errno));
    printf("next is %d\n", open("/dev/null", O_RDONLY));
    return 0;
}

static int lines(void)
{
    for (int i = 0; i < 1000000; i++)
        printf("line %d\n", i);
    return 0;
}

static int cwd(void)
{
    char path[PATH_MAX];

    if (getcwd(path, sizeof path))
        printf("%s\n", path);
    else
        printf("getcwd: %s\n", strerror(errno));
    return 0;
}

// 9 if all three are closed.
static int silent(void)
{
    int closed = 0;

    for (int fd = 0; fd < 3; fd++)
        closed += write(fd, "x", 1) < 0 && errno == EBADF;
    return closed * 3;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "input") == 0)
        return input();
    if (strcmp(what, "silent") == 0)
        return silent();
    if (strcmp(what, "lines") == 0)
        return lines();
    if (strcmp(what, "cwd") == 0)
        return cwd();
    if (strcmp(what, "pipe") == 0)
        return raise(SIGPIPE);
    return 2;
}
