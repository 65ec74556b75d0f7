// SPDX-License-Identifier: BSD-2-Clause
// comm_ask.c: what can be asked of a communicator, and its hints (MPI 4.1, 7.4.1, 7.4.4 and 7.6.1). All
// of it is local.
#include "libmpi/comm/group.h"

// The communicator behind a handle, or NULL after the error of `function`; *rc says which.
static struct mpii_comm *comm_check(const char *function, MPI_Comm comm, int *rc)
{
    *rc = mpii_check_running(function);
    if (*rc == MPI_SUCCESS)
        *rc = mpii_check_comm(function, comm);
    return *rc == MPI_SUCCESS ? mpii_comm(comm) : NULL;
}

static struct mpii_comm *inter_check(const char *function, MPI_Comm comm, int *rc)
{
    struct mpii_comm *object = comm_check(function, comm, rc);

    if (!object || object->remote)
        return object;
    *rc = mpii_error(function, comm, MPI_ERR_COMM, "comm is not an intercommunicator");
    return NULL;
}

#pragma weak MPI_Comm_group = PMPI_Comm_group
int PMPI_Comm_group(MPI_Comm comm, MPI_Group *group)
{
    struct mpii_comm *object;
    int rc;

    object = comm_check(__func__, comm, &rc);
    if (object)
        rc = mpii_check_pointer(__func__, comm, group, "group");
    if (rc != MPI_SUCCESS)
        return rc;
    mpii_object_keep(&object->group->object);
    *group = mpii_group_handle(object->group);
    return MPI_SUCCESS;
}

#pragma weak MPI_Comm_remote_group = PMPI_Comm_remote_group
int PMPI_Comm_remote_group(MPI_Comm comm, MPI_Group *group)
{
    struct mpii_comm *object;
    int rc;

    object = inter_check(__func__, comm, &rc);
    if (object)
        rc = mpii_check_pointer(__func__, comm, group, "group");
    if (rc != MPI_SUCCESS)
        return rc;
    mpii_object_keep(&object->remote->object);
    *group = mpii_group_handle(object->remote);
    return MPI_SUCCESS;
}

#pragma weak MPI_Comm_remote_size = PMPI_Comm_remote_size
int PMPI_Comm_remote_size(MPI_Comm comm, int *size)
{
    struct mpii_comm *object;
    int rc;

    object = inter_check(__func__, comm, &rc);
    if (object)
        rc = mpii_check_pointer(__func__, comm, size, "size");
    if (rc == MPI_SUCCESS)
        *size = object->remote->size;
    return rc;
}

#pragma weak MPI_Comm_test_inter = PMPI_Comm_test_inter
int PMPI_Comm_test_inter(MPI_Comm comm, int *flag)
{
    struct mpii_comm *object;
    int rc;

    object = comm_check(__func__, comm, &rc);
    if (object)
        rc = mpii_check_pointer(__func__, comm, flag, "flag");
    if (rc == MPI_SUCCESS)
        *flag = object->remote != NULL;
    return rc;
}

// The weaker of two results: IDENT, SIMILAR, UNEQUAL.
static int weaker(int one, int two)
{
    if (one == MPI_UNEQUAL || two == MPI_UNEQUAL)
        return MPI_UNEQUAL;
    return one == MPI_IDENT ? two : one;
}

#pragma weak MPI_Comm_compare = PMPI_Comm_compare
int PMPI_Comm_compare(MPI_Comm comm1, MPI_Comm comm2, int *result)
{
    const struct mpii_comm *one, *two = NULL;
    int rc, groups;

    one = comm_check(__func__, comm1, &rc);
    if (one)
        two = comm_check(__func__, comm2, &rc);
    if (two)
        rc = mpii_check_pointer(__func__, comm1, result, "result");
    if (rc != MPI_SUCCESS)
        return rc;
    if (one == two) {
        *result = MPI_IDENT;
        return MPI_SUCCESS;
    }
    if (!one->remote != !two->remote) {
        *result = MPI_UNEQUAL;
        return MPI_SUCCESS;
    }
    groups = mpii_group_compare(one->group, two->group);
    if (one->remote)
        groups = weaker(groups, mpii_group_compare(one->remote, two->remote));
    *result = groups == MPI_IDENT ? MPI_CONGRUENT : groups; // the contexts differ
    return MPI_SUCCESS;
}

// Hints of the standard are kept as given, for MPI_Comm_get_info and MPI_Comm_dup; none changes what the
// library does. Others are ignored, which a program can see (7.4.4).
#pragma weak MPI_Comm_set_info = PMPI_Comm_set_info
int PMPI_Comm_set_info(MPI_Comm comm, MPI_Info info)
{
    struct mpii_comm *object;
    MPI_Info copy;
    int rc;

    object = comm_check(__func__, comm, &rc);
    if (object)
        rc = mpii_check_info(__func__, comm, info);
    if (rc != MPI_SUCCESS)
        return rc;
    copy = mpii_hints_merge(object->info, info);
    if (copy == MPI_INFO_NULL)
        return mpii_error(__func__, comm, MPI_ERR_NO_MEM, "no memory for an info object");
    mpii_info_drop(object->info);
    object->info = copy;
    return MPI_SUCCESS;
}

#pragma weak MPI_Comm_get_info = PMPI_Comm_get_info
int PMPI_Comm_get_info(MPI_Comm comm, MPI_Info *info_used)
{
    struct mpii_comm *object;
    MPI_Info copy;
    int rc;

    object = comm_check(__func__, comm, &rc);
    if (object)
        rc = mpii_check_pointer(__func__, comm, info_used, "info_used");
    if (rc != MPI_SUCCESS)
        return rc;
    copy = mpii_hints_merge(object->info, MPI_INFO_NULL);
    if (copy == MPI_INFO_NULL)
        return mpii_error(__func__, comm, MPI_ERR_NO_MEM, "no memory for an info object");
    *info_used = copy;
    return MPI_SUCCESS;
}
