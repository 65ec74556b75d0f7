// SPDX-License-Identifier: BSD-2-Clause
// pt2pt_modes.c: messages of all sizes in all modes between all ranks, each checked (MPI 4.1, chapter 3).
//
// The sizes lie around the limits where Torito changes its way: what fits beside a bus element,
// what is copied to a buffer, what is received straight from the sender's.
#include "check.h"
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX 200000
#define MANY 3000

static const int sizes[] = {0,  1,    8,     39,    40,    41,    63,       64,
                            65, 1000, 16383, 16384, 16385, 65536, BYTES_MAX};
#define SIZES ((int)(sizeof sizes / sizeof sizes[0]))

static int rank, ranks;
static unsigned char out[BYTES_MAX + 1], in[BYTES_MAX + 1];

static unsigned char byte_of(int seed, int i)
{
    return (unsigned char)((unsigned)(seed * 31 + i * 7 + i / 251) & 0xff);
}

static void fill(unsigned char *buf, int bytes, int seed)
{
    for (int i = 0; i < bytes; i++)
        buf[i] = byte_of(seed, i);
}

static bool is_filled(const unsigned char *buf, int bytes, int seed)
{
    for (int i = 0; i < bytes; i++)
        if (buf[i] != byte_of(seed, i))
            return false;
    return true;
}

static void check_status(const MPI_Status *status, int source, int tag, int bytes)
{
    int count;

    MPI_Get_count(status, MPI_BYTE, &count);
    CHECK(status->MPI_SOURCE == source);
    CHECK(status->MPI_TAG == tag);
    CHECK(count == bytes);
}

