// SPDX-License-Identifier: BSD-2-Clause
// pt2pt_threads.c: MPI_THREAD_MULTIPLE, and loops that only test: they must let others of their core run
// (MPI 4.1, 11.6 and 3.7.4).
#include "check.h"
#include <mpi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 4
#define MESSAGES 300

static int rank, ranks;

// Each thread talks with those of the same number, in its own way of waiting.
static void *talk(void *arg)
{
    const int me = *(int *)arg, to = (rank + 1) % ranks, from = (rank - 1 + ranks) % ranks;
    static int big[THREADS][10000], got[THREADS][10000];

    for (int i = 0; i < MESSAGES; i++) {
        const int count = i % 10 ? 1 : 10000;
        MPI_Request request;
        MPI_Message message;
        MPI_Status status;

        big[me][0] = i * 10 + me;
        MPI_Isend(big[me], count, MPI_INT, to, me, MPI_COMM_WORLD, &request);
        if (me == 0) {
            MPI_Recv(got[me], count, MPI_INT, from, me, MPI_COMM_WORLD, &status);
        } else if (me == 1) {
            MPI_Mprobe(from, me, MPI_COMM_WORLD, &message, &status);
            MPI_Mrecv(got[me], count, MPI_INT, &message, &status);
        } else if (me == 2) {
            for (int flag = 0; !flag;) // ends when the neighbour has sent
                MPI_Iprobe(from, me, MPI_COMM_WORLD, &flag, &status);
            MPI_Recv(got[me], count, MPI_INT, from, me, MPI_COMM_WORLD, &status);
        } else {
            MPI_Request receive;

            MPI_Irecv(got[me], count, MPI_INT, from, me, MPI_COMM_WORLD, &receive);
            for (int flag = 0; !flag;) // ends when the neighbour has sent
                MPI_Test(&receive, &flag, &status);
        }
        CHECK(got[me][0] == i * 10 + me);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
    }
    return NULL;
}

static void *complete(void *arg)
{
    MPI_Grequest_complete(*(MPI_Request *)arg);
    return NULL;
}

static int query(void *extra, MPI_Status *status)
{
    (void)extra;
    MPI_Status_set_elements(status, MPI_INT, 0);
    MPI_Status_set_cancelled(status, 0);
    return MPI_SUCCESS;
}

static int release(void *extra)
{
    (void)extra;
    return MPI_SUCCESS;
}

static int cancel(void *extra, int is_complete)
{
    (void)extra;
    (void)is_complete;
    return MPI_SUCCESS;
}

int main(int argc, char *argv[])
{
    pthread_t threads[THREADS];
    int numbers[THREADS], provided;
    MPI_Request request, again;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    CHECK(provided == MPI_THREAD_MULTIPLE);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, talk, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    // A generalized request that another thread completes while this one waits.
    MPI_Grequest_start(query, release, cancel, NULL, &request);
    again = request;
    CHECK(pthread_create(&threads[0], NULL, complete, &again) == 0);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    pthread_join(threads[0], NULL);
    if (rank == 0)
        printf("ok\n");
    MPI_Finalize();
    return 0;
}
