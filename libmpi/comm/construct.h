// SPDX-License-Identifier: BSD-2-Clause
// construct.h: what constructors of communicators have in common (MPI 4.1, 7.4.2 and 7.6.2).
//
// Their messages are schedules (coll/schedule.h) on the parent's second context, as those of collectives.
#pragma once
#include "libmpi/coll/coll.h"
#include "libmpi/comm/context.h"

#pragma GCC visibility push(hidden)

// The leader of the other group of an intercommunicator, as the leader of this group, rank 0 of comm->local
// or the one the user has named, can reach it.
struct mpii_bridge {
    struct mpii_comm *comm;
    int leader; // of this group
    int peer;   // in comm
    int tag;
};

// Agreeing on a context: comm/context.h.
struct mpii_agree {
    struct mpii_context_search search;
    bool searching;
    bool exhausted; // there is none left
    uint32_t seed;
    uint64_t mine[MPII_CONTEXT_WORDS], all[MPII_CONTEXT_WORDS], other[MPII_CONTEXT_WORDS];
    uint32_t context;
    size_t first; // step of a round
};

// Appends the rounds: all of `team`, and of the team beyond the bridge unless that is NULL, get the
// same context, or `exhausted`. `seed`: see mpii_context_begin. `agree` must stay until the
// schedule has run.
void mpii_build_agree(struct mpii_schedule *schedule, struct mpii_agree *agree, uint32_t seed,
                      const struct mpii_team *team, const struct mpii_bridge *bridge);

// The seed of agreements on a parent: `tag` is of a collective call, or what the user gave.
static inline uint32_t mpii_agree_seed(const struct mpii_comm *parent, int tag)
{
    return parent->context * 0x9e3779b9u + (uint32_t)tag;
}

// The bridge of an intercommunicator; comm is NULL for an intracommunicator.
struct mpii_bridge mpii_bridge_of(struct mpii_comm *comm, int tag);

// What collective constructors that block go through: a schedule, run and freed. MPI_SUCCESS or a class.
int mpii_construct_run(struct mpii_schedule *schedule);

// One agreement, or two for an intercommunicator: the second is for the communicator of the local group.
// `tag` is a new one of the parent. Sets context[0] and context[1].
int mpii_construct_contexts(struct mpii_comm *parent, int tag, uint32_t context[2]);

// A communicator with its contexts, both its own now. If it has a remote group, makes the local
// communicator too. MPI_COMM_NULL, if `group` or `remote` is empty or this process is not in the group: the
// contexts are given back. Drops one use of either group. MPI_SUCCESS or MPI_ERR_NO_MEM.
int mpii_construct(struct mpii_comm *parent, struct mpii_group *group, struct mpii_group *remote,
                   const uint32_t context[2], MPI_Comm *newcomm);

// A communicator of a group that this process is in, part of the parent's: collective over the group only.
// `tag` is one of mpii_coll_tag_user or mpii_coll_tag_name. MPI_SUCCESS or a class.
int mpii_construct_group(struct mpii_comm *parent, struct mpii_group *group, int tag,
                         MPI_Comm *newcomm);

// An intercommunicator of a communicator and of another one, whose leader is a rank of `peer`; what `peer`
// and `remote_leader` are counts in the leader only. `tag` as before. MPI_SUCCESS or a class.
int mpii_construct_inter(struct mpii_comm *local, int local_leader, struct mpii_comm *peer,
                         int remote_leader, int tag, MPI_Comm *newcomm);

// The error of a constructor: as mpii_error, with a text for the class.
int mpii_construct_error(const char *function, MPI_Comm comm, int class);

// The parent and the address of the result, checked. MPI_SUCCESS or the class of an error.
int mpii_construct_check(const char *function, MPI_Comm comm, const MPI_Comm *newcomm,
                         struct mpii_comm **parent);

// A tag of the parent for a constructor; its state exists then. Negative: no memory.
int mpii_construct_tag(struct mpii_comm *parent);

// Appends: `bytes` of each rank of the team are gathered at `all`, in order of ranks, everywhere.
void mpii_build_collect(struct mpii_schedule *schedule, const struct mpii_team *team,
                        const void *mine, void *all, size_t bytes);
// The leaders exchange bytes and tell their teams: `theirs` of both must be known on all ranks.
void mpii_build_cross(struct mpii_schedule *schedule, const struct mpii_team *team,
                      const struct mpii_bridge *bridge, const void *ours, size_t our_bytes,
                      void *theirs, size_t their_bytes);

// MPI_Comm_idup and MPI_Comm_idup_with_info for Fortran, whose variable for the result is an INTEGER: its
// number is stored there when the request is done.
int mpii_comm_idup_number(const char *function, MPI_Comm comm, bool with_info, MPI_Info info,
                          int *number, MPI_Request *request);

#pragma GCC visibility pop
