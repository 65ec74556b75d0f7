// SPDX-License-Identifier: BSD-2-Clause
// gdb_work.c: something to look at with a debugger: a global that differs from rank to rank.
#include <mpi.h>
#include <stdio.h>

static int secret;

__attribute__((noinline)) static int work(int rank)
{
    secret = 1000 + rank;
    MPI_Barrier(MPI_COMM_WORLD);
    return secret * 2; // line 14: where the scripted session stops
}

int main(int argc, char **argv)
{
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    printf("rank %d: %d\n", rank, work(rank));
    MPI_Finalize();
    return 0;
}
