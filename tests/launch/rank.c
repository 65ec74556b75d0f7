// SPDX-License-Identifier: BSD-2-Clause
// rank.c [WORD]: one line per rank on standard output, one on standard error.
#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "hello";
    int rank, ranks;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    printf("%s from %d of %d\n", word, rank, ranks);
    fprintf(stderr, "error %s from %d of %d\n", word, rank, ranks);
    MPI_Finalize();
    return 0;
}
