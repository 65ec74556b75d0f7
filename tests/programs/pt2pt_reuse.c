// SPDX-License-Identifier: BSD-2-Clause
// pt2pt_reuse.c: a buffer belongs to its owner again when MPI_Send returns: he writes to it at once, and
// what is received must be what was sent, whether the receiver waits for it already, comes late, or looks
// first.
//
// The sizes lie around the limits between which Torito lends the buffer for a moment.
#include "check.h"
#include <mpi.h>
#include <stdio.h>
#include <string.h>

#define BYTES_MAX 16385
#define ROUNDS 400

static const int sizes[] = {512, 1023, 1024, 1025, 2048, 4096, 4097, 8192, 16384, BYTES_MAX};
#define SIZES ((int)(sizeof sizes / sizeof sizes[0]))

static int rank, ranks, left, right;
static unsigned char out[BYTES_MAX], in[BYTES_MAX + 1];

static unsigned random_number(unsigned most)
{
    static unsigned seed;

    seed = seed * 1103515245u + 12345u + (unsigned)rank;
    return (seed >> 16) % most;
}

// Without MPI: nothing that was sent meanwhile moves.
static void compute(void)
{
    volatile unsigned sink = 0;
    unsigned turns = random_number(4) == 0 ? random_number(20000) : random_number(200);

    for (unsigned i = 0; i < turns; i++)
        sink += i;
}

static unsigned char byte_of(int round, int from, int i)
{
    return (unsigned char)(round * 31 + from * 7 + i + i / 251);
}

static void send_one(int round, int bytes)
{
    for (int i = 0; i < bytes; i++)
        out[i] = byte_of(round, rank, i);
    compute();
    MPI_Send(out, bytes, MPI_BYTE, right, round, MPI_COMM_WORLD);
    memset(out, 0xee, (size_t)bytes);
}

static void receive_one(int round, int bytes)
{
    MPI_Status status;
    MPI_Request request;
    int count;

    memset(in, 0xdd, sizeof in);
    compute();
    switch (random_number(5)) {
    case 0:
        MPI_Irecv(in, BYTES_MAX, MPI_BYTE, left, round, MPI_COMM_WORLD, &request);
        compute();
        MPI_Wait(&request, &status);
        break;
    case 1:
        MPI_Probe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
        MPI_Recv(in, bytes, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD, &status);
        break;
    case 2:
        MPI_Recv(in, BYTES_MAX, MPI_BYTE, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
        break;
    default:
        MPI_Recv(in, bytes, MPI_BYTE, left, round, MPI_COMM_WORLD, &status);
        break;
    }
    MPI_Get_count(&status, MPI_BYTE, &count);
    CHECK(status.MPI_SOURCE == left && status.MPI_TAG == round && count == bytes);
    for (int i = 0; i < bytes; i++)
        CHECK(in[i] == byte_of(round, left, i));
    CHECK(in[bytes] == 0xdd);
}

// There and back: rank 0 begins.
static void pass_around(int round)
{
    int bytes = sizes[round % SIZES];

    if (rank == 0)
        send_one(round, bytes);
    receive_one(round, bytes);
    if (rank != 0)
        send_one(round, bytes);
}

// One way, the sender ahead or behind.
static void stream(int round)
{
    int bytes = sizes[round % SIZES];

    for (int i = 0; i < 20; i++) {
        if (rank % 2 == 0 && right != 0)
            send_one(round + i, bytes);
        if (rank % 2 == 1)
            receive_one(round + i, bytes);
    }
}

// All send before they receive: every MPI can hold that much.
static void exchange(int round)
{
    send_one(round, 2048);
    receive_one(round, 2048);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    right = (rank + 1) % ranks;
    left = (rank + ranks - 1) % ranks;
    for (int round = 0; round < ROUNDS; round++) {
        pass_around(round);
        exchange(round);
        if (round % 10 == 0)
            stream(round);
    }
    if (rank == 0)
        printf("ok\n");
    MPI_Finalize();
    return 0;
}
