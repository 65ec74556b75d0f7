// SPDX-License-Identifier: BSD-2-Clause
// startup_hello.c: the program of the start-up table: says that main is reached, before all else.
#include <mpi.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    puts("main");
    fflush(stdout);
    MPI_Init(&argc, &argv);
    MPI_Finalize();
    return 0;
}