// Everybody has come here, by messages alone.
static void sync_all(void)
{
    for (int step = 1; step < ranks; step *= 2)
        MPI_Sendrecv(NULL, 0, MPI_BYTE, (rank + step) % ranks, 99, NULL, 0, MPI_BYTE,
                     (rank - step + ranks) % ranks, 99, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

enum { SEND, SSEND, RSEND, ISEND, ISSEND, IRSEND, MODES };

static void send_as(int mode, const void *buf, int bytes, int dest, int tag)
{
    MPI_Request request = MPI_REQUEST_NULL;

    switch (mode) {
    case SEND:
        MPI_Send(buf, bytes, MPI_BYTE, dest, tag, MPI_COMM_WORLD);
        break;
    case SSEND:
        MPI_Ssend(buf, bytes, MPI_BYTE, dest, tag, MPI_COMM_WORLD);
        break;
    case RSEND:
        MPI_Rsend(buf, bytes, MPI_BYTE, dest, tag, MPI_COMM_WORLD);
        break;
    case ISEND:
        MPI_Isend(buf, bytes, MPI_BYTE, dest, tag, MPI_COMM_WORLD, &request);
        break;
    case ISSEND:
        MPI_Issend(buf, bytes, MPI_BYTE, dest, tag, MPI_COMM_WORLD, &request);
        break;
    default:
        MPI_Irsend(buf, bytes, MPI_BYTE, dest, tag, MPI_COMM_WORLD, &request);
        break;
    }
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    CHECK(request == MPI_REQUEST_NULL);
}

// Each rank sends to the one `step` further on, itself included; the receive is posted first, so
// that ready sends are correct and no send waits for ever.
static void test_modes(void)
{
    for (int step = 0; step < ranks; step++)
        for (int mode = 0; mode < MODES; mode++)
            for (int s = 0; s < SIZES; s++) {
                const int to = (rank + step) % ranks, from = (rank - step + ranks) % ranks;
                MPI_Request request;
                MPI_Status status;

                memset(in, 0xee, sizeof in);
                fill(out, sizes[s], rank + mode + s);
                MPI_Irecv(in, sizes[s], MPI_BYTE, from, mode * 100 + s, MPI_COMM_WORLD, &request);
                if (mode == RSEND || mode == IRSEND)
                    sync_all();
                send_as(mode, out, sizes[s], to, mode * 100 + s);
                MPI_Wait(&request, &status);
                check_status(&status, from, mode * 100 + s, sizes[s]);
                CHECK(is_filled(in, sizes[s], from + mode + s));
                CHECK(in[sizes[s]] == 0xee);
            }
}

// Messages that come before their receive, of mixed sizes: those with one tag are received in the order sent.
static void test_order(void)
{
    static unsigned char bufs[SIZES][BYTES_MAX];
    MPI_Request requests[SIZES];
    const int to = (rank + 1) % ranks, from = (rank - 1 + ranks) % ranks;

    for (int s = 0; s < SIZES; s++) {
        const int at = (s * 7) % SIZES;

        fill(bufs[s], sizes[at], rank + s);
        MPI_Isend(bufs[s], sizes[at], MPI_BYTE, to, 5, MPI_COMM_WORLD, &requests[s]);
    }
    sync_all();
    for (int s = 0; s < SIZES; s++) {
        const int bytes = sizes[(s * 7) % SIZES];
        const bool any = s % 2;
        MPI_Status status;

        // A size larger than needed, and wildcards every second time.
        MPI_Recv(in, BYTES_MAX, MPI_BYTE, any ? MPI_ANY_SOURCE : from, any ? 5 : MPI_ANY_TAG,
                 MPI_COMM_WORLD, &status);
        check_status(&status, from, 5, bytes);
        CHECK(is_filled(in, bytes, from + s));
    }
    MPI_Waitall(SIZES, requests, MPI_STATUSES_IGNORE);
}

// Tags choose among messages that wait, whatever their order.
static void test_tags(void)
{
    const int to = (rank + 1) % ranks, from = (rank - 1 + ranks) % ranks;
    MPI_Request requests[20];
    int mine[20], values[20];

    for (int i = 0; i < 20; i++) {
        mine[i] = i;
        MPI_Isend(&mine[i], 1, MPI_INT, to, i, MPI_COMM_WORLD, &requests[i]);
    }
    for (int i = 19; i >= 0; i--) {
        MPI_Recv(&values[i], 1, MPI_INT, from, i, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(values[i] == i);
    }
    MPI_Waitall(20, requests, MPI_STATUSES_IGNORE);
}

// Everybody sends to rank 0, which takes what comes.
static void test_any_source(void)
{
    int value, expect[64] = {0};
    MPI_Status status;

    for (int i = 0; rank && i < 50; i++)
        MPI_Send(&i, 1, MPI_INT, 0, i, MPI_COMM_WORLD);
    for (int i = 0; !rank && i < 50 * (ranks - 1); i++) {
        MPI_Recv(&value, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
        CHECK(value == expect[status.MPI_SOURCE]++);
        CHECK(status.MPI_TAG == value);
    }
    // No other message may come to rank 0 before it has them all.
    for (int r = 1; !rank && r < ranks; r++)
        MPI_Send(NULL, 0, MPI_BYTE, r, 98, MPI_COMM_WORLD);
    if (rank)
        MPI_Recv(NULL, 0, MPI_BYTE, 0, 98, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void test_null(void)
{
    MPI_Request request;
    MPI_Status status;

    MPI_Send(out, 10, MPI_BYTE, MPI_PROC_NULL, 1, MPI_COMM_WORLD);
    MPI_Recv(in, 10, MPI_BYTE, MPI_PROC_NULL, 1, MPI_COMM_WORLD, &status);
    check_status(&status, MPI_PROC_NULL, MPI_ANY_TAG, 0);
    MPI_Irecv(in, 10, MPI_BYTE, MPI_PROC_NULL, MPI_ANY_TAG, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, &status);
#ifndef MPICH_VERSION // 4.0 leaves it unset
    check_status(&status, MPI_PROC_NULL, MPI_ANY_TAG, 0);
#endif
    MPI_Wait(&request, &status); // MPI_REQUEST_NULL
    check_status(&status, MPI_ANY_SOURCE, MPI_ANY_TAG, 0);
    MPI_Sendrecv(NULL, 0, MPI_BYTE, MPI_PROC_NULL, 1, NULL, 0, MPI_BYTE, MPI_PROC_NULL, 1,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static int class_of(int code)
{
    int class;

    MPI_Error_class(code, &class);
    return class;
}

// A message longer than its buffer: an error of the receive, and nothing is written behind the buffer.
static void test_truncation(void)
{
    const int to = (rank + 1) % ranks, from = (rank - 1 + ranks) % ranks;
    MPI_Request requests[2];
    MPI_Status statuses[2];

    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    for (int s = 1; s < SIZES; s++) {
        memset(in, 0xee, sizeof in);
        MPI_Isend(out, sizes[s], MPI_BYTE, to, s, MPI_COMM_WORLD, &requests[0]);
        CHECK(class_of(MPI_Recv(in, sizes[s] - 1, MPI_BYTE, from, s, MPI_COMM_WORLD,
                                MPI_STATUS_IGNORE)) == MPI_ERR_TRUNCATE);
        CHECK(in[sizes[s] - 1] == 0xee);
        CHECK(MPI_Wait(&requests[0], MPI_STATUS_IGNORE) == MPI_SUCCESS);
    }
    MPI_Irecv(in, 3, MPI_BYTE, from, 7, MPI_COMM_WORLD, &requests[0]);
    MPI_Irecv(in + 10, 4, MPI_BYTE, from, 8, MPI_COMM_WORLD, &requests[1]);
    MPI_Send(out, 4, MPI_BYTE, to, 7, MPI_COMM_WORLD);
    MPI_Send(out, 4, MPI_BYTE, to, 8, MPI_COMM_WORLD);
    CHECK(class_of(MPI_Waitall(2, requests, statuses)) == MPI_ERR_IN_STATUS);
    CHECK(class_of(statuses[0].MPI_ERROR) == MPI_ERR_TRUNCATE);
    // A library may stop at the first error, and leave the others as they are (3.7.5).
    CHECK(statuses[1].MPI_ERROR == MPI_SUCCESS || statuses[1].MPI_ERROR == MPI_ERR_PENDING);
    CHECK(MPI_Wait(&requests[1], MPI_STATUS_IGNORE) == MPI_SUCCESS);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
}

// Thousands of requests under way, waited for in another order than they end.
static void test_many(void)
{
    static int values[MANY], mine[MANY];
    static MPI_Request receives[MANY], sends[MANY];
    const int to = (rank + 1) % ranks, from = (rank - 1 + ranks) % ranks;
    int index;

    for (int i = 0; i < MANY; i++)
        MPI_Irecv(&values[i], 1, MPI_INT, from, i % 100, MPI_COMM_WORLD, &receives[i]);
    for (int i = 0; i < MANY; i++) {
        mine[i] = i * ranks + rank;
        MPI_Isend(&mine[i], 1, MPI_INT, to, i % 100, MPI_COMM_WORLD, &sends[i]);
    }
    for (int i = 0; i < MANY; i += 10) {
        MPI_Waitany(10, &receives[i], &index, MPI_STATUS_IGNORE);
        CHECK(index >= 0 && index < 10);
        CHECK(receives[i + index] == MPI_REQUEST_NULL);
    }
    MPI_Waitall(MANY, receives, MPI_STATUSES_IGNORE);
    MPI_Waitall(MANY, sends, MPI_STATUSES_IGNORE);
    for (int i = 0; i < MANY; i++)
        CHECK(values[i] == i * ranks + from);
}

// Data that are not dense on one side or on both.
static void test_strided(void)
{
    const int to = (rank + 1) % ranks, from = (rank - 1 + ranks) % ranks;
    MPI_Datatype pairs; // two bytes of three

    MPI_Type_vector(1000, 2, 3, MPI_BYTE, &pairs);
    MPI_Type_commit(&pairs);
    for (int count = 1; count <= 64; count *= 8)
        for (int how = 1; how <= 3; how++) {
            const int bytes = 2000 * count;
            const bool out_strided = how & 1, in_strided = how & 2;
            MPI_Request request;

            fill(out, 2999 * count, rank);
            memset(in, 0xee, sizeof in);
            MPI_Isend(out, out_strided ? count : bytes, out_strided ? pairs : MPI_BYTE, to, how,
                      MPI_COMM_WORLD, &request);
            if (count % 2)
                sync_all();
            MPI_Recv(in, in_strided ? count : bytes, in_strided ? pairs : MPI_BYTE, from, how,
                     MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            MPI_Wait(&request, MPI_STATUS_IGNORE);
            for (int i = 0; i < bytes; i++) {
                const int strided = i / 2000 * 2999 + i % 2000 / 2 * 3 + i % 2;

                CHECK(in[in_strided ? strided : i] == byte_of(from, out_strided ? strided : i));
            }
        }
    MPI_Type_free(&pairs);
}

int main(int argc, char *argv[])
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    test_modes();
    test_order();
    sync_all();
    test_tags();
    sync_all();
    test_any_source();
    test_null();
    test_truncation();
    sync_all();
    test_many();
    test_strided();
    sync_all();
    if (rank == 0)
        printf("ok\n");
    MPI_Finalize();
    return 0;
}
