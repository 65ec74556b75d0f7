// SPDX-License-Identifier: BSD-2-Clause
// dup.c: MPI_Comm_dup, MPI_Comm_idup and their forms with hints (MPI 4.1, 7.4.2).
//
// The new communicator is made when the call is, with its attributes and hints; what takes messages, its
// contexts, comes last. All four are the same schedule.
#include "libmpi/comm/construct.h"
#include "libmpi/object/number.h"
#include <stdlib.h>

struct dup {
    struct mpii_schedule schedule; // first: they are freed together
    struct mpii_agree agree[2];
    struct mpii_comm *parent, *made;
    MPI_Comm *newcomm;
    int *number; // Fortran's variable for its number, instead of newcomm; NULL: none
};

// The last step.
static int give(struct mpii_schedule *schedule, void *argument)
{
    struct dup *dup = argument;

    if (schedule->error != MPI_SUCCESS)
        return 1;
    dup->made->context = dup->agree[0].context;
    if (dup->made->local)
        dup->made->local->context = dup->agree[1].context;
    if (dup->number)
        *dup->number = mpii_number_of(dup->made->handle);
    else
        *dup->newcomm = dup->made->handle;
    dup->made = NULL; // the user's
    return 1;
}

// Gives up a communicator that never got its context.
static void give_up(struct mpii_comm *made)
{
    if (made->local)
        give_up(made->local);
    if (made->topology)
        made->topology_delete(made);
    mpii_info_drop(made->info);
    mpii_group_drop(made->group);
    if (made->remote)
        mpii_group_drop(made->remote);
    mpii_object_delete(made);
}

static void release(struct mpii_schedule *schedule)
{
    struct dup *dup = (struct dup *)schedule;

    if (!dup->made)
        return;
    // What a callback says of it cannot matter any more.
    (void)mpii_attributes_delete("MPI_Comm_dup", dup->parent->handle, &dup->made->object,
                                 dup->made->handle);
    give_up(dup->made);
    dup->made = NULL;
}

static int prepare(const char *function, struct dup *dup, bool with_info, MPI_Info info)
{
    struct mpii_comm *parent = dup->parent, *made;

    made = mpii_comm_new(parent->group, parent->remote, 0, parent);
    if (!made)
        return mpii_construct_error(function, parent->handle, MPI_ERR_NO_MEM);
    dup->made = made;
    if (parent->topology)
        parent->topology_share(made, parent);
    if (parent->remote)
        made->local = mpii_comm_new(parent->group, NULL, 0, parent);
    if (!with_info)
        info = parent->info;
    if (info != MPI_INFO_NULL)
        made->info = mpii_hints_merge(info, MPI_INFO_NULL);
    if ((parent->remote && !made->local) || (info != MPI_INFO_NULL && made->info == MPI_INFO_NULL))
        return mpii_construct_error(function, parent->handle, MPI_ERR_NO_MEM);
    return mpii_attributes_copy(function, parent->handle, &made->object, made->handle,
                                &parent->object, parent->handle);
}

static void build(struct dup *dup, int tag)
{
    struct mpii_comm *parent = dup->parent;
    struct mpii_team team = mpii_team_of(parent);
    struct mpii_bridge bridge = mpii_bridge_of(parent, tag);

    mpii_build_agree(&dup->schedule, &dup->agree[0], mpii_agree_seed(parent, tag), &team,
                     parent->remote ? &bridge : NULL);
    if (parent->remote)
        mpii_build_agree(&dup->schedule, &dup->agree[1], mpii_agree_seed(parent->local, tag), &team,
                         NULL);
    mpii_schedule_call(&dup->schedule, give, dup);
}

