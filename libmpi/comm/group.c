// SPDX-License-Identifier: BSD-2-Clause
// group.c: what groups are: size, rank, translation, comparison (MPI 4.1, 7.3.1), and their end. Errors
// of calls on groups are MPI_COMM_SELF's.
#include "libmpi/comm/group.h"
#include <stdlib.h>

const struct mpii_group *mpii_check_group(const char *function, MPI_Group handle, const char *name,
                                          int *rc)
{
    const struct mpii_group *group = mpii_group(handle);

    *rc = mpii_check_running(function);
    if (*rc != MPI_SUCCESS)
        return NULL;
    if (!group && handle == MPI_GROUP_NULL)
        *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_GROUP, "%s is MPI_GROUP_NULL", name);
    else if (!group)
        *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_GROUP, "%s is %p, not a group", name,
                         (void *)handle);
    return group;
}

#pragma weak MPI_Group_size = PMPI_Group_size
int PMPI_Group_size(MPI_Group group, int *size)
{
    const struct mpii_group *object;
    int rc;

    object = mpii_check_group(__func__, group, "group", &rc);
    if (object)
        rc = mpii_check_result(__func__, size, "size");
    if (rc == MPI_SUCCESS)
        *size = object->size;
    return rc;
}

#pragma weak MPI_Group_rank = PMPI_Group_rank
int PMPI_Group_rank(MPI_Group group, int *rank)
{
    const struct mpii_group *object;
    int rc;

    object = mpii_check_group(__func__, group, "group", &rc);
    if (object)
        rc = mpii_check_result(__func__, rank, "rank");
    if (rc == MPI_SUCCESS)
        *rank = object->rank;
    return rc;
}

// ranks1[0..n) of `from` are valid or MPI_PROC_NULL.
static int translate_check(const char *function, const struct mpii_group *from, int n,
                           const int ranks1[], const int ranks2[])
{
    if (n < 0)
        return mpii_error(function, MPI_COMM_NULL, MPI_ERR_ARG, "n is %d", n);
    if (n > 0 && (!ranks1 || !ranks2))
        return mpii_check_result(function, NULL, ranks1 ? "ranks2" : "ranks1");
    for (int i = 0; i < n; i++)
        if (ranks1[i] != MPI_PROC_NULL && (ranks1[i] < 0 || ranks1[i] >= from->size))
            return mpii_error(function, MPI_COMM_NULL, MPI_ERR_RANK,
                              "ranks1[%d] is %d, but group1 has %d processes", i, ranks1[i],
                              from->size);
    return MPI_SUCCESS;
}

#pragma weak MPI_Group_translate_ranks = PMPI_Group_translate_ranks
int PMPI_Group_translate_ranks(MPI_Group group1, int n, const int ranks1[], MPI_Group group2,
                               int ranks2[])
{
    const struct mpii_group *from, *to = NULL;
    int rc, *table = NULL;

    from = mpii_check_group(__func__, group1, "group1", &rc);
    if (from)
        to = mpii_check_group(__func__, group2, "group2", &rc);
    if (to)
        rc = translate_check(__func__, from, n, ranks1, ranks2);
    if (!to || rc != MPI_SUCCESS)
        return rc;
    if (n > 2 && to->world) { // two lookups are cheaper than the table, all others are not
        table = mpii_group_ranks(to);
        if (!table)
            return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for a table");
    }
    for (int i = 0; i < n; i++) {
        if (ranks1[i] == MPI_PROC_NULL)
            ranks2[i] = MPI_PROC_NULL;
        else if (table)
            ranks2[i] = table[mpii_group_world(from, ranks1[i])];
        else
            ranks2[i] = mpii_group_find(to, mpii_group_world(from, ranks1[i]));
    }
    free(table);
    return MPI_SUCCESS;
}

int mpii_group_compare(const struct mpii_group *group1, const struct mpii_group *group2)
{
    int at = 0;

    if (group1->size != group2->size)
        return MPI_UNEQUAL;
    while (at < group1->size && mpii_group_world(group1, at) == mpii_group_world(group2, at))
        at++;
    if (at == group1->size)
        return MPI_IDENT;
    return mpii_group_contains(group1, group2) ? MPI_SIMILAR : MPI_UNEQUAL;
}

#pragma weak MPI_Group_compare = PMPI_Group_compare
int PMPI_Group_compare(MPI_Group group1, MPI_Group group2, int *result)
{
    const struct mpii_group *one, *two = NULL;
    int rc;

    one = mpii_check_group(__func__, group1, "group1", &rc);
    if (one)
        two = mpii_check_group(__func__, group2, "group2", &rc);
    if (two)
        rc = mpii_check_result(__func__, result, "result");
    if (rc == MPI_SUCCESS)
        *result = mpii_group_compare(one, two);
    return rc;
}

#pragma weak MPI_Group_free = PMPI_Group_free
int PMPI_Group_free(MPI_Group *group)
{
    int rc = mpii_check_result(__func__, group, "group");

    if (rc != MPI_SUCCESS || !mpii_check_group(__func__, *group, "group", &rc))
        return rc;
    mpii_group_drop(mpii_group(*group)); // MPI_GROUP_EMPTY may be freed, to no effect
    *group = MPI_GROUP_NULL;
    return MPI_SUCCESS;
}
