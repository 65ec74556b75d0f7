// SPDX-License-Identifier: BSD-2-Clause
// pt2pt_requests.c: persistent, partitioned, generalized, freed and cancelled requests, probes and
// buffered sends (MPI 4.1, 3.6 to 3.11, 4.2 and 13.2).
#include "check.h"
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG 100000 // ints: far beyond what is sent eagerly

static int rank, ranks, to, from;
static int out[BIG], in[BIG];

static const int counts[] = {0, 1, 10, 11, 4096, 4097, BIG};
#define COUNTS ((int)(sizeof counts / sizeof counts[0]))

static void fill(int count, int seed)
{
    for (int i = 0; i < count; i++)
        out[i] = seed * 1000 + i;
}

static bool is_filled(const int *buf, int count, int seed)
{
    for (int i = 0; i < count; i++)
        if (buf[i] != seed * 1000 + i)
            return false;
    return true;
}

static int count_of(const MPI_Status *status)
{
    int count;

    MPI_Get_count(status, MPI_INT, &count);
    return count;
}

static void sync_all(void)
{
    for (int step = 1; step < ranks; step *= 2)
        MPI_Sendrecv(NULL, 0, MPI_BYTE, (rank + step) % ranks, 99, NULL, 0, MPI_BYTE,
                     (rank - step + ranks) % ranks, 99, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void test_sendrecv(void)
{
    MPI_Status status;

    for (int c = 0; c < COUNTS; c++) {
        fill(counts[c], rank + c);
        memset(in, 0xee, sizeof in);
        MPI_Sendrecv(out, counts[c], MPI_INT, to, c, in, BIG, MPI_INT, from, c, MPI_COMM_WORLD,
                     &status);
        CHECK(count_of(&status) == counts[c] && status.MPI_SOURCE == from && status.MPI_TAG == c);
        CHECK(is_filled(in, counts[c], from + c));
        MPI_Sendrecv_replace(out, counts[c], MPI_INT, to, c, MPI_ANY_SOURCE, c, MPI_COMM_WORLD,
                             &status);
        CHECK(count_of(&status) == counts[c] && status.MPI_SOURCE == from);
        CHECK(is_filled(out, counts[c], from + c));
        sync_all(); // no other rank's next message for the wildcard
    }
}

static void check_pair_status(const MPI_Status *status, int c)
{
#ifdef MPICH_VERSION // 4.0 has another status there
    (void)status;
    (void)c;
#else
    CHECK(count_of(status) == counts[c] && status->MPI_SOURCE == from && status->MPI_TAG == c);
#endif
}

static void test_isendrecv(void)
{
#if MPI_VERSION >= 4
    MPI_Request request;
    MPI_Status status;

    for (int c = 0; c < COUNTS; c++) {
        fill(counts[c], rank + c);
        memset(in, 0xee, sizeof in);
        MPI_Isendrecv(out, counts[c], MPI_INT, to, c, in, BIG, MPI_INT, from, c, MPI_COMM_WORLD,
                      &request);
        MPI_Wait(&request, &status);
        check_pair_status(&status, c);
        CHECK(is_filled(in, counts[c], from + c));
        MPI_Isendrecv_replace(out, counts[c], MPI_INT, to, c, from, c, MPI_COMM_WORLD, &request);
        for (int flag = 0; !flag;) // ends when the neighbour has sent
            MPI_Test(&request, &flag, &status);
        check_pair_status(&status, c);
        CHECK(is_filled(out, counts[c], from + c));
    }
#endif
}

static void test_persistent(void)
{
    MPI_Request requests[4];
    MPI_Status statuses[4];

    static char buffer[2 * (sizeof out + MPI_BSEND_OVERHEAD)];
    void *detached;
    int bytes;

    MPI_Buffer_attach(buffer, (int)sizeof buffer);
    for (int c = 0; c < COUNTS; c++) {
        static int second[BIG];

        MPI_Send_init(out, counts[c], MPI_INT, to, 1, MPI_COMM_WORLD, &requests[0]);
        MPI_Recv_init(in, BIG, MPI_INT, from, MPI_ANY_TAG, MPI_COMM_WORLD, &requests[1]);
        MPI_Bsend_init(out, counts[c], MPI_INT, to, 2, MPI_COMM_WORLD, &requests[2]);
        MPI_Recv_init(second, BIG, MPI_INT, from, 2, MPI_COMM_WORLD, &requests[3]);
        MPI_Waitall(4, requests, statuses); // inactive: nothing to wait for
        CHECK(statuses[0].MPI_SOURCE == MPI_ANY_SOURCE && count_of(&statuses[1]) == 0);
        for (int round = 0; round < 5; round++) {
            fill(counts[c], rank + c + round);
            memset(in, 0xee, sizeof in);
            MPI_Startall(2, requests);
            MPI_Waitall(2, requests, statuses);
            CHECK(statuses[1].MPI_SOURCE == from && statuses[1].MPI_TAG == 1);
            CHECK(count_of(&statuses[1]) == counts[c]);
            CHECK(is_filled(in, counts[c], from + c + round));
            MPI_Start(&requests[3]);
            MPI_Start(&requests[2]);
            MPI_Wait(&requests[2], MPI_STATUS_IGNORE);
            memset(out, 0, sizeof out); // it has been copied
            MPI_Wait(&requests[3], &statuses[3]);
            CHECK(is_filled(second, counts[c], from + c + round));
        }
        for (int i = 0; i < 4; i++)
            MPI_Request_free(&requests[i]);
        CHECK(requests[0] == MPI_REQUEST_NULL);
    }
    MPI_Buffer_detach(&detached, &bytes);
    CHECK(detached == buffer && bytes == (int)sizeof buffer);
}

static void test_probe(void)
{
    MPI_Message message;
    MPI_Request request, send;
    MPI_Status status;
    int flag;

    for (int c = 0; c < COUNTS; c++) {
        fill(counts[c], rank + c);
        memset(in, 0xee, sizeof in);
        MPI_Isend(out, counts[c], MPI_INT, to, c, MPI_COMM_WORLD, &send);
        MPI_Probe(from, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
        CHECK(status.MPI_SOURCE == from && status.MPI_TAG == c && count_of(&status) == counts[c]);
        for (flag = 0; !flag;) // there already
            MPI_Iprobe(from, c, MPI_COMM_WORLD, &flag, &status);
        CHECK(count_of(&status) == counts[c]);
        MPI_Iprobe(from, 1000, MPI_COMM_WORLD, &flag, &status);
        CHECK(!flag);
        MPI_Mprobe(from, c, MPI_COMM_WORLD, &message, &status);
        CHECK(count_of(&status) == counts[c] && message != MPI_MESSAGE_NULL);
        MPI_Iprobe(from, c, MPI_COMM_WORLD, &flag, &status);
        CHECK(!flag); // taken
        if (c % 2) {
            MPI_Mrecv(in, BIG, MPI_INT, &message, &status);
        } else {
            MPI_Imrecv(in, BIG, MPI_INT, &message, &request);
            MPI_Wait(&request, &status);
        }
        CHECK(message == MPI_MESSAGE_NULL && status.MPI_SOURCE == from && status.MPI_TAG == c);
        CHECK(is_filled(in, counts[c], from + c));
        MPI_Wait(&send, MPI_STATUS_IGNORE);
        sync_all();
    }
    MPI_Improbe(MPI_PROC_NULL, 1, MPI_COMM_WORLD, &flag, &message, &status);
    CHECK(flag && message == MPI_MESSAGE_NO_PROC && status.MPI_SOURCE == MPI_PROC_NULL);
    MPI_Mrecv(in, 1, MPI_INT, &message, &status);
    CHECK(status.MPI_SOURCE == MPI_PROC_NULL && message == MPI_MESSAGE_NULL);
    MPI_Probe(MPI_PROC_NULL, 1, MPI_COMM_WORLD, &status);
    CHECK(status.MPI_SOURCE == MPI_PROC_NULL);
}

static void test_cancel(void)
{
    MPI_Request request;
    MPI_Status status;
    int flag;

    MPI_Irecv(in, 1, MPI_INT, from, 77, MPI_COMM_WORLD, &request);
    MPI_Cancel(&request);
    MPI_Wait(&request, &status);
    MPI_Test_cancelled(&status, &flag);
    CHECK(flag);
    MPI_Irecv(in, 1, MPI_INT, from, 78, MPI_COMM_WORLD, &request);
    MPI_Send(&rank, 1, MPI_INT, to, 78, MPI_COMM_WORLD);
    for (flag = 0; !flag;) { // ends when the neighbour has sent
        MPI_Request_get_status(request, &flag, &status);
        CHECK(!flag || (status.MPI_SOURCE == from && count_of(&status) == 1));
    }
    MPI_Cancel(&request); // too late
    MPI_Wait(&request, &status);
    MPI_Test_cancelled(&status, &flag);
    CHECK(!flag && in[0] == from);
}

// Requests that nobody waits for go on.
static void test_free(void)
{
    static int parts[50][6000];
    static int heard[50][6000];
    MPI_Request request;

    for (int i = 0; i < 50; i++) {
        parts[i][0] = rank * 100 + i;
        MPI_Isend(parts[i], i % 2 ? 1 : 6000, MPI_INT, to, i, MPI_COMM_WORLD, &request);
        MPI_Request_free(&request);
        CHECK(request == MPI_REQUEST_NULL);
    }
    for (int i = 49; i >= 0; i--) {
        MPI_Recv(heard[i], 6000, MPI_INT, from, i, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(heard[i][0] == from * 100 + i);
    }
    in[0] = -1;
    MPI_Irecv(in, 1, MPI_INT, from, 500, MPI_COMM_WORLD, &request);
    MPI_Request_free(&request);
    MPI_Send(&rank, 1, MPI_INT, to, 500, MPI_COMM_WORLD);
    MPI_Send(&rank, 1, MPI_INT, to, 501, MPI_COMM_WORLD);
    MPI_Recv(&in[1], 1, MPI_INT, from, 501, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    CHECK(in[0] == from); // came before
    sync_all();
}

// Every call that completes requests, on sends that were done when they began.
static void test_done_sends(void)
{
    enum { MANY = 40 };
    MPI_Request list[MANY];
    MPI_Status status, statuses[MANY];
    int at, flag, count, which[MANY], left = MANY;

    for (int i = 0; i < MANY; i++)
        MPI_Isend(&rank, 1, MPI_INT, to, 600, MPI_COMM_WORLD, &list[i]);
    MPI_Cancel(&list[0]);
    MPI_Wait(&list[0], &status);
    MPI_Test_cancelled(&status, &flag);
    CHECK(list[0] == MPI_REQUEST_NULL && status.MPI_TAG == MPI_ANY_TAG && (!flag || ranks == 1));
    MPI_Request_get_status(list[1], &flag, &status);
    CHECK(flag && list[1] != MPI_REQUEST_NULL);
    MPI_Request_free(&list[1]);
    MPI_Test(&list[2], &flag, MPI_STATUS_IGNORE);
    CHECK(flag && list[2] == MPI_REQUEST_NULL);
    MPI_Waitany(MANY, list, &at, &status);
    CHECK(at == 3 && list[3] == MPI_REQUEST_NULL && list[4] != MPI_REQUEST_NULL);
    MPI_Waitsome(5, list, &count, which, statuses);
    CHECK(count == 1 && which[0] == 4);
    MPI_Testany(6, list, &at, &flag, &status);
    CHECK(flag && at == 5);
    MPI_Testsome(8, list, &count, which, statuses);
    CHECK(count == 2 && which[0] == 6);
    MPI_Irecv(&in[1], 1, MPI_INT, from, 601, MPI_COMM_WORLD, &list[0]);
    MPI_Send(&rank, 1, MPI_INT, to, 601, MPI_COMM_WORLD);
    MPI_Waitall(MANY, list, statuses);
    CHECK(statuses[0].MPI_SOURCE == from && statuses[0].MPI_TAG == 601 && in[1] == from);
    CHECK(count_of(&statuses[0]) == 1 && count_of(&statuses[MANY - 1]) == 0);
    for (; left > 0; left--) {
        MPI_Recv(in, 1, MPI_INT, from, 600, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(in[0] == from);
    }
    sync_all();
}

// Both sides wait for their sends before they receive: no program should, but short messages must not hang.
static void test_wait_before_receive(void)
{
    static const int lengths[] = {1, 300, 700, 2000, 4096};
    MPI_Datatype every_other;
    MPI_Request request;

    MPI_Type_vector(1000, 1, 2, MPI_INT, &every_other);
    MPI_Type_commit(&every_other);
    for (int l = 0; l < (int)(sizeof lengths / sizeof lengths[0]); l++) {
        fill(lengths[l], rank + l);
        MPI_Isend(out, lengths[l], MPI_INT, to, 610, MPI_COMM_WORLD, &request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        memset(out, 0, sizeof out); // it is ours again
        MPI_Recv(in, BIG, MPI_INT, from, 610, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(is_filled(in, lengths[l], from + l));
    }
    fill(2000, rank);
    MPI_Isend(out, 1, every_other, to, 611, MPI_COMM_WORLD, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    memset(out, 0, sizeof out);
    MPI_Recv(in, BIG, MPI_INT, from, 611, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int i = 0; i < 1000; i++)
        CHECK(in[i] == from * 1000 + 2 * i);
    MPI_Type_free(&every_other);
    sync_all();
}

static int queried, freed;

static int query(void *extra, MPI_Status *status)
{
    queried++;
    MPI_Status_set_elements(status, MPI_INT, *(int *)extra);
    MPI_Status_set_cancelled(status, 0);
    status->MPI_SOURCE = 3;
    status->MPI_TAG = 4;
    return MPI_SUCCESS;
}

static int release(void *extra)
{
    (void)extra;
    freed++;
    return MPI_SUCCESS;
}

static int cancel(void *extra, int complete)
{
    (void)extra;
    (void)complete;
    return MPI_SUCCESS;
}

static void test_generalized(void)
{
    int seven = 7, flag;
    MPI_Request request;
    MPI_Status status;

    MPI_Grequest_start(query, release, cancel, &seven, &request);
    MPI_Test(&request, &flag, &status);
    CHECK(!flag && !queried);
    MPI_Cancel(&request);
    MPI_Grequest_complete(request);
    MPI_Wait(&request, &status);
    CHECK(request == MPI_REQUEST_NULL && queried == 1 && freed == 1);
    CHECK(count_of(&status) == 7 && status.MPI_SOURCE == 3 && status.MPI_TAG == 4);
}

static void test_buffered(void)
{
    static char buffer[100 * (4000 + MPI_BSEND_OVERHEAD)];
    void *detached;
    int bytes;
    MPI_Request request;

    MPI_Buffer_attach(buffer, (int)sizeof buffer);
    for (int i = 0; i < 100; i++) { // all copied, none received
        fill(1000, rank + i);
        if (i % 2) {
            MPI_Bsend(out, 1000, MPI_INT, to, i, MPI_COMM_WORLD);
        } else {
            MPI_Ibsend(out, 1000, MPI_INT, to, i, MPI_COMM_WORLD, &request);
            MPI_Wait(&request, MPI_STATUS_IGNORE);
        }
    }
    for (int i = 99; i >= 0; i--) {
        MPI_Recv(in, 1000, MPI_INT, from, i, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        CHECK(is_filled(in, 1000, from + i));
    }
    MPI_Buffer_detach(&detached, &bytes);
    CHECK(detached == buffer && bytes == (int)sizeof buffer);
#if MPI_VERSION > 4 || (MPI_VERSION == 4 && MPI_SUBVERSION >= 1)
    MPI_Buffer_attach(MPI_BUFFER_AUTOMATIC, 0);
    fill(BIG, rank);
    MPI_Bsend(out, BIG, MPI_INT, to, 1, MPI_COMM_WORLD);
    MPI_Buffer_iflush(&request);
    MPI_Recv(in, BIG, MPI_INT, from, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    CHECK(is_filled(in, BIG, from));
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    MPI_Bsend(out, BIG, MPI_INT, to, 1, MPI_COMM_WORLD);
    MPI_Recv(in, BIG, MPI_INT, from, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    MPI_Buffer_flush();
    MPI_Buffer_detach(&detached, &bytes);
    CHECK(detached == MPI_BUFFER_AUTOMATIC);
    MPI_Comm_attach_buffer(MPI_COMM_WORLD, buffer, (int)sizeof buffer);
    MPI_Bsend(&rank, 1, MPI_INT, to, 2, MPI_COMM_WORLD);
    MPI_Recv(in, 1, MPI_INT, from, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    CHECK(in[0] == from);
    MPI_Comm_detach_buffer(MPI_COMM_WORLD, &detached, &bytes);
    CHECK(detached == buffer);
#endif
}

static void test_partitioned(void)
{
#if MPI_VERSION >= 4
    static const int send_parts[] = {1, 8, 12, 100}, receive_parts[] = {1, 6, 24, 100};
    MPI_Request requests[2];
    MPI_Status statuses[2];

    for (int p = 0; p < 4; p++) {
        const int count = 1200;

        MPI_Psend_init(out, send_parts[p], count / send_parts[p], MPI_INT, to, 3, MPI_COMM_WORLD,
                       MPI_INFO_NULL, &requests[0]);
        MPI_Precv_init(in, receive_parts[p], count / receive_parts[p], MPI_INT, from, 3,
                       MPI_COMM_WORLD, MPI_INFO_NULL, &requests[1]);
        for (int round = 0; round < 20; round++) {
            int flag = 0;

            memset(in, 0xee, sizeof in);
            MPI_Start(&requests[round % 2]);
            MPI_Start(&requests[1 - round % 2]);
            fill(count, rank + round);
            for (int i = send_parts[p] - 1; i > 0; i--)
                MPI_Pready(i, requests[0]);
            MPI_Pready_range(0, 0, requests[0]);
            while (!flag) // ends when the neighbour has sent it
                MPI_Parrived(requests[1], receive_parts[p] - 1, &flag);
            CHECK(in[count - 1] == (from + round) * 1000 + count - 1);
            MPI_Waitall(2, requests, statuses);
            CHECK(is_filled(in, count, from + round));
        }
        MPI_Request_free(&requests[0]);
        MPI_Request_free(&requests[1]);
    }
#endif
}

// When each partition has arrived, the request is complete. Rounds enough for the moment in between to
// be met, if there were one: each rank looks while its neighbour sends.
static void test_partitions_all_arrived(void)
{
#if MPI_VERSION >= 4
    enum { PARTS = 64 };
    MPI_Request requests[2];

    MPI_Psend_init(out, PARTS, 1, MPI_INT, to, 4, MPI_COMM_WORLD, MPI_INFO_NULL, &requests[0]);
    MPI_Precv_init(in, PARTS, 1, MPI_INT, from, 4, MPI_COMM_WORLD, MPI_INFO_NULL, &requests[1]);
    for (int round = 0; round < (ranks <= 2 ? 10000 : 500); round++) {
        int flag;

        MPI_Startall(2, requests);
        fill(PARTS, rank + round);
        MPI_Pready_range(0, PARTS - 1, requests[0]);
        for (int i = 0; i < PARTS; i++)
            do { // ends when the neighbour has sent it
                MPI_Parrived(requests[1], i, &flag);
            } while (!flag);
        CHECK(is_filled(in, PARTS, from + round));
        MPI_Test(&requests[1], &flag, MPI_STATUS_IGNORE);
        CHECK(flag);
        MPI_Wait(&requests[0], MPI_STATUS_IGNORE);
    }
    MPI_Request_free(&requests[0]);
    MPI_Request_free(&requests[1]);

    // Nothing to send: arrived when the sender is ready.
    MPI_Psend_init(out, 2, 0, MPI_INT, to, 5, MPI_COMM_WORLD, MPI_INFO_NULL, &requests[0]);
    MPI_Precv_init(in, 2, 0, MPI_INT, to, 5, MPI_COMM_WORLD, MPI_INFO_NULL, &requests[1]);
    if (ranks == 1) {
        int flag;

        MPI_Startall(2, requests);
        MPI_Pready(0, requests[0]);
        MPI_Parrived(requests[1], 0, &flag);
        CHECK(!flag);
        MPI_Pready(1, requests[0]);
        MPI_Parrived(requests[1], 0, &flag);
        CHECK(flag);
        MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
    }
    MPI_Request_free(&requests[0]);
    MPI_Request_free(&requests[1]);
#endif
}

// Waits for some, and the tests.
static void test_some(void)
{
    MPI_Request requests[40];
    int values[20], indices[40], n, left = 40, flag;
    MPI_Status statuses[40];

    for (int i = 0; i < 20; i++)
        MPI_Irecv(&values[i], 1, MPI_INT, from, i, MPI_COMM_WORLD, &requests[i]);
    MPI_Testall(20, requests, &flag, MPI_STATUSES_IGNORE);
    left -= flag ? 20 : 0;
    for (int i = 0; i < 20; i++)
        MPI_Isend(&rank, 1, MPI_INT, to, 19 - i, MPI_COMM_WORLD, &requests[20 + i]);
    while (left > 0) { // ends when all have been sent and received
        if (left % 2)
            MPI_Waitsome(40, requests, &n, indices, statuses);
        else
            MPI_Testsome(40, requests, &n, indices, statuses);
        CHECK(n != MPI_UNDEFINED);
        for (int i = 0; i < n; i++) {
            CHECK(requests[indices[i]] == MPI_REQUEST_NULL);
            CHECK(indices[i] >= 20 ||
                  (values[indices[i]] == from && statuses[i].MPI_TAG == indices[i]));
        }
        left -= n;
    }
    MPI_Waitsome(40, requests, &n, indices, statuses);
    CHECK(n == MPI_UNDEFINED);
    MPI_Testany(40, requests, &n, &flag, statuses);
    CHECK(flag && n == MPI_UNDEFINED);
}

int main(int argc, char *argv[])
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    to = (rank + 1) % ranks;
    from = (rank - 1 + ranks) % ranks;
    test_sendrecv();
    test_isendrecv();
    sync_all();
    test_persistent();
    sync_all();
    test_probe();
    test_cancel();
    if (ranks > 1)
        test_free();
    test_done_sends();
    test_wait_before_receive();
    test_generalized();
    test_buffered();
    test_partitioned();
    test_partitions_all_arrived();
    test_some();
    sync_all();
    if (rank == 0)
        printf("ok\n");
    MPI_Finalize();
    return 0;
}
