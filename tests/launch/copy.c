// SPDX-License-Identifier: BSD-2-Clause
// copy.c: copies standard input to standard output; ranks other than the first see its end at once.
// The number of bytes goes to standard error, so that an empty input and a lost one differ.
#include <mpi.h>
#include <stdio.h>
#include <unistd.h>

static int write_all(const char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t done = write(STDOUT_FILENO, data, bytes);

        if (done <= 0)
            return -1;
        data += done;
        bytes -= (size_t)done;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static char data[10007]; // no power of two: reads end anywhere
    unsigned long long total = 0;
    ssize_t bytes;
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    while ((bytes = read(STDIN_FILENO, data, sizeof data)) > 0) {
        if (write_all(data, (size_t)bytes) != 0)
            return 2;
        total += (unsigned long long)bytes;
    }
    fprintf(stderr, "rank %d read %llu bytes\n", rank, total);
    MPI_Finalize();
    return bytes == 0 ? 0 : 1;
}
