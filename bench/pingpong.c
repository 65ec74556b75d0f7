// SPDX-License-Identifier: BSD-2-Clause
// pingpong.c: two cores pass a message to and fro with torito_send_to and torito_recv_from, as in the
// talk this system began with. Prints the time one way.
//
//   mpicc -O2 pingpong.c -o pingpong && mpiexec -n 2 ./pingpong
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <torito.h>

#define ROUNDS 20000

static char buffer[1 << 20];

static void check(int condition, const char *what)
{
    if (!condition) {
        printf("failed: %s\n", what);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

static double one_way_us(int me, int other, size_t bytes, int rounds)
{
    double start = MPI_Wtime();

    for (int i = 0; i < rounds; i++) {
        if (me == 0)
            check(torito_send_to(other, buffer, bytes) == 0, "send");
        check(torito_recv_from(other, buffer, sizeof buffer) == (long)bytes, "receive");
        if (me != 0)
            check(torito_send_to(other, buffer, bytes) == 0, "send");
    }
    return (MPI_Wtime() - start) / rounds / 2 * 1e6;
}

int main(int argc, char **argv)
{
    int me, ranks;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    check(ranks == 2 && torito_cores() == 2, "two ranks on two cores");
    for (size_t bytes = 1; bytes <= sizeof buffer; bytes *= 8) {
        int rounds = bytes < 4096 ? ROUNDS : ROUNDS / 100;
        double us;

        memset(buffer, (int)bytes, sizeof buffer);
        one_way_us(me, 1 - me, bytes, rounds / 10);
        us = one_way_us(me, 1 - me, bytes, rounds);
        check(buffer[bytes - 1] == (char)bytes, "the bytes that came");
        if (me == 0)
            printf("%8zu bytes %10.3f us\n", bytes, us);
    }
    MPI_Finalize();
    return 0;
}
