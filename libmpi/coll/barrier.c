// SPDX-License-Identifier: BSD-2-Clause
// barrier.c: MPI_Barrier (MPI 4.1, 6.3).
#include "libmpi/coll/calls.h"
#include "libmpi/coll/posted.h"
#include "libmpi/coll/quick.h"

static int check(struct mpii_coll_call *call)
{
    return mpii_check_coll_comm(call);
}

// Between groups: when all of one group are there, its first rank tells that of the other, and then its own.
static void build_inter(struct mpii_schedule *schedule, struct mpii_coll_call *call,
                        const struct mpii_team *team)
{
    struct mpii_type *type = mpii_type(MPI_BYTE);

    if (call->comm->rank == 0) {
        mpii_schedule_receive(schedule, call->comm, NULL, 0, type, 0);
        mpii_schedule_send(schedule, call->comm, NULL, 0, type, 0);
    }
    mpii_build_bcast(schedule, team, NULL, 0, type, 0);
}

static void build(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    struct mpii_team team = mpii_team_of(call->comm);

    mpii_build_barrier(schedule, &team);
    if (call->comm->remote)
        build_inter(schedule, call, &team);
}

const struct mpii_collective mpii_barrier = {MPII_COLL_OTHER, check, build, mpii_shared_barrier,
                                             mpii_posted_barrier};

static int run(MPI_Comm comm)
{
    struct mpii_coll_call call = {.function = "PMPI_Barrier", .handle = comm, .root = MPII_NO_ROOT};

    return mpii_coll_run_long(&mpii_barrier, &call);
}

#pragma weak MPI_Barrier = PMPI_Barrier
int PMPI_Barrier(MPI_Comm comm)
{
    struct mpii_shared *shared = mpii_quick(comm);

    return shared ? mpii_quick_barrier(shared)
                  : run(comm); // both by a jump: see mpii_shared_wait_release
}
