// SPDX-License-Identifier: BSD-2-Clause
// comm.c: the two communicators that are there from the start, and a process's place in any
// (MPI 4.1, 7.2.3 and 7.4.1). Every program needs this file: the rest of the room lies in others.
#include "libmpi/comm.h"

#define PREDEFINED(kind, text) \
    { \
        .head.magic = MPII_MAGIC | (kind), .predefined = true, .uses = 1, .name = (text) \
    }

static struct mpii_group world_group = {.object = PREDEFINED(MPII_GROUP, NULL)};
static struct mpii_group self_group = {.object = PREDEFINED(MPII_GROUP, NULL)};
static uint32_t self_world[1];

// Contexts: those below MPII_CONTEXT_FIRST of comm/context.h.
struct mpii_comm mpii_world = {
    .object = PREDEFINED(MPII_COMM, "MPI_COMM_WORLD"),
    .handle = MPI_COMM_WORLD,
    .context = 0,
    .group = &world_group,
};
struct mpii_comm mpii_self = {
    .object = PREDEFINED(MPII_COMM, "MPI_COMM_SELF"),
    .handle = MPI_COMM_SELF,
    .context = 2,
    .size = 1,
    .group = &self_group,
};

#undef PREDEFINED

void mpii_comm_init(void)
{
    const struct services *services = mpii_services();

    world_group.size = mpii_world.size = (int)services->ranks;
    world_group.rank = mpii_world.rank = (int)services->rank;
    self_world[0] = services->rank;
    self_group.size = 1;
    self_group.world = self_world;
}

int mpii_check_comm(const char *function, MPI_Comm comm)
{
    if (mpii_comm(comm))
        return MPI_SUCCESS;
    if (comm == MPI_COMM_NULL)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_COMM, "comm is MPI_COMM_NULL");
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_COMM, "comm is %p, not a communicator",
                      (void *)comm);
}

#pragma weak MPI_Comm_rank = PMPI_Comm_rank
int PMPI_Comm_rank(MPI_Comm comm, int *rank)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, rank, "rank");
    if (rc == MPI_SUCCESS)
        *rank = mpii_comm(comm)->rank;
    return rc;
}

#pragma weak MPI_Comm_size = PMPI_Comm_size
int PMPI_Comm_size(MPI_Comm comm, int *size)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, size, "size");
    if (rc == MPI_SUCCESS)
        *size = mpii_comm(comm)->size;
    return rc;
}
