// SPDX-License-Identifier: BSD-2-Clause
// from_group.c: communicators made of groups, without a parent (MPI 4.1, 7.4.2 and 7.6.2).
//
// There is one all the same: MPI_COMM_WORLD is there as soon as the library runs, and its messages of a kind
// of their own say which call they belong to by a hash of the user's text. Calls of the same processes
// at the same time, in several threads, must have different texts; that two texts meet in one
// hash of 28 bits is taken as never.
#include "libmpi/comm/construct.h"
#include "libmpi/session/session.h"

static int tag_of(const char *text)
{
    uint32_t hash = 2166136261u; // FNV-1a

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return mpii_coll_tag_name(hash ^ hash >> 28);
}

struct from_group {
    const char *function, *text;
    MPI_Info info;
    MPI_Errhandler errhandler;
};

static int fail(const struct from_group *call, int class, const char *text)
{
    return mpii_error_early(call->errhandler, call->function, class, text);
}

// The rest of what constructors fail of.
static int construct_fail(const struct from_group *call, int class)
{
    if (class == MPI_SUCCESS || call->errhandler == MPI_ERRORS_RETURN)
        return class;
    return mpii_construct_error(call->function, MPI_COMM_NULL, class);
}

static int check(const struct from_group *call, MPI_Group handle, const MPI_Comm *newcomm)
{
    int rc = mpii_check_running(call->function);

    if (rc == MPI_SUCCESS && !mpii_group(handle))
        rc = fail(call, MPI_ERR_GROUP, "the group is not a group");
    if (rc == MPI_SUCCESS && !call->text)
        rc = fail(call, MPI_ERR_ARG, "stringtag is NULL");
    if (rc == MPI_SUCCESS && !newcomm)
        rc = fail(call, MPI_ERR_ARG, "the address of the new communicator is NULL");
    return rc == MPI_SUCCESS ? mpii_check_info(call->function, MPI_COMM_NULL, call->info) : rc;
}

// A new communicator has the hints and the handler of the call.
static int finish(const struct from_group *call, MPI_Comm *newcomm)
{
    int rc = MPI_SUCCESS;

    if (call->info != MPI_INFO_NULL)
        rc = PMPI_Comm_set_info(*newcomm, call->info);
    return rc == MPI_SUCCESS ? PMPI_Comm_set_errhandler(*newcomm, call->errhandler) : rc;
}

#pragma weak MPI_Comm_create_from_group = PMPI_Comm_create_from_group
int PMPI_Comm_create_from_group(MPI_Group group, const char *stringtag, MPI_Info info,
                                MPI_Errhandler errhandler, MPI_Comm *newcomm)
{
    const struct from_group call = {__func__, stringtag, info, errhandler};
    int rc = check(&call, group, newcomm);

    if (rc != MPI_SUCCESS)
        return rc;
    *newcomm = MPI_COMM_NULL;
    if (mpii_group(group)->size == 0)
        return MPI_SUCCESS;
    if (mpii_group(group)->rank == MPI_UNDEFINED)
        return fail(&call, MPI_ERR_GROUP, "this process is not in the group");
    rc = mpii_construct_group(&mpii_world, mpii_group(group), tag_of(stringtag), newcomm);
    return rc == MPI_SUCCESS ? finish(&call, newcomm) : construct_fail(&call, rc);
}

// The leader of the other group as a rank of MPI_COMM_WORLD, which only our leader knows; -1 after an error.
static int check_remote(const struct from_group *call, MPI_Group handle, int leader, int *rc)
{
    const struct mpii_group *group = mpii_group(handle);

    if (group && leader >= 0 && leader < group->size)
        return (int)mpii_group_world(group, leader);
    *rc = group ? fail(call, MPI_ERR_RANK, "remote_leader is not a rank of remote_group")
                : fail(call, MPI_ERR_GROUP, "remote_group is not a group");
    return -1;
}

#pragma weak MPI_Intercomm_create_from_groups = PMPI_Intercomm_create_from_groups
int PMPI_Intercomm_create_from_groups(MPI_Group local_group, int local_leader, MPI_Group remote_group,
                                      int remote_leader, const char *stringtag, MPI_Info info,
                                      MPI_Errhandler errhandler, MPI_Comm *newintercomm)
{
    const struct from_group call = {__func__, stringtag, info, errhandler};
    int remote = -1, rc = check(&call, local_group, newintercomm);
    const struct mpii_group *group;
    MPI_Comm local;

    if (rc != MPI_SUCCESS)
        return rc;
    *newintercomm = MPI_COMM_NULL;
    group = mpii_group(local_group);
    if (group->rank == MPI_UNDEFINED)
        return fail(&call, MPI_ERR_GROUP, "this process is not in local_group");
    if (local_leader < 0 || local_leader >= group->size)
        return fail(&call, MPI_ERR_RANK, "local_leader is not a rank of local_group");
    if (group->rank == local_leader)
        remote = check_remote(&call, remote_group, remote_leader, &rc);
    if (rc != MPI_SUCCESS)
        return rc;
    rc = mpii_construct_group(&mpii_world, mpii_group(local_group), tag_of(stringtag), &local);
    if (rc != MPI_SUCCESS)
        return construct_fail(&call, rc);
    rc = mpii_construct_inter(mpii_comm(local), local_leader, &mpii_world, remote,
                              tag_of(stringtag), newintercomm);
    mpii_comm_drop(mpii_comm(local)); // its groups and its error handler live on
    return rc == MPI_SUCCESS ? finish(&call, newintercomm) : construct_fail(&call, rc);
}
