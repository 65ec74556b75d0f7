// SPDX-License-Identifier: BSD-2-Clause
// inter.c: MPI_Intercomm_create (MPI 4.1, 7.6.2).
//
// The leaders exchange the sizes of their groups and what seeds the agreement, tell their groups,
// and then do the same with the groups themselves. Two agreements follow: on the
// intercommunicator's context over both groups, and in each group on that of its own communicator,
// which collectives use.
#include "libmpi/comm/construct.h"
#include <stdlib.h>

struct side {
    int32_t size;
    uint32_t seed;
};

struct inter {
    struct mpii_comm *local;
    struct mpii_team team;
    struct mpii_bridge bridge;
    int tag; // of messages in the local group
    struct side ours, theirs;
    struct mpii_group *remote;
};

static int exchange_sizes(struct inter *inter)
{
    struct mpii_schedule schedule;

    inter->ours = (struct side){inter->local->size, inter->local->context};
    mpii_schedule_init(&schedule, inter->tag);
    mpii_build_cross(&schedule, &inter->team, &inter->bridge, &inter->ours, sizeof inter->ours,
                     &inter->theirs, sizeof inter->theirs);
    return mpii_construct_run(&schedule);
}

static bool disjoint(const struct mpii_group *one, const struct mpii_group *two)
{
    for (int i = 0; i < two->size; i++)
        if (mpii_group_find(one, mpii_group_world(two, i)) != MPI_UNDEFINED)
            return false;
    return true;
}

static int exchange_groups(struct inter *inter)
{
    const struct mpii_group *group = inter->local->group;
    size_t ours_bytes = (size_t)inter->ours.size * sizeof(uint32_t);
    size_t theirs_bytes = (size_t)inter->theirs.size * sizeof(uint32_t);
    uint32_t *ours = malloc(ours_bytes), *theirs = malloc(theirs_bytes);
    struct mpii_schedule schedule;
    int rc = MPI_ERR_NO_MEM;

    if (ours && theirs) {
        for (int i = 0; i < group->size; i++)
            ours[i] = mpii_group_world(group, i);
        mpii_schedule_init(&schedule, inter->tag);
        mpii_build_cross(&schedule, &inter->team, &inter->bridge, ours, ours_bytes, theirs,
                         theirs_bytes);
        rc = mpii_construct_run(&schedule);
    }
    free(ours);
    if (rc != MPI_SUCCESS) {
        free(theirs);
        return rc;
    }
    inter->remote = mpii_group_new(theirs, inter->theirs.size);
    if (!inter->remote)
        return MPI_ERR_NO_MEM;
    return disjoint(group, inter->remote) ? MPI_SUCCESS : MPI_ERR_COMM;
}

static int agree_both(struct inter *inter, uint32_t context[2])
{
    struct mpii_schedule schedule;
    struct mpii_agree agree[2];
    int rc;

    mpii_schedule_init(&schedule, inter->tag);
    // The same on both sides: a sum of what either has.
    mpii_build_agree(&schedule, &agree[0], (inter->ours.seed + inter->theirs.seed) * 0x9e3779b9u,
                     &inter->team, &inter->bridge);
    mpii_build_agree(&schedule, &agree[1], mpii_agree_seed(inter->local, inter->tag), &inter->team,
                     NULL);
    rc = mpii_construct_run(&schedule);
    context[0] = agree[0].context;
    context[1] = agree[1].context;
    return rc;
}

static int create(struct inter *inter, MPI_Comm *newcomm)
{
    struct mpii_comm *made = NULL;
    uint32_t context[2];
    int rc = exchange_sizes(inter);

    if (rc == MPI_SUCCESS)
        rc = exchange_groups(inter);
    if (rc == MPI_SUCCESS)
        rc = agree_both(inter, context);
    if (rc == MPI_SUCCESS) {
        made = mpii_comm_new(inter->local->group, inter->remote, context[0], inter->local);
        if (made)
            made->local = mpii_comm_new(inter->local->group, NULL, context[1], inter->local);
        rc = made && made->local ? MPI_SUCCESS : MPI_ERR_NO_MEM;
    }
    if (inter->remote)
        mpii_group_drop(inter->remote);
    if (rc == MPI_SUCCESS)
        *newcomm = made->handle;
    else if (made)
        mpii_comm_drop(made);
    return rc;
}

int mpii_construct_inter(struct mpii_comm *local, int local_leader, struct mpii_comm *peer,
                         int remote_leader, int tag, MPI_Comm *newcomm)
{
    struct inter inter = {.local = local, .team = mpii_team_of(local)};

    inter.bridge =
        (struct mpii_bridge){.comm = peer, .leader = local_leader, .peer = remote_leader, .tag = tag};
    inter.tag = mpii_construct_tag(local);
    return inter.tag < 0 ? MPI_ERR_NO_MEM : create(&inter, newcomm);
}

// What only the leader's arguments say.
static int check_leader(const char *function, struct mpii_comm *local, MPI_Comm peer_handle,
                        int remote_leader, int tag)
{
    struct mpii_comm *peer = mpii_comm(peer_handle);

    if (!peer)
        return mpii_check_comm(function, peer_handle);
    if (remote_leader < 0 || remote_leader >= mpii_comm_peers(peer)->size)
        return mpii_error(function, local->handle, MPI_ERR_RANK,
                          "remote_leader is %d, not a rank of peer_comm, which has %d",
                          remote_leader, mpii_comm_peers(peer)->size);
    if (tag < 0)
        return mpii_error(function, local->handle, MPI_ERR_TAG, "tag is %d, less than 0", tag);
    if (!peer->remote && remote_leader == peer->rank)
        return mpii_error(function, local->handle, MPI_ERR_RANK,
                          "remote_leader is the local leader itself: the groups must be disjoint");
    return MPI_SUCCESS;
}

#pragma weak MPI_Intercomm_create = PMPI_Intercomm_create
int PMPI_Intercomm_create(MPI_Comm local_comm, int local_leader, MPI_Comm peer_comm,
                          int remote_leader, int tag, MPI_Comm *newintercomm)
{
    struct mpii_comm *local;
    int rc = mpii_construct_check(__func__, local_comm, newintercomm, &local);

    if (rc != MPI_SUCCESS)
        return rc;
    if (local->remote)
        return mpii_error(__func__, local_comm, MPI_ERR_COMM, "local_comm is an intercommunicator");
    if (local_leader < 0 || local_leader >= local->size)
        return mpii_error(__func__, local_comm, MPI_ERR_RANK,
                          "local_leader is %d, not a rank of local_comm", local_leader);
    if (local->rank == local_leader)
        rc = check_leader(__func__, local, peer_comm, remote_leader, tag);
    if (rc != MPI_SUCCESS)
        return rc;
    rc = mpii_construct_inter(local, local_leader, mpii_comm(peer_comm), remote_leader,
                              mpii_coll_tag_user(tag), newintercomm);
    return mpii_construct_error(__func__, local_comm, rc);
}
