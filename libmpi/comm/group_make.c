// SPDX-License-Identifier: BSD-2-Clause
// group_make.c: constructors of groups: sets, lists and ranges of ranks (MPI 4.1, 7.3.2).
#include "libmpi/comm/group.h"
#include <stdlib.h>

static int no_memory(const char *function)
{
    return mpii_error(function, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for a group");
}

// Hands `world`, malloc'ed, to the user as a new group.
static int group_give(const char *function, uint32_t *world, int size, MPI_Group *newgroup)
{
    struct mpii_group *group = mpii_group_new(world, size);

    if (!group)
        return no_memory(function);
    *newgroup = mpii_group_handle(group);
    return MPI_SUCCESS;
}

static uint32_t *world_new(int size)
{
    return malloc(((size_t)size + 1) * sizeof(uint32_t)); // never 0 bytes, which may give NULL
}

// --- sets: an order, then which of the other group's to take ---

enum set_operation { SET_UNION, SET_INTERSECTION, SET_DIFFERENCE };

static int group_set(const char *function, enum set_operation operation, MPI_Group group1,
                     MPI_Group group2, MPI_Group *newgroup)
{
    const struct mpii_group *one, *two = NULL;
    int rc, count = 0, *in_other;
    uint32_t *world;

    one = mpii_check_group(function, group1, "group1", &rc);
    if (one)
        two = mpii_check_group(function, group2, "group2", &rc);
    if (two)
        rc = mpii_check_result(function, newgroup, "newgroup");
    if (!two || rc != MPI_SUCCESS)
        return rc;
    in_other = mpii_group_ranks(operation == SET_UNION ? one : two);
    world = world_new(one->size + (operation == SET_UNION ? two->size : 0));
    if (!in_other || !world) {
        free(in_other);
        free(world);
        return no_memory(function);
    }
    for (int i = 0; i < one->size; i++) {
        uint32_t process = mpii_group_world(one, i);

        if (operation == SET_UNION ||
            (in_other[process] != MPI_UNDEFINED) == (operation == SET_INTERSECTION))
            world[count++] = process;
    }
    for (int i = 0; operation == SET_UNION && i < two->size; i++) {
        uint32_t process = mpii_group_world(two, i);

        if (in_other[process] == MPI_UNDEFINED)
            world[count++] = process;
    }
    free(in_other);
    return group_give(function, world, count, newgroup);
}

#pragma weak MPI_Group_union = PMPI_Group_union
int PMPI_Group_union(MPI_Group group1, MPI_Group group2, MPI_Group *newgroup)
{
    return group_set(__func__, SET_UNION, group1, group2, newgroup);
}

#pragma weak MPI_Group_intersection = PMPI_Group_intersection
int PMPI_Group_intersection(MPI_Group group1, MPI_Group group2, MPI_Group *newgroup)
{
    return group_set(__func__, SET_INTERSECTION, group1, group2, newgroup);
}

#pragma weak MPI_Group_difference = PMPI_Group_difference
int PMPI_Group_difference(MPI_Group group1, MPI_Group group2, MPI_Group *newgroup)
{
    return group_set(__func__, SET_DIFFERENCE, group1, group2, newgroup);
}

// --- lists and ranges: both are a selection, in which no rank comes twice ---

struct selection {
    const struct mpii_group *group;
    bool *taken; // [group->size]
    int *rank;   // [count], in the order given
    int count;
};

static bool selection_begin(struct selection *selection, const struct mpii_group *group)
{
    selection->group = group;
    selection->taken = calloc((size_t)group->size + 1, sizeof *selection->taken);
    selection->rank = malloc(((size_t)group->size + 1) * sizeof *selection->rank);
    selection->count = 0;
    return selection->taken && selection->rank;
}

static void selection_end(struct selection *selection)
{
    free(selection->taken);
    free(selection->rank);
}

static int selection_add(const char *function, struct selection *selection, int rank)
{
    if (rank < 0 || rank >= selection->group->size)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_RANK,
                          "rank %d is selected, but the group has %d processes", rank,
                          selection->group->size);
    if (selection->taken[rank])
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_RANK, "rank %d is selected twice", rank);
    selection->taken[rank] = true;
    selection->rank[selection->count++] = rank;
    return MPI_SUCCESS;
}

// Each range is first, last, stride; the last is reached or passed (7.3.2).
static int selection_add_range(const char *function, struct selection *selection, int index,
                               const int range[3])
{
    int64_t rank = range[0], last = range[1], stride = range[2];
    int rc = MPI_SUCCESS;

    if (stride == 0)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "ranges[%d] has a stride of 0",
                          index);
    // Ends by a bad rank at the latest.
    for (; rc == MPI_SUCCESS && (stride > 0 ? rank <= last : rank >= last); rank += stride)
        rc = selection_add(function, selection, (int)rank);
    return rc;
}

// The selected processes in their order, or all others in the group's.
static int selection_give(const char *function, const struct selection *selection, bool include,
                          MPI_Group *newgroup)
{
    const struct mpii_group *group = selection->group;
    uint32_t *world = world_new(group->size);
    int count = 0;

    if (!world)
        return no_memory(function);
    for (int i = 0; include && i < selection->count; i++)
        world[count++] = mpii_group_world(group, selection->rank[i]);
    for (int i = 0; !include && i < group->size; i++)
        if (!selection->taken[i])
            world[count++] = mpii_group_world(group, i);
    return group_give(function, world, count, newgroup);
}

// `ranks` or `ranges` is the other's NULL.
static int group_select(const char *function, MPI_Group group, int n, const int ranks[],
                        int ranges[][3], bool include, MPI_Group *newgroup)
{
    struct selection selection;
    const struct mpii_group *object;
    int rc;

    object = mpii_check_group(function, group, "group", &rc);
    if (object)
        rc = mpii_check_result(function, newgroup, "newgroup");
    if (!object || rc != MPI_SUCCESS)
        return rc;
    if (n < 0)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "n is %d", n);
    if (n > 0 && !ranks && !ranges)
        return mpii_check_result(function, NULL, "the array of ranks");
    rc = selection_begin(&selection, object) ? MPI_SUCCESS : no_memory(function);
    for (int i = 0; rc == MPI_SUCCESS && i < n; i++)
        rc = ranks ? selection_add(function, &selection, ranks[i])
                   : selection_add_range(function, &selection, i, ranges[i]);
    if (rc == MPI_SUCCESS)
        rc = selection_give(function, &selection, include, newgroup);
    selection_end(&selection);
    return rc;
}

#pragma weak MPI_Group_incl = PMPI_Group_incl
int PMPI_Group_incl(MPI_Group group, int n, const int ranks[], MPI_Group *newgroup)
{
    return group_select(__func__, group, n, ranks, NULL, true, newgroup);
}

#pragma weak MPI_Group_excl = PMPI_Group_excl
int PMPI_Group_excl(MPI_Group group, int n, const int ranks[], MPI_Group *newgroup)
{
    return group_select(__func__, group, n, ranks, NULL, false, newgroup);
}

#pragma weak MPI_Group_range_incl = PMPI_Group_range_incl
int PMPI_Group_range_incl(MPI_Group group, int n, int ranges[][3], MPI_Group *newgroup)
{
    return group_select(__func__, group, n, NULL, ranges, true, newgroup);
}

#pragma weak MPI_Group_range_excl = PMPI_Group_range_excl
int PMPI_Group_range_excl(MPI_Group group, int n, int ranges[][3], MPI_Group *newgroup)
{
    return group_select(__func__, group, n, NULL, ranges, false, newgroup);
}
