// SPDX-License-Identifier: BSD-2-Clause
// pt2pt_sleepers.c: who polls lets those go on that sleep meanwhile: other threads of the rank, and other
// ranks of its core.
#include <mpi.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define SLEEP_US 20000

static int rank, ranks;

// Each odd rank sends to its left neighbour, mostly of the same core, when it has slept.
static void test_ranks(void)
{
    const int from = rank + 1, to = rank - 1;
    int value = 0, flag = 0;
    MPI_Request request;

    if (rank % 2) {
        usleep(SLEEP_US);
        MPI_Send(&rank, 1, MPI_INT, to, 1, MPI_COMM_WORLD);
        usleep(SLEEP_US);
        MPI_Send(&rank, 1, MPI_INT, to, 2, MPI_COMM_WORLD);
    } else if (from < ranks) {
        MPI_Irecv(&value, 1, MPI_INT, from, 1, MPI_COMM_WORLD, &request);
        while (!flag) // ends when the other one has slept
            MPI_Test(&request, &flag, MPI_STATUS_IGNORE);
        for (flag = 0; !flag;)
            MPI_Iprobe(from, 2, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
        MPI_Recv(&value, 1, MPI_INT, from, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
}

static int query(void *unused, MPI_Status *status)
{
    (void)unused;
    MPI_Status_set_elements(status, MPI_BYTE, 0);
    return MPI_Status_set_cancelled(status, 0);
}

static int release(void *unused)
{
    (void)unused;
    return MPI_SUCCESS;
}

static int cancel(void *unused, int complete)
{
    (void)unused;
    (void)complete;
    return MPI_SUCCESS;
}

static void *complete_later(void *request)
{
    usleep(SLEEP_US);
    MPI_Grequest_complete(*(MPI_Request *)request);
    return NULL;
}

static void test_threads(void)
{
    MPI_Request request, copy;
    pthread_t thread;
    int flag = 0;

    MPI_Grequest_start(query, release, cancel, NULL, &request);
    copy = request;
    if (pthread_create(&thread, NULL, complete_later, &copy))
        MPI_Abort(MPI_COMM_WORLD, 1);
    while (!flag) // ends when the thread has slept
        MPI_Test(&request, &flag, MPI_STATUS_IGNORE);
    pthread_join(thread, NULL);
}

int main(int argc, char *argv[])
{
    int level;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    test_ranks();
    test_threads();
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        printf("ok\n");
    MPI_Finalize();
    return 0;
}
