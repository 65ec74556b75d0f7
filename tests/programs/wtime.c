// SPDX-License-Identifier: BSD-2-Clause
// wtime.c SECONDS: MPI_Wtime never goes backwards, neither on one core nor from one core to another: a time
// read before a message was sent is never later than one read after it came. Pairs in all
// distances take turns. Prints `ok`, or `not global` if the library does not promise that ranks agree
// (MPI_WTIME_IS_GLOBAL); the least slack seen goes to standard error.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUND_TRIPS 200
#define READS 1000

static double least = 1e9; // seconds between a sender's reading and the receiver's
static long backwards;

static double later_than(double before)
{
    double now = MPI_Wtime();

    if (now < before)
        backwards++;
    return now;
}

static void read_in_a_row(void)
{
    double last = MPI_Wtime();

    for (int i = 0; i < READS; i++)
        last = later_than(last);
}

// The lower rank begins; each message carries the time it was sent at.
static void exchange(int rank, int peer)
{
    double time;

    for (int i = 0; i < ROUND_TRIPS; i++) {
        if (rank < peer) {
            time = MPI_Wtime();
            MPI_Send(&time, 1, MPI_DOUBLE, peer, 0, MPI_COMM_WORLD);
        }
        MPI_Recv(&time, 1, MPI_DOUBLE, peer, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        double slack = later_than(time) - time;
        least = slack < least ? slack : least;
        if (rank > peer) {
            time = MPI_Wtime();
            MPI_Send(&time, 1, MPI_DOUBLE, peer, 0, MPI_COMM_WORLD);
        }
    }
}

int main(int argc, char **argv)
{
    int rank, ranks, go_on = 1, set, *global;
    double end, least_of_all;
    long backwards_of_all;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_WTIME_IS_GLOBAL, (void *)&global, &set);
    end = MPI_Wtime() + (argc > 1 ? atof(argv[1]) : 1);
    for (int distance = 1; go_on; distance = distance % ranks + 1) {
        int peer = rank ^ distance;

        read_in_a_row();
        if (peer < ranks && peer != rank)
            exchange(rank, peer);
        go_on = MPI_Wtime() < end;
        MPI_Bcast(&go_on, 1, MPI_INT, 0, MPI_COMM_WORLD);
    }
    MPI_Reduce(&backwards, &backwards_of_all, 1, MPI_LONG, MPI_SUM, 0, MPI_COMM_WORLD);
    MPI_Reduce(&least, &least_of_all, 1, MPI_DOUBLE, MPI_MIN, 0, MPI_COMM_WORLD);
    if (rank == 0) {
        fprintf(stderr, "least slack %.0f ns\n", least_of_all * 1e9);
        if (!set || !*global)
            puts("not global");
        else if (backwards_of_all)
            printf("%ld times backwards\n", backwards_of_all);
        else
            puts("ok");
    }
    MPI_Finalize();
    return rank == 0 && backwards_of_all != 0;
}
