// SPDX-License-Identifier: BSD-2-Clause
// group_core.c: groups as the library makes and uses them (MPI 4.1, 7.3).
//
// A group is an array of world ranks. What compares two groups first turns one of them around, so that the
// work is linear in the sizes, not quadratic.
#include "libmpi/comm.h"
#include <stdlib.h>
#include <string.h>

struct mpii_group mpii_group_empty = {
    .object = {.head.magic = MPII_MAGIC | MPII_GROUP, .predefined = true, .uses = 1},
    .rank = MPI_UNDEFINED,
};

int mpii_group_find(const struct mpii_group *group, uint32_t world)
{
    if (!group->world)
        return world < (uint32_t)group->size ? (int)world : MPI_UNDEFINED;
    for (int i = 0; i < group->size; i++)
        if (group->world[i] == world)
            return i;
    return MPI_UNDEFINED;
}

static bool is_identity(const uint32_t *world, int size)
{
    if ((uint32_t)size != mpii_services()->ranks)
        return false;
    for (int i = 0; i < size; i++)
        if (world[i] != (uint32_t)i)
            return false;
    return true;
}

struct mpii_group *mpii_group_new(uint32_t *world, int size)
{
    struct mpii_group *group;

    if (size == 0) {
        free(world);
        mpii_object_keep(&mpii_group_empty.object);
        return &mpii_group_empty;
    }
    group = mpii_object_new(MPII_GROUP, sizeof *group);
    if (!group) {
        free(world);
        return NULL;
    }
    group->size = size;
    group->world = world;
    group->rank = mpii_group_find(group, mpii_services()->rank);
    if (is_identity(world, size)) { // cheaper in memory, and in every lookup
        free(world);
        group->world = NULL;
    }
    return group;
}

void mpii_group_drop(struct mpii_group *group)
{
    if (!mpii_object_drop(&group->object))
        return;
    free(group->world);
    mpii_object_delete(group);
}

int *mpii_group_ranks(const struct mpii_group *group)
{
    uint32_t count = mpii_services()->ranks;
    int *ranks = malloc(count * sizeof *ranks);

    if (!ranks)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        ranks[i] = MPI_UNDEFINED;
    for (int i = 0; i < group->size; i++)
        ranks[mpii_group_world(group, i)] = i;
    return ranks;
}

bool mpii_group_contains(const struct mpii_group *whole, const struct mpii_group *part)
{
    bool contains = true;
    int *ranks;

    if (part->size > whole->size)
        return false;
    if (!whole->world && (uint32_t)whole->size == mpii_services()->ranks)
        return true;
    ranks = mpii_group_ranks(whole);
    for (int i = 0; contains && i < part->size; i++) {
        uint32_t world = mpii_group_world(part, i);

        // Without memory for the array, one by one.
        contains = (ranks ? ranks[world] : mpii_group_find(whole, world)) != MPI_UNDEFINED;
    }
    free(ranks);
    return contains;
}
