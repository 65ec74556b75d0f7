// SPDX-License-Identifier: BSD-2-Clause
// flood.c: rank 0 sends what rank 1 does not receive. The memory ends, and the job says so; nothing is lost
// before. Arguments: the bytes of a message, and how many (0: for ever). Of a number that fits all are
// received afterwards, whole and in order, and it prints "ok".
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[])
{
    int rank, bytes, flag, last = -1;
    long count;
    char *data;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    bytes = argc > 1 ? atoi(argv[1]) : 64;
    count = argc > 2 ? atol(argv[2]) : 0;
    data = calloc(1, (size_t)bytes + sizeof(long));
    for (long i = 0; rank == 0 && (i < count || !count); i++) {
        memcpy(data, &i, sizeof i);
        MPI_Send(data, bytes, MPI_CHAR, 1, 5, MPI_COMM_WORLD);
    }
    if (rank == 0)
        MPI_Send(NULL, 0, MPI_CHAR, 1, 6, MPI_COMM_WORLD);
    if (rank == 1) {
        MPI_Recv(NULL, 0, MPI_CHAR, 0, 6, MPI_COMM_WORLD, MPI_STATUS_IGNORE); // behind all others
        for (long i = 0; i < count; i++) {
            MPI_Recv(data, bytes, MPI_CHAR, 0, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            last = memcmp(data, &i, sizeof i) ? -1 : (int)i;
            if (last < 0)
                break;
        }
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
        printf(last == count - 1 && !flag ? "ok\n" : "message %d is wrong\n", last + 1);
    }
    free(data);
    MPI_Finalize();
    return 0;
}
