// SPDX-License-Identifier: BSD-2-Clause
// split.c: the local part of MPI_Comm_split and MPI_Comm_split_type (MPI 4.1, 7.4.2).
#include "libmpi/comm.h"
#include <stdlib.h>
#include <string.h>

struct member {
    int key, rank;
};

static int compare_members(const void *left, const void *right)
{
    const struct member *one = left, *two = right;

    if (one->key != two->key)
        return one->key < two->key ? -1 : 1;
    return one->rank - two->rank; // both are ranks: no overflow
}

struct mpii_group *mpii_split_group(const struct mpii_group *group, const struct mpii_split *given,
                                    int color)
{
    struct member *member = malloc(((size_t)group->size + 1) * sizeof *member);
    uint32_t *world = NULL;
    int count = 0;

    if (!member)
        return NULL;
    for (int i = 0; i < group->size; i++)
        if (given[i].color == color)
            member[count++] = (struct member){given[i].key, i};
    qsort(member, (size_t)count, sizeof *member, compare_members);
    world = malloc(((size_t)count + 1) * sizeof *world);
    for (int i = 0; world && i < count; i++)
        world[i] = mpii_group_world(group, member[i].rank);
    free(member);
    return world ? mpii_group_new(world, count) : NULL;
}

// The parts of the machine that processes can share, by their names for mpi_hw_resource_type. All ranks
// of a job share memory and one machine.
static bool resource_color(const char *resource, int *color)
{
    if (strcmp(resource, "mpi_shared_memory") == 0 || strcmp(resource, "machine") == 0)
        *color = 0;
    else if (strcmp(resource, "core") == 0)
        *color = (int)mpii_services()->core;
    else
        return false;
    return true;
}

int mpii_split_type_color(const char *function, MPI_Comm comm, int split_type, MPI_Info info,
                          int *color, bool *strict)
{
    const char *resource = mpii_info_get(info, "mpi_hw_resource_type");

    *strict = false;
    *color = MPI_UNDEFINED;
    switch (split_type) {
    case MPI_UNDEFINED:
        return MPI_SUCCESS;
    case MPI_COMM_TYPE_SHARED:
        *color = 0;
        return MPI_SUCCESS;
    case MPI_COMM_TYPE_HW_UNGUIDED: // the next smaller part of the machine
        *color = (int)mpii_services()->core;
        *strict = true;
        return MPI_SUCCESS;
    case MPI_COMM_TYPE_HW_GUIDED:
    case MPI_COMM_TYPE_RESOURCE_GUIDED:
        if (resource && !resource_color(resource, color))
            *color = MPI_UNDEFINED; // unknown: MPI_COMM_NULL for all
        return MPI_SUCCESS;
    default:
        return mpii_error(function, comm, MPI_ERR_ARG, "split_type is %d, no MPI_COMM_TYPE_",
                          split_type);
    }
}
