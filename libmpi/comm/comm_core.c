// SPDX-License-Identifier: BSD-2-Clause
// comm_core.c: communicators come and go (MPI 4.1, 7.4.2 and 7.4.3).
#include "libmpi/coll/match.h"
#include "libmpi/comm.h"
#include "libmpi/comm/context.h"

struct mpii_comm *mpii_comm_new(struct mpii_group *group, struct mpii_group *remote,
                                uint32_t context, const struct mpii_comm *parent)
{
    struct mpii_comm *comm = mpii_object_new(MPII_COMM, sizeof *comm);

    if (!comm)
        return NULL;
    comm->handle = (MPI_Comm)comm;
    comm->context = context;
    comm->rank = group->rank;
    comm->size = group->size;
    comm->group = group;
    comm->remote = remote;
    comm->info = MPI_INFO_NULL;
    mpii_object_keep(&group->object);
    if (remote)
        mpii_object_keep(&remote->object);
    if (parent)
        mpii_errhandler_inherit(&comm->object, &parent->object);
    if (mpii_process.checks_collectives && !mpii_match_open(comm))
        mpii_abort(MPI_ERR_NO_MEM, "no memory to check collectives with; use --mem");
    return comm;
}

void mpii_comm_drop(struct mpii_comm *comm)
{
    if (!mpii_object_drop(&comm->object))
        return;
    if (comm->coll_delete)
        comm->coll_delete(comm);
    if (comm->topology_delete)
        comm->topology_delete(comm);
    if (comm->buffer_delete)
        comm->buffer_delete(comm);
    if (comm->local)
        mpii_comm_drop(comm->local); // an intracommunicator: it has none itself
    mpii_info_drop(comm->info);
    mpii_group_drop(comm->group);
    if (comm->remote)
        mpii_group_drop(comm->remote);
    mpii_context_free(&mpii_contexts, comm->context);
    mpii_object_delete(comm);
}

int mpii_comm_leave(const char *function, MPI_Comm *comm, const char *what)
{
    struct mpii_comm *object;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, comm, "comm");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(function, *comm);
    if (rc != MPI_SUCCESS)
        return rc;
    object = mpii_comm(*comm);
    if (object->object.predefined)
        return mpii_error(function, *comm, MPI_ERR_COMM, "%s cannot be %s", object->object.name,
                          what);
    return mpii_attributes_delete(function, *comm, &object->object, *comm);
}

#pragma weak MPI_Comm_free = PMPI_Comm_free
int PMPI_Comm_free(MPI_Comm *comm)
{
    int rc = mpii_comm_leave(__func__, comm, "freed");

    if (rc != MPI_SUCCESS)
        return rc;
    // Local: a context that some other rank still uses is not agreed on again, see comm/context.h.
    mpii_comm_drop(mpii_comm(*comm));
    *comm = MPI_COMM_NULL;
    return MPI_SUCCESS;
}
