// SPDX-License-Identifier: BSD-2-Clause
// hello.c: says which rank it is; needs libm.
#include <math.h>
#include <mpi.h>
#include <stdio.h>

int main(int argc, char *argv[])
{
    int rank, size;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    printf("C: rank %d of %d, %.3f\n", rank, size, pow(2.0, 0.5 + rank));
    MPI_Finalize();
    return 0;
}
