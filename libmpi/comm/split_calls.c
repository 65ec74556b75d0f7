// SPDX-License-Identifier: BSD-2-Clause
// split_calls.c: MPI_Comm_split and MPI_Comm_split_type (MPI 4.1, 7.4.2).
//
// Every rank learns what all have given, of both groups of an intercommunicator, and picks its own group out.
// All new communicators have the same contexts: no process is in two of them.
#include "libmpi/comm/construct.h"
#include <stdlib.h>

struct tables {
    struct mpii_split *ours, *theirs; // by rank in either group; theirs: intercommunicators
};

// What all have given. Frees nothing on error: the caller does.
static int collect(struct mpii_comm *parent, int tag, const struct mpii_split *mine,
                   struct tables *tables)
{
    struct mpii_team team = mpii_team_of(parent);
    struct mpii_bridge bridge = mpii_bridge_of(parent, tag);
    int theirs = parent->remote ? parent->remote->size : 0;
    struct mpii_schedule schedule;

    tables->ours = malloc((size_t)team.size * sizeof *mine);
    tables->theirs = malloc(((size_t)theirs + 1) * sizeof *mine);
    if (!tables->ours || !tables->theirs)
        return MPI_ERR_NO_MEM;
    mpii_schedule_init(&schedule, tag);
    mpii_build_collect(&schedule, &team, mine, tables->ours, sizeof *mine);
    if (parent->remote)
        mpii_build_cross(&schedule, &team, &bridge, tables->ours, (size_t)team.size * sizeof *mine,
                         tables->theirs, (size_t)theirs * sizeof *mine);
    return mpii_construct_run(&schedule);
}

// `strict`: only if the group is smaller than the parent's.
static int split(struct mpii_comm *parent, const struct mpii_split *mine, bool strict,
                 MPI_Comm *newcomm)
{
    int tag = mpii_construct_tag(parent), rc;
    struct mpii_group *group = NULL, *remote = NULL;
    struct tables tables = {NULL, NULL};
    uint32_t context[2];

    if (tag < 0)
        return MPI_ERR_NO_MEM;
    rc = collect(parent, tag, mine, &tables);
    if (rc == MPI_SUCCESS)
        rc = mpii_construct_contexts(parent, tag, context);
    if (rc == MPI_SUCCESS && mine->color != MPI_UNDEFINED) {
        group = mpii_split_group(parent->group, tables.ours, mine->color);
        if (parent->remote)
            remote = mpii_split_group(parent->remote, tables.theirs, mine->color);
        if (!group || (parent->remote && !remote))
            rc = MPI_ERR_NO_MEM;
    }
    free(tables.ours);
    free(tables.theirs);
    if (rc != MPI_SUCCESS)
        return rc;
    if (strict && group && group->size == parent->size) {
        mpii_group_drop(group);
        group = NULL;
    }
    return mpii_construct(parent, group, remote, context, newcomm);
}

#pragma weak MPI_Comm_split = PMPI_Comm_split
int PMPI_Comm_split(MPI_Comm comm, int color, int key, MPI_Comm *newcomm)
{
    struct mpii_split mine = {.color = color, .key = key};
    struct mpii_comm *parent;
    int rc = mpii_construct_check(__func__, comm, newcomm, &parent);

    if (rc != MPI_SUCCESS)
        return rc;
    if (color < 0 && color != MPI_UNDEFINED)
        return mpii_error(__func__, comm, MPI_ERR_ARG,
                          "color is %d, neither MPI_UNDEFINED nor 0 or more", color);
    return mpii_construct_error(__func__, comm, split(parent, &mine, false, newcomm));
}

#pragma weak MPI_Comm_split_type = PMPI_Comm_split_type
int PMPI_Comm_split_type(MPI_Comm comm, int split_type, int key, MPI_Info info, MPI_Comm *newcomm)
{
    struct mpii_split mine = {.key = key};
    struct mpii_comm *parent;
    bool strict = false;
    int rc = mpii_construct_check(__func__, comm, newcomm, &parent);

    if (rc == MPI_SUCCESS && parent->remote)
        rc = mpii_error(__func__, comm, MPI_ERR_COMM, "comm is an intercommunicator");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_info(__func__, comm, info);
    if (rc == MPI_SUCCESS)
        rc = mpii_split_type_color(__func__, comm, split_type, info, &mine.color, &strict);
    if (rc != MPI_SUCCESS)
        return rc;
    rc = split(parent, &mine, strict, newcomm);
    // Which part of the machine it was that the library has chosen.
    if (rc == MPI_SUCCESS && strict && *newcomm != MPI_COMM_NULL &&
        !mpii_info_tell(info, "mpi_hw_resource_type", "core"))
        rc = MPI_ERR_NO_MEM;
    return mpii_construct_error(__func__, comm, rc);
}
