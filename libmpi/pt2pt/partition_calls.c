// SPDX-License-Identifier: BSD-2-Clause
// partition_calls.c: MPI_Pready and its kin, MPI_Parrived (MPI 4.1, 4.2.2 and 4.2.3).
#include "libmpi/pt2pt/partition.h"

static int check(const char *function, MPI_Request handle, int which, struct mpii_partitioned **side)
{
    struct mpii_request *request;
    int rc = mpii_check_request(function, handle, &request);

    if (rc != MPI_SUCCESS)
        return rc;
    *side = request->kind == MPII_PARTITIONED ? request->extra : NULL;
    if (*side && (*side)->which == which)
        return MPI_SUCCESS;
    rc = mpii_error(function, mpii_request_comm(request), MPI_ERR_REQUEST,
                    which == MPII_PARTITIONED_SEND ? "the request is not a partitioned send"
                                                   : "the request is not a partitioned receive");
    return rc != MPI_SUCCESS ? rc : MPI_ERR_REQUEST;
}

static int check_partition(const char *function, const struct mpii_partitioned *side, int partition)
{
    if (partition >= 0 && partition < side->partitions)
        return MPI_SUCCESS;
    return mpii_error(function, mpii_request_comm(side->request), MPI_ERR_ARG,
                      "partition is %d, and the request has %d", partition, side->partitions);
}

static int ready(const char *function, struct mpii_partitioned *send, int partition)
{
    const uint64_t round = atomic_load_explicit(&send->round, memory_order_relaxed);
    struct mpii_partitioned *receive;
    int rc = check_partition(function, send, partition);

    if (rc != MPI_SUCCESS || !send->endpoint)
        return rc;
    if (atomic_load_explicit(&send->state[partition], memory_order_relaxed) >= 2 * round)
        return mpii_error(function, mpii_request_comm(send->request), MPI_ERR_ARG,
                          "partition %d is ready already", partition);
    atomic_store_explicit(&send->state[partition], 2 * round, memory_order_release); // [C]
    // [S] the partition's state before the receiver's round; pairs with the fence in receive_start.
    atomic_thread_fence(memory_order_seq_cst);
    receive = atomic_load_explicit(&send->other, memory_order_acquire);                  // [M]
    if (receive && atomic_load_explicit(&receive->round, memory_order_acquire) == round) // [R]
        mpii_partition_move(send, receive, partition);
    return MPI_SUCCESS;
}

static int check_ready(const char *function, MPI_Request handle, struct mpii_partitioned **send)
{
    int rc = check(function, handle, MPII_PARTITIONED_SEND, send);

    if (rc == MPI_SUCCESS && !(*send)->request->active)
        return mpii_error(function, mpii_request_comm((*send)->request), MPI_ERR_REQUEST,
                          "the request is not active");
    return rc;
}

#pragma weak MPI_Pready = PMPI_Pready
int PMPI_Pready(int partition, MPI_Request request)
{
    struct mpii_partitioned *send;
    int rc = check_ready(__func__, request, &send);

    return rc == MPI_SUCCESS ? ready(__func__, send, partition) : rc;
}

#pragma weak MPI_Pready_range = PMPI_Pready_range
int PMPI_Pready_range(int partition_low, int partition_high, MPI_Request request)
{
    struct mpii_partitioned *send;
    int rc = check_ready(__func__, request, &send);

    for (int i = partition_low; i <= partition_high && rc == MPI_SUCCESS; i++)
        rc = ready(__func__, send, i);
    return rc;
}

#pragma weak MPI_Pready_list = PMPI_Pready_list
int PMPI_Pready_list(int length, const int array_of_partitions[], MPI_Request request)
{
    struct mpii_partitioned *send;
    int rc = check_ready(__func__, request, &send);

    if (rc == MPI_SUCCESS && length < 0)
        rc = mpii_error(__func__, mpii_request_comm(send->request), MPI_ERR_ARG,
                        "length is %d, less than 0", length);
    if (rc == MPI_SUCCESS && length)
        rc = mpii_check_result(__func__, array_of_partitions, "array_of_partitions");
    for (int i = 0; i < length && rc == MPI_SUCCESS; i++)
        rc = ready(__func__, send, array_of_partitions[i]);
    return rc;
}

static bool arrived(const struct mpii_partitioned *receive, int partition)
{
    if (!receive->endpoint || !receive->request->active || mpii_request_done(receive->request))
        return true;
    // Partitions without bytes have arrived when all have.
    return receive->bytes > 0 &&
           atomic_load_explicit(&receive->missing[partition], memory_order_acquire) == 0; // [A]
}

#pragma weak MPI_Parrived = PMPI_Parrived
int PMPI_Parrived(MPI_Request request, int partition, int *flag)
{
    struct mpii_partitioned *receive;
    int rc = check(__func__, request, MPII_PARTITIONED_RECEIVE, &receive);

    if (rc == MPI_SUCCESS)
        rc = check_partition(__func__, receive, partition);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(__func__, flag, "flag");
    if (rc != MPI_SUCCESS)
        return rc;
    if (!arrived(receive, partition))
        mpii_test_turn();
    *flag = arrived(receive, partition);
    return MPI_SUCCESS;
}
