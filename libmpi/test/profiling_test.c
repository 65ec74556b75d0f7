// SPDX-License-Identifier: BSD-2-Clause
// profiling_test.c: a program defines MPI_ functions itself and calls the PMPI_ ones (MPI 4.1, 15.2).
#include "libmpi/test/fake_kernel.h"
#include "mpi.h"
#include <stdio.h>

static int inits, ranks;

int MPI_Init(int *argc, char ***argv)
{
    inits++;
    return PMPI_Init(argc, argv);
}

int MPI_Comm_rank(MPI_Comm comm, int *rank)
{
    ranks++;
    return PMPI_Comm_rank(comm, rank);
}

// Names that libmpi must not own.
void yield(void);
void yield(void)
{
}

int main(int argc, char **argv)
{
    int rank, size;

    yield();
    if (MPI_Init(&argc, &argv) != MPI_SUCCESS || MPI_Comm_rank(MPI_COMM_WORLD, &rank) != MPI_SUCCESS ||
        MPI_Comm_size(MPI_COMM_WORLD, &size) != MPI_SUCCESS || MPI_Finalize() != MPI_SUCCESS)
        return 1;
    if (inits != 1 || ranks != 1 || rank != 2 || size != 5 || !fake_kernel.finalized)
        return 2;
    printf("done 1\n");
    return 0;
}
