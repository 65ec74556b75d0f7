// SPDX-License-Identifier: BSD-2-Clause
// pt2pt_postponed.c: nonblocking sends are local (MPI 4.1, 2.4.2 and 3.7): however many there are, they
// return while the receiver is busy with other things; and messages come in order all the same.
//
// The last rank, mostly of another core than rank 0, is busy until rank 0 writes a word of its memory,
// which it may, for all ranks share the address space.
#include "check.h"
#include <mpi.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES 3000 // many times what a ring or its cells hold
#define LONGEST 70000

static const int lengths[] = {0, 8, 100, 300, 512, 2000, LONGEST};
#define LENGTHS ((int)(sizeof lengths / sizeof lengths[0]))

static int rank, ranks, last;
static unsigned char (*out)[LONGEST]; // by length: all messages of one length have the same bytes
static unsigned char in[LONGEST];
static MPI_Request requests[MESSAGES];
static _Atomic int go;
static char (*names)[MPI_MAX_PROCESSOR_NAME];

// The last rank tells where its word is; then it is busy.
static void busy_begin(_Atomic int **word)
{
    uintptr_t address = (uintptr_t)&go;

    atomic_store(&go, 0);
    if (rank == last) {
        MPI_Send(&address, 1, MPI_AINT, 0, 99, MPI_COMM_WORLD);
        while (!atomic_load(&go)) // ends when rank 0 has come so far without this one
            sched_yield();
    } else if (rank == 0) {
        MPI_Recv(&address, 1, MPI_AINT, last, 99, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        *word = (_Atomic int *)address;
    }
}

// Are rank 0 and the last one on two cores? Each processor name is one core's.
static int apart(void)
{
    return strcmp(names[0], names[last]) != 0;
}

static void receive_checked(int source, int tag, int i)
{
    const int bytes = lengths[i % LENGTHS];
    MPI_Status status;
    int count;

    memset(in, 0, (size_t)bytes);
    MPI_Recv(in, LONGEST, MPI_BYTE, source, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
    MPI_Get_count(&status, MPI_BYTE, &count);
    CHECK(status.MPI_TAG == tag);
    CHECK(count == bytes);
    CHECK(memcmp(in, out[i % LENGTHS], (size_t)bytes) == 0);
}

// Standard, synchronous and persistent ones, and at last one that blocks.
static void test_local(void)
{
    _Atomic int *word = NULL;

    busy_begin(&word);
    if (rank == 0) {
        for (int i = 0; i < MESSAGES; i++) {
            const void *buf = out[i % LENGTHS];
            const int bytes = lengths[i % LENGTHS];

            if (i % 50 == 7) {
                MPI_Issend(buf, bytes, MPI_BYTE, last, i, MPI_COMM_WORLD, &requests[i]);
            } else if (i % 50 == 9) {
                MPI_Send_init(buf, bytes, MPI_BYTE, last, i, MPI_COMM_WORLD, &requests[i]);
                MPI_Start(&requests[i]);
            } else {
                MPI_Isend(buf, bytes, MPI_BYTE, last, i, MPI_COMM_WORLD, &requests[i]);
            }
        }
        atomic_store(word, 1);
        MPI_Send(out[1], 8, MPI_BYTE, last, MESSAGES, MPI_COMM_WORLD);
        MPI_Waitall(MESSAGES, requests, MPI_STATUSES_IGNORE);
        for (int i = 9; i < MESSAGES; i += 50)
            MPI_Request_free(&requests[i]);
    } else if (rank == last) {
        for (int i = 0; i < MESSAGES; i++)
            receive_checked(0, i, i);
        receive_checked(0, MESSAGES, 1);
    }
}

// What the busy rank has sent before can be received, and tests find it; what was freed arrives.
static void test_receive(void)
{
    int value = 0, flag = 0;
    _Atomic int *word = NULL;

    if (rank == last)
        for (int i = 0; i < 3; i++)
            MPI_Send(&i, 1, MPI_INT, 0, 5, MPI_COMM_WORLD);
    busy_begin(&word);
    if (rank == 0) {
        for (int i = 0; i < MESSAGES; i++) {
            MPI_Isend(out[1], 8, MPI_BYTE, last, i, MPI_COMM_WORLD, &requests[i]);
            if (i % 3 == 0)
                MPI_Request_free(&requests[i]);
        }
        MPI_Test(&requests[MESSAGES - 2], &flag, MPI_STATUS_IGNORE);
        CHECK(!flag || !apart());
        MPI_Recv(&value, 1, MPI_INT, last, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(value == 0);
        MPI_Recv(&value, 1, MPI_INT, MPI_ANY_SOURCE, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(value == 1);
        MPI_Iprobe(last, 5, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
        CHECK(flag);
        MPI_Recv(&value, 1, MPI_INT, last, 5, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(value == 2);
        atomic_store(word, 1);
        MPI_Waitall(MESSAGES, requests, MPI_STATUSES_IGNORE);
    } else if (rank == last) {
        for (int i = 0; i < MESSAGES; i++)
            receive_checked(0, i, 1);
    }
}

// The ones not on the bus yet are taken back; buffered ones are local as well.
static void test_cancel(void)
{
    _Atomic int *word = NULL;
    MPI_Status status;
    int cancelled, gone = 0;

    busy_begin(&word);
    if (rank == 0) {
        const int bytes = 1000 * (8 + MPI_BSEND_OVERHEAD);
        void *buffer = malloc((size_t)bytes);
        int size;

        for (int i = 0; i < MESSAGES; i++)
            MPI_Isend(out[1], 8, MPI_BYTE, last, i, MPI_COMM_WORLD, &requests[i]);
        for (int i = MESSAGES - 1; i >= MESSAGES - 100; i--) {
            MPI_Cancel(&requests[i]);
            MPI_Wait(&requests[i], &status);
            MPI_Test_cancelled(&status, &cancelled);
            CHECK(cancelled);
        }
        MPI_Buffer_attach(buffer, bytes);
        for (int i = 0; i < 1000; i++)
            MPI_Bsend(out[1], 8, MPI_BYTE, last, MESSAGES + i, MPI_COMM_WORLD);
        atomic_store(word, 1);
        MPI_Buffer_detach(&buffer, &size);
        free(buffer);
        MPI_Waitall(MESSAGES, requests, MPI_STATUSES_IGNORE);
    } else if (rank == last) {
        for (int i = 0; i < MESSAGES - 100; i++)
            receive_checked(0, i, 1);
        for (int i = 0; i < 1000; i++)
            receive_checked(0, MESSAGES + i, 1);
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &gone, MPI_STATUS_IGNORE);
        CHECK(!gone);
    }
}

// All to all before anybody receives: everybody waits for room and for messages, and gets both.
static void test_flood(void)
{
    const int each = MESSAGES / ranks;

    for (int i = 0; i < each; i++)
        for (int r = 0; r < ranks; r++)
            MPI_Isend(out[i % LENGTHS], lengths[i % LENGTHS], MPI_BYTE, r, i, MPI_COMM_WORLD,
                      &requests[i * ranks + r]);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; i < each; i++)
        for (int r = 0; r < ranks; r++)
            receive_checked((rank + r) % ranks, i, i);
    MPI_Waitall(each * ranks, requests, MPI_STATUSES_IGNORE);
}

int main(int argc, char *argv[])
{
    int length;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    out = malloc(sizeof *out * LENGTHS);
    names = calloc((size_t)ranks, sizeof *names);
    CHECK(out && names);
    last = ranks - 1;
    MPI_Get_processor_name(names[rank], &length);
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, names, MPI_MAX_PROCESSOR_NAME, MPI_CHAR,
                  MPI_COMM_WORLD);
    for (int i = 0; i < LENGTHS; i++)
        for (int b = 0; b < LONGEST; b++)
            out[i][b] = (unsigned char)(b * 7 + i);
    if (ranks > 1) {
        test_local();
        test_receive();
        if (apart())
            test_cancel();
    }
    MPI_Barrier(MPI_COMM_WORLD); // the others are here already
    test_flood();
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0)
        printf("ok\n");
    MPI_Finalize();
    return 0;
}
