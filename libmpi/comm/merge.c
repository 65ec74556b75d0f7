// SPDX-License-Identifier: BSD-2-Clause
// merge.c: MPI_Intercomm_merge (MPI 4.1, 7.6.2).
//
// The group with `high` set comes second. Where both say the same, the one whose first process is lower in
// MPI_COMM_WORLD comes first.
#include "libmpi/comm/construct.h"
#include <stdlib.h>

static struct mpii_group *concatenate(const struct mpii_group *first, const struct mpii_group *second)
{
    uint32_t *world = malloc(((size_t)first->size + (size_t)second->size) * sizeof *world);

    if (!world)
        return NULL;
    for (int i = 0; i < first->size; i++)
        world[i] = mpii_group_world(first, i);
    for (int i = 0; i < second->size; i++)
        world[first->size + i] = mpii_group_world(second, i);
    return mpii_group_new(world, first->size + second->size);
}

static int merge(struct mpii_comm *parent, int high, MPI_Comm *newcomm)
{
    struct mpii_team team = mpii_team_of(parent);
    int tag = mpii_construct_tag(parent), rc, theirs = 0;
    struct mpii_bridge bridge = mpii_bridge_of(parent, tag);
    struct mpii_schedule schedule;
    struct mpii_agree agree;
    struct mpii_group *group;
    struct mpii_comm *made;
    bool first;

    if (tag < 0)
        return MPI_ERR_NO_MEM;
    high = high != 0;
    mpii_schedule_init(&schedule, tag);
    mpii_build_cross(&schedule, &team, &bridge, &high, sizeof high, &theirs, sizeof theirs);
    mpii_build_agree(&schedule, &agree, mpii_agree_seed(parent, tag), &team, &bridge);
    rc = mpii_construct_run(&schedule);
    if (rc != MPI_SUCCESS)
        return rc;
    first = high != theirs
                ? !high
                : mpii_group_world(parent->group, 0) < mpii_group_world(parent->remote, 0);
    group = first ? concatenate(parent->group, parent->remote)
                  : concatenate(parent->remote, parent->group);
    made = group ? mpii_comm_new(group, NULL, agree.context, parent) : NULL;
    if (group)
        mpii_group_drop(group);
    if (!made) {
        mpii_context_free(&mpii_contexts, agree.context);
        return MPI_ERR_NO_MEM;
    }
    *newcomm = made->handle;
    return MPI_SUCCESS;
}

#pragma weak MPI_Intercomm_merge = PMPI_Intercomm_merge
int PMPI_Intercomm_merge(MPI_Comm intercomm, int high, MPI_Comm *newintracomm)
{
    struct mpii_comm *parent;
    int rc = mpii_construct_check(__func__, intercomm, newintracomm, &parent);

    if (rc != MPI_SUCCESS)
        return rc;
    if (!parent->remote)
        return mpii_error(__func__, intercomm, MPI_ERR_COMM, "intercomm is not an intercommunicator");
    return mpii_construct_error(__func__, intercomm, merge(parent, high, newintracomm));
}
