// SPDX-License-Identifier: BSD-2-Clause
// construct.c: see construct.h.
#include "libmpi/comm/construct.h"

int mpii_construct_error(const char *function, MPI_Comm comm, int class)
{
    if (class == MPI_SUCCESS)
        return class;
    return mpii_error(function, comm, class,
                      class == MPI_ERR_NO_MEM  ? "no memory for a communicator"
                      : class == MPI_ERR_OTHER ? "there are too many communicators"
                                               : "the ranks do not agree on a communicator");
}

int mpii_construct_check(const char *function, MPI_Comm comm, const MPI_Comm *newcomm,
                         struct mpii_comm **parent)
{
    int rc = mpii_check_running(function);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(function, comm);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(function, comm, newcomm, "newcomm");
    *parent = mpii_comm(comm);
    return rc;
}

int mpii_construct_tag(struct mpii_comm *parent)
{
    struct mpii_coll *coll = mpii_coll_of(parent);

    return coll ? mpii_coll_tag(coll) : -1;
}

struct mpii_bridge mpii_bridge_of(struct mpii_comm *comm, int tag)
{
    // Rank 0 of either group leads it.
    return (struct mpii_bridge){.comm = comm->remote ? comm : NULL, .tag = tag};
}

int mpii_construct_run(struct mpii_schedule *schedule)
{
    int rc = schedule->no_memory ? MPI_ERR_NO_MEM : mpii_schedule_run(schedule);

    mpii_schedule_free(schedule);
    return rc;
}

int mpii_construct_contexts(struct mpii_comm *parent, int tag, uint32_t context[2])
{
    struct mpii_team team = mpii_team_of(parent);
    struct mpii_bridge bridge = mpii_bridge_of(parent, tag);
    struct mpii_schedule schedule;
    struct mpii_agree agree[2];
    int rc;

    mpii_schedule_init(&schedule, tag);
    mpii_build_agree(&schedule, &agree[0], mpii_agree_seed(parent, tag), &team,
                     parent->remote ? &bridge : NULL);
    if (parent->remote)
        mpii_build_agree(&schedule, &agree[1], mpii_agree_seed(parent->local, tag), &team, NULL);
    rc = mpii_construct_run(&schedule);
    context[0] = agree[0].context;
    context[1] = parent->remote ? agree[1].context : 0;
    if (rc != MPI_SUCCESS && !agree[0].exhausted && agree[0].searching)
        mpii_context_free(&mpii_contexts, context[0]); // only the second had none
    return rc;
}

// Either may be NULL.
static void drop_groups(struct mpii_group *group, struct mpii_group *remote)
{
    if (group)
        mpii_group_drop(group);
    if (remote)
        mpii_group_drop(remote);
}

static struct mpii_comm *make(struct mpii_comm *parent, struct mpii_group *group,
                              struct mpii_group *remote, const uint32_t context[2])
{
    struct mpii_comm *comm = mpii_comm_new(group, remote, context[0], parent);

    if (!comm || !remote)
        return comm;
    comm->local = mpii_comm_new(group, NULL, context[1], parent);
    if (comm->local)
        return comm;
    mpii_comm_drop(comm); // gives context[0] back
    return NULL;
}

int mpii_construct(struct mpii_comm *parent, struct mpii_group *group, struct mpii_group *remote,
                   const uint32_t context[2], MPI_Comm *newcomm)
{
    bool member =
        group && group->rank != MPI_UNDEFINED && (!parent->remote || (remote && remote->size > 0));
    struct mpii_comm *made = NULL;

    *newcomm = MPI_COMM_NULL;
    if (member)
        made = make(parent, group, remote, context);
    if (made) {
        *newcomm = made->handle;
    } else {
        mpii_context_free(&mpii_contexts, context[0]);
        if (parent->remote)
            mpii_context_free(&mpii_contexts, context[1]);
    }
    drop_groups(group, remote);
    return made || !member ? MPI_SUCCESS : MPI_ERR_NO_MEM;
}
