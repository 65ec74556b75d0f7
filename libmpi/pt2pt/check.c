// SPDX-License-Identifier: BSD-2-Clause
// check.c: see check.h. One test that all is well comes first; what is wrong is found out afterwards.
#include "libmpi/pt2pt/check.h"

static int peers_count(const struct mpii_comm *comm)
{
    return mpii_comm_peers(comm)->size;
}

static int wrong_common(const struct mpii_message_args *args, const char *peer_name)
{
    if (!args->comm)
        return mpii_check_comm(args->function, args->comm_handle);
    if (args->count < 0)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_COUNT,
                          "count is %lld, less than 0", (long long)args->count);
    if (!args->type)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_TYPE,
                          args->datatype == MPI_DATATYPE_NULL ? "datatype is MPI_DATATYPE_NULL"
                                                              : "datatype is not a datatype");
    if (!args->type->committed)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_TYPE,
                          "datatype is not committed");
    if (!args->buf && args->count && args->type->dense && args->type->size)
        return mpii_error(args->function, args->comm_handle, MPI_ERR_BUFFER,
                          "buf is NULL and count is %lld", (long long)args->count);
    return mpii_error(args->function, args->comm_handle, MPI_ERR_RANK,
                      "%s is %d, not a rank of the communicator, which has %d", peer_name,
                      args->peer, peers_count(args->comm));
}

static bool common_ok(struct mpii_message_args *args)
{
    args->comm = mpii_comm(args->comm_handle);
    args->type = mpii_type(args->datatype);
    return !MPII_WRONG(!args->comm || !args->type || args->count < 0 || !args->type->committed ||
                       (!args->buf && args->count && args->type->dense && args->type->size));
}

int mpii_check_send(struct mpii_message_args *args)
{
    int rc = MPI_SUCCESS;

    if (MPII_WRONG(mpii_process.state != MPII_RUNNING))
        return mpii_check_running(args->function);
    if (!common_ok(args) || MPII_WRONG((unsigned)args->peer >= (unsigned)peers_count(args->comm) &&
                                       args->peer != MPI_PROC_NULL))
        rc = wrong_common(args, "dest");
    else if (MPII_WRONG(args->tag < 0))
        rc = mpii_error(args->function, args->comm_handle, MPI_ERR_TAG, "tag is %d, less than 0",
                        args->tag);
    return rc;
}

int mpii_check_receive(struct mpii_message_args *args)
{
    int rc = MPI_SUCCESS;

    if (MPII_WRONG(mpii_process.state != MPII_RUNNING))
        return mpii_check_running(args->function);
    if (!common_ok(args) || MPII_WRONG((unsigned)args->peer >= (unsigned)peers_count(args->comm) &&
                                       args->peer != MPI_PROC_NULL && args->peer != MPI_ANY_SOURCE))
        rc = wrong_common(args, "source");
    else if (MPII_WRONG(args->tag < 0 && args->tag != MPI_ANY_TAG))
        rc = mpii_error(args->function, args->comm_handle, MPI_ERR_TAG,
                        "tag is %d, neither MPI_ANY_TAG nor 0 or more", args->tag);
    return rc;
}

int mpii_check_probe(const char *function, int source, int tag, MPI_Comm handle,
                     struct mpii_comm **comm)
{
    struct mpii_message_args args = {
        .function = function, .datatype = MPI_BYTE, .peer = source, .tag = tag, .comm_handle = handle};
    int rc = mpii_check_receive(&args);

    *comm = args.comm;
    return rc;
}

void mpii_message_trace(uint64_t begin, const struct mpii_message_args *args)
{
    const struct mpii_comm *comm = mpii_comm(args->comm_handle);
    const struct mpii_type *type = mpii_type(args->datatype);

    mpii_trace_add(begin, &(struct mpii_traced){.function = args->function,
                                                .peer = args->peer,
                                                .tag = args->tag,
                                                .bytes = type != NULL && args->count > 0
                                                             ? (uint64_t)(args->count * type->size)
                                                             : 0,
                                                .comm = comm != NULL ? comm->context : 0});
}
