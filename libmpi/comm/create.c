// SPDX-License-Identifier: BSD-2-Clause
// create.c: MPI_Comm_create (MPI 4.1, 7.4.2).
//
// Over an intercommunicator each leader tells the other group which of its processes go along.
#include "libmpi/comm/construct.h"
#include <stdlib.h>

static int check_group(const char *function, const struct mpii_comm *parent, MPI_Group handle,
                       struct mpii_group **group)
{
    *group = mpii_group(handle);
    if (!*group)
        return mpii_error(function, parent->handle, MPI_ERR_GROUP, "group is not a group");
    if (!mpii_group_contains(parent->group, *group))
        return mpii_error(function, parent->handle, MPI_ERR_GROUP,
                          "group has a process that is not in the communicator");
    return MPI_SUCCESS;
}

// The group the other side has named. NULL: no memory.
static struct mpii_group *other_group(struct mpii_comm *parent, int tag,
                                      const struct mpii_group *group, int *rc)
{
    struct mpii_team team = mpii_team_of(parent);
    struct mpii_bridge bridge = mpii_bridge_of(parent, tag);
    int ours_max = group->size, theirs_max = parent->remote->size;
    // The size, then world ranks; room for all of the remote group.
    uint32_t *ours = malloc(((size_t)ours_max + 1) * sizeof *ours);
    uint32_t *theirs = malloc(((size_t)theirs_max + 1) * sizeof *theirs), *world = NULL;
    struct mpii_schedule schedule;
    int size = 0;

    *rc = MPI_ERR_NO_MEM;
    if (ours && theirs) {
        ours[0] = (uint32_t)group->size;
        for (int i = 0; i < group->size; i++)
            ours[i + 1] = mpii_group_world(group, i);
        mpii_schedule_init(&schedule, tag);
        mpii_build_cross(&schedule, &team, &bridge, ours, ((size_t)ours_max + 1) * sizeof *ours,
                         theirs, ((size_t)theirs_max + 1) * sizeof *theirs);
        *rc = mpii_construct_run(&schedule);
    }
    if (*rc == MPI_SUCCESS) {
        size = (int)theirs[0];
        world = malloc(((size_t)size + 1) * sizeof *world);
    }
    for (int i = 0; world && i < size; i++)
        world[i] = theirs[i + 1];
    if (*rc == MPI_SUCCESS && !world)
        *rc = MPI_ERR_NO_MEM;
    free(ours);
    free(theirs);
    return world ? mpii_group_new(world, size) : NULL;
}

static int create(struct mpii_comm *parent, struct mpii_group *group, MPI_Comm *newcomm)
{
    struct mpii_group *remote = NULL;
    int tag = mpii_construct_tag(parent), rc = MPI_SUCCESS;
    uint32_t context[2];

    if (tag < 0)
        return MPI_ERR_NO_MEM;
    if (parent->remote) {
        remote = other_group(parent, tag, group, &rc);
        if (rc == MPI_SUCCESS && !remote)
            rc = MPI_ERR_NO_MEM;
    }
    if (rc == MPI_SUCCESS)
        rc = mpii_construct_contexts(parent, tag, context);
    if (rc != MPI_SUCCESS) {
        if (remote)
            mpii_group_drop(remote);
        return rc;
    }
    mpii_object_keep(&group->object);
    return mpii_construct(parent, group, remote, context, newcomm);
}

#pragma weak MPI_Comm_create = PMPI_Comm_create
int PMPI_Comm_create(MPI_Comm comm, MPI_Group group, MPI_Comm *newcomm)
{
    struct mpii_comm *parent;
    struct mpii_group *object;
    int rc = mpii_construct_check(__func__, comm, newcomm, &parent);

    if (rc == MPI_SUCCESS)
        rc = check_group(__func__, parent, group, &object);
    if (rc != MPI_SUCCESS)
        return rc;
    return mpii_construct_error(__func__, comm, create(parent, object, newcomm));
}
