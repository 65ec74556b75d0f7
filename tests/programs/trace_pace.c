// SPDX-License-Identifier: BSD-2-Clause
// trace_pace.c: streams of calls of different density and kind, and how many each rank has made of those that
// --trace records: "rank R: N calls". For --trace; the checks are in suite_debug.sh.
//
// Arguments, in this order of execution: pingpong N; waits N (Isend, Irecv, Waitall); barriers N; rare N
// (with 50 us between them); late N (a dense stream of 10 N exchanges, in which rank 0 is 3 ms late at every
// Nth); die (rank 0 does, having said its number).
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, peer;
static long calls;

static void busy(double seconds)
{
    double end = MPI_Wtime() + seconds;

    while (MPI_Wtime() < end)
        ;
}

static void exchange(void)
{
    char byte = 'x';

    if (rank % 2 == 0) {
        MPI_Send(&byte, 1, MPI_CHAR, peer, 1, MPI_COMM_WORLD);
        MPI_Recv(&byte, 1, MPI_CHAR, peer, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
        MPI_Recv(&byte, 1, MPI_CHAR, peer, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Send(&byte, 1, MPI_CHAR, peer, 2, MPI_COMM_WORLD);
    }
    calls += 2;
}

static void pingpong(long n)
{
    for (long i = 0; i < n; i++)
        exchange();
}

static void waits(long n)
{
    char in, out = 'x';

    for (long i = 0; i < n; i++) {
        MPI_Request request[2];

        MPI_Irecv(&in, 1, MPI_CHAR, peer, 3, MPI_COMM_WORLD, &request[0]);
        MPI_Isend(&out, 1, MPI_CHAR, peer, 3, MPI_COMM_WORLD, &request[1]);
        MPI_Waitall(2, request, MPI_STATUSES_IGNORE);
        calls += 3;
    }
}

static void barriers(long n)
{
    for (long i = 0; i < n; i++)
        MPI_Barrier(MPI_COMM_WORLD);
    calls += n;
}

static void rare(long n)
{
    for (long i = 0; i < n; i++) {
        busy(50e-6);
        exchange();
    }
}

static void late(long n)
{
    for (long i = 0; i < 10 * n; i++) {
        if (rank == 0 && i % n == n / 2)
            busy(3e-3);
        exchange();
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(long n);
    } part[] = {{"pingpong", pingpong},
                {"waits", waits},
                {"barriers", barriers},
                {"rare", rare},
                {"late", late}};

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    peer = rank ^ 1;
    for (int i = 1; i + 1 < argc; i += 2) // ends before a last `die`
        for (unsigned p = 0; p < sizeof part / sizeof part[0]; p++)
            if (strcmp(argv[i], part[p].name) == 0)
                part[p].run(atol(argv[i + 1]));
    printf("rank %d: %ld calls\n", rank, calls);
    if (strcmp(argv[argc - 1], "die") == 0 && rank == 0) {
        fflush(stdout);
        abort();
    }
    MPI_Finalize();
    return 0;
}
