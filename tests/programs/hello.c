// SPDX-License-Identifier: BSD-2-Clause
// hello.c: the first program: each rank says who and where it is.
#include <mpi.h>
#include <stdio.h>
#include <torito.h>

int main(int argc, char **argv)
{
    int rank, ranks;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    printf("Hello from rank %d of %d, on core %d of %d of machine %s\n", rank, ranks, torito_core(),
           torito_cores(), torito_machine());
    MPI_Finalize();
    return 0;
}