// A schedule that makes *newcomm; NULL after an error, *rc.
static struct dup *dup_new(const char *function, MPI_Comm comm, bool with_info, MPI_Info info,
                           MPI_Comm *newcomm, int *rc)
{
    struct mpii_comm *parent;
    struct dup *dup;
    int tag;

    *rc = mpii_construct_check(function, comm, newcomm, &parent);
    if (*rc == MPI_SUCCESS && with_info)
        *rc = mpii_check_info(function, comm, info);
    if (*rc != MPI_SUCCESS)
        return NULL;
    dup = calloc(1, sizeof *dup);
    tag = mpii_construct_tag(parent);
    if (!dup || tag < 0) {
        free(dup);
        *rc = mpii_construct_error(function, comm, MPI_ERR_NO_MEM);
        return NULL;
    }
    mpii_schedule_init(&dup->schedule, tag);
    dup->schedule.release = release;
    dup->parent = parent;
    dup->newcomm = newcomm;
    *rc = prepare(function, dup, with_info, info);
    if (*rc == MPI_SUCCESS) {
        build(dup, tag);
        if (dup->schedule.no_memory)
            *rc = mpii_construct_error(function, comm, MPI_ERR_NO_MEM);
    }
    if (*rc == MPI_SUCCESS)
        return dup;
    *newcomm = MPI_COMM_NULL; // programs look for that when a copy callback has failed
    mpii_schedule_free(&dup->schedule);
    free(dup);
    return NULL;
}

static int dup_blocking(const char *function, MPI_Comm comm, bool with_info, MPI_Info info,
                        MPI_Comm *newcomm)
{
    struct dup *dup;
    int rc;

    dup = dup_new(function, comm, with_info, info, newcomm, &rc);
    if (!dup)
        return rc;
    rc = mpii_construct_run(&dup->schedule);
    free(dup);
    return mpii_construct_error(function, comm, rc);
}

static int dup_start(const char *function, MPI_Comm comm, bool with_info, MPI_Info info,
                     MPI_Comm *newcomm, int *number, MPI_Request *handle)
{
    struct mpii_request *request;
    struct dup *dup;
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_result(function, handle, "request");
    if (rc != MPI_SUCCESS)
        return rc;
    dup = dup_new(function, comm, with_info, info, newcomm, &rc);
    if (!dup)
        return rc;
    request = mpii_schedule_request(&dup->schedule, dup->parent, false);
    if (!request) {
        mpii_schedule_free(&dup->schedule);
        free(dup);
        return mpii_construct_error(function, comm, MPI_ERR_NO_MEM);
    }
    dup->number = number;
    *newcomm = MPI_COMM_NULL;
    mpii_schedule_start(&dup->schedule);
    *handle = (MPI_Request)request;
    return MPI_SUCCESS;
}

#pragma weak MPI_Comm_dup = PMPI_Comm_dup
int PMPI_Comm_dup(MPI_Comm comm, MPI_Comm *newcomm)
{
    return dup_blocking(__func__, comm, false, MPI_INFO_NULL, newcomm);
}

#pragma weak MPI_Comm_dup_with_info = PMPI_Comm_dup_with_info
int PMPI_Comm_dup_with_info(MPI_Comm comm, MPI_Info info, MPI_Comm *newcomm)
{
    return dup_blocking(__func__, comm, true, info, newcomm);
}

#pragma weak MPI_Comm_idup = PMPI_Comm_idup
int PMPI_Comm_idup(MPI_Comm comm, MPI_Comm *newcomm, MPI_Request *request)
{
    return dup_start(__func__, comm, false, MPI_INFO_NULL, newcomm, NULL, request);
}

#pragma weak MPI_Comm_idup_with_info = PMPI_Comm_idup_with_info
int PMPI_Comm_idup_with_info(MPI_Comm comm, MPI_Info info, MPI_Comm *newcomm, MPI_Request *request)
{
    return dup_start(__func__, comm, true, info, newcomm, NULL, request);
}

int mpii_comm_idup_number(const char *function, MPI_Comm comm, bool with_info, MPI_Info info,
                          int *number, MPI_Request *request)
{
    MPI_Comm early = MPI_COMM_NULL; // nothing is written there once the call has returned
    int rc = dup_start(function, comm, with_info, info, &early, number, request);

    if (rc != MPI_SUCCESS)
        *number = mpii_number_of(early);
    return rc;
}
