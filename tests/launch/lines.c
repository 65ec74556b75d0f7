// SPDX-License-Identifier: BSD-2-Clause
// lines.c COUNT: every rank writes COUNT lines, torn into several writes, with others in between.
// The launcher must put them together: no line may hold parts of two.
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2000u

static void put(int fd, const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t done = write(fd, text, bytes);

        if (done <= 0)
            _exit(2);
        text += done;
        bytes -= (size_t)done;
    }
}

int main(int argc, char **argv)
{
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100;
    char line[LINE_MAX_BYTES + 64];
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (unsigned i = 0; i < count; i++) {
        size_t head = (size_t)snprintf(line, sizeof line, "<%d %u ", rank, i);
        size_t fill = ((unsigned)rank * 31 + i * 7) % LINE_MAX_BYTES;
        size_t cut = head + fill / 3;

        memset(line + head, 'a' + rank % 26, fill);
        memcpy(line + head + fill, ">\n", 2);
        put(STDOUT_FILENO, line, cut);
        sched_yield();
        put(STDOUT_FILENO, line + cut, head + fill + 2 - cut);
    }
    MPI_Finalize();
    return 0;
}
