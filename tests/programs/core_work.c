// SPDX-License-Identifier: BSD-2-Clause
// core_work.c: rank 1 dies, by a fault or, with an argument, by abort, while another thread of it waits.
#include <mpi.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int secret;
double *array;

static void *wait_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

__attribute__((noinline)) static void fail(int *where, double value)
{
    secret++;
    *where = (int)value;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    secret = 100 + rank;
    array = malloc(100000 * sizeof *array);
    array[77777] = 3.25 + rank;
    pthread_create(&thread, NULL, wait_for_ever, NULL);
    sched_yield();
    MPI_Barrier(MPI_COMM_WORLD); // in the timeline of rank 1 at least, which dies afterwards
    if (rank == 1 && argc > 1)
        abort();
    if (rank == 1)
        fail((int *)(uintptr_t)argc, 2.5);
    MPI_Barrier(MPI_COMM_WORLD);
    return 0;
}
