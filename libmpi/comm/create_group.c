// SPDX-License-Identifier: BSD-2-Clause
// create_group.c: MPI_Comm_create_group (MPI 4.1, 7.4.2): collective over the group only. The user's tag
// keeps calls of several threads apart; messages name their senders by their ranks in the parent.
#include "libmpi/comm/construct.h"
#include <stdlib.h>

// The ranks in the parent of the group's processes; the caller frees it.
static int *ranks_in(const struct mpii_comm *parent, const struct mpii_group *group)
{
    int *of_world = mpii_group_ranks(parent->group);
    int *ranks = malloc(((size_t)group->size + 1) * sizeof *ranks);

    for (int i = 0; of_world && ranks && i < group->size; i++)
        ranks[i] = of_world[mpii_group_world(group, i)];
    if (!of_world) {
        free(ranks);
        ranks = NULL;
    }
    free(of_world);
    return ranks;
}

int mpii_construct_group(struct mpii_comm *parent, struct mpii_group *group, int tag,
                         MPI_Comm *newcomm)
{
    struct mpii_team team = {.comm = parent, .rank = group->rank, .size = group->size};
    struct mpii_schedule schedule;
    struct mpii_agree agree;
    int *ranks = ranks_in(parent, group), rc;
    uint32_t context[2] = {0, 0};

    if (!ranks)
        return MPI_ERR_NO_MEM;
    team.ranks = ranks;
    mpii_schedule_init(&schedule, tag);
    mpii_build_agree(&schedule, &agree, mpii_agree_seed(parent, tag), &team, NULL);
    rc = mpii_construct_run(&schedule);
    free(ranks);
    if (rc != MPI_SUCCESS)
        return rc;
    context[0] = agree.context;
    mpii_object_keep(&group->object);
    return mpii_construct(parent, group, NULL, context, newcomm);
}

#pragma weak MPI_Comm_create_group = PMPI_Comm_create_group
int PMPI_Comm_create_group(MPI_Comm comm, MPI_Group group, int tag, MPI_Comm *newcomm)
{
    struct mpii_group *object = mpii_group(group);
    struct mpii_comm *parent;
    int rc = mpii_construct_check(__func__, comm, newcomm, &parent);

    if (rc != MPI_SUCCESS)
        return rc;
    if (parent->remote)
        return mpii_error(__func__, comm, MPI_ERR_COMM, "comm is an intercommunicator");
    if (!object)
        return mpii_error(__func__, comm, MPI_ERR_GROUP, "group is not a group");
    if (!mpii_group_contains(parent->group, object))
        return mpii_error(__func__, comm, MPI_ERR_GROUP,
                          "group has a process that is not in the communicator");
    if (tag < 0)
        return mpii_error(__func__, comm, MPI_ERR_TAG, "tag is %d, less than 0", tag);
    if (object->rank == MPI_UNDEFINED) {
        *newcomm = MPI_COMM_NULL;
        return MPI_SUCCESS;
    }
    return mpii_construct_error(
        __func__, comm, mpii_construct_group(parent, object, mpii_coll_tag_user(tag), newcomm));
}
