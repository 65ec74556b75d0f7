// SPDX-License-Identifier: BSD-2-Clause
// partition_init.c: MPI_Psend_init and MPI_Precv_init (MPI 4.1, 4.2.1).
#include "libmpi/pt2pt/partition.h"
#include "libmpi/pt2pt/wire.h"
#include <stdlib.h>
#include <string.h>

// Never given back to malloc: the other side may still look at one that has just been freed.
static struct mpii_partitioned *recycled;

static void side_release(struct mpii_request *request)
{
    struct mpii_partitioned *side = request->extra;

    mpii_partitioned_leave(side);
    free(side->state);
    free(side->missing);
    side->state = NULL;
    side->missing = NULL;
    side->next = recycled;
    recycled = side;
}

static int side_finish(struct mpii_request *request, MPI_Status *status)
{
    const struct mpii_partitioned *side = request->extra;
    const bool longer = side->which == MPII_PARTITIONED_RECEIVE && side->incoming > side->total;
    const int error = longer ? MPI_ERR_TRUNCATE : MPI_SUCCESS;

    if (status == MPI_STATUS_IGNORE)
        return error;
    if (!side->endpoint)
        mpii_status_set_empty(status, MPI_PROC_NULL);
    else if (side->which == MPII_PARTITIONED_SEND)
        mpii_status_set_empty(status, MPI_ANY_SOURCE);
    else
        mpii_status_set(status, side->source, side->tag, longer ? side->total : side->incoming);
    return error;
}

static const struct mpii_request_class partitioned_class = {
    .start = mpii_partitioned_start, .finish = side_finish, .release = side_release};

static struct mpii_partitioned *side_new(int which, int partitions)
{
    const size_t count = partitions ? (size_t)partitions : 1;
    struct mpii_partitioned *side = recycled;

    if (side)
        recycled = side->next;
    else
        side = malloc(sizeof *side);
    if (!side)
        return NULL;
    memset(side, 0, sizeof *side);
    if (which == MPII_PARTITIONED_SEND)
        side->state = calloc(count, sizeof *side->state);
    else
        side->missing = calloc(count, sizeof *side->missing);
    if (side->state || side->missing)
        return side;
    side->next = recycled;
    recycled = side;
    return NULL;
}

static void side_set(struct mpii_partitioned *side, int which, const struct mpii_message_args *args,
                     int partitions, struct mpii_request *request)
{
    const uint32_t peer =
        args->peer == MPI_PROC_NULL ? 0 : mpii_group_world(mpii_comm_peers(args->comm), args->peer);

    side->request = request;
    side->which = which;
    side->context = args->comm->context;
    side->tag = args->tag;
    side->partitions = partitions;
    side->bytes = args->count * args->type->size;
    side->total = partitions * side->bytes;
    atomic_store_explicit(&side->left, (uint64_t)partitions + MPII_ROUND_STARTS,
                          memory_order_relaxed);
    atomic_store_explicit(&side->uncopied, (uint32_t)partitions, memory_order_relaxed);
    if (which == MPII_PARTITIONED_RECEIVE) {
        side->source = args->peer;
        side->endpoint = &mpii_endpoint;
    } else {
        side->source = args->comm->rank;
        side->endpoint = mpii_endpoint_of(peer);
    }
    if (args->peer == MPI_PROC_NULL)
        side->endpoint = NULL;
}

static int init(int which, struct mpii_message_args *args, int partitions, MPI_Request *handle)
{
    struct mpii_partitioned *side;
    struct mpii_request *request;
    int rc = mpii_check_send(args); // a receive has no wildcards either

    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(args->function, args->comm_handle, handle, "request");
    if (rc != MPI_SUCCESS)
        return rc;
    if (partitions < 0)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_ARG,
                          "partitions is %d, less than 0", partitions);
    side = side_new(which, partitions);
    request = side ? mpii_request_new(MPII_PARTITIONED) : NULL;
    if (!request) {
        if (side) {
            free(side->state);
            free(side->missing);
            side->next = recycled;
            recycled = side;
        }
        return mpii_error(args->function, args->comm_handle, MPI_ERR_NO_MEM,
                          "no memory for a request");
    }
    mpii_object_keep(&args->comm->object);
    mpii_object_keep(&args->type->object);
    request->persistent = true;
    request->active = false;
    request->comm = args->comm;
    request->type = args->type;
    request->buf = (void *)(uintptr_t)args->buf;
    request->count = partitions * args->count;
    request->class = &partitioned_class;
    request->extra = side;
    side_set(side, which, args, partitions, request);
    if (side->endpoint)
        mpii_partitioned_meet(side);
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

#define ARGS \
    &(struct mpii_message_args) \
    { \
        .function = __func__, .buf = buf, .count = count, .datatype = datatype, .peer = dest, \
        .tag = tag, .comm_handle = comm \
    }

#pragma weak MPI_Psend_init = PMPI_Psend_init
int PMPI_Psend_init(const void *buf, int partitions, int count, MPI_Datatype datatype, int dest,
                    int tag, MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    int rc = mpii_check_info(__func__, comm, info);

    return rc == MPI_SUCCESS ? init(MPII_PARTITIONED_SEND, ARGS, partitions, request) : rc;
}

// The source is named dest, as in the standard's table of functions.
#pragma weak MPI_Precv_init = PMPI_Precv_init
int PMPI_Precv_init(void *buf, int partitions, int count, MPI_Datatype datatype, int dest, int tag,
                    MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    int rc = mpii_check_info(__func__, comm, info);

    return rc == MPI_SUCCESS ? init(MPII_PARTITIONED_RECEIVE, ARGS, partitions, request) : rc;
}

#pragma weak MPI_Psend_init_c = PMPI_Psend_init_c
int PMPI_Psend_init_c(const void *buf, int partitions, MPI_Count count, MPI_Datatype datatype,
                      int dest, int tag, MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    int rc = mpii_check_info(__func__, comm, info);

    return rc == MPI_SUCCESS ? init(MPII_PARTITIONED_SEND, ARGS, partitions, request) : rc;
}

// The source is named dest, as in the standard's table of functions.
#pragma weak MPI_Precv_init_c = PMPI_Precv_init_c
int PMPI_Precv_init_c(void *buf, int partitions, MPI_Count count, MPI_Datatype datatype, int dest,
                      int tag, MPI_Comm comm, MPI_Info info, MPI_Request *request)
{
    int rc = mpii_check_info(__func__, comm, info);

    return rc == MPI_SUCCESS ? init(MPII_PARTITIONED_RECEIVE, ARGS, partitions, request) : rc;
}
