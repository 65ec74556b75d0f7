// SPDX-License-Identifier: BSD-2-Clause
// sleepers.c SECONDS: every rank says that it is up, then sleeps. For idle machines, time limits,
// and launchers that go away.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    struct timespec left = {.tv_sec = argc > 1 ? strtol(argv[1], NULL, 10) : 1};

    puts("up");
    fflush(stdout);
    while (nanosleep(&left, &left) != 0)
        ;
    return 0;
}
