// SPDX-License-Identifier: BSD-2-Clause
// run.c: blocking collective calls, and what each communicator keeps for its collectives.
#include "libmpi/coll/match.h"
#include "libmpi/trace.h"
#include <stdlib.h>

static void coll_delete(struct mpii_comm *comm)
{
    if (comm->coll->shared_delete)
        comm->coll->shared_delete(comm->coll);
    free(comm->coll);
    comm->coll = NULL;
}

struct mpii_coll *mpii_coll_of(struct mpii_comm *comm)
{
    if (!comm->coll) {
        comm->coll = calloc(1, sizeof *comm->coll);
        comm->coll_delete = coll_delete;
    }
    return comm->coll;
}

int mpii_coll_tag(struct mpii_coll *coll)
{
    coll->tag = (coll->tag + 1) % MPII_TAG_KIND;
    return coll->tag;
}

int mpii_coll_tag_persistent(struct mpii_coll *coll)
{
    coll->tag_persistent = (coll->tag_persistent + 1) % MPII_TAG_KIND;
    return MPII_TAG_KIND + coll->tag_persistent;
}

struct mpii_team mpii_team_of(struct mpii_comm *comm)
{
    struct mpii_team team = {
        .comm = comm->remote ? comm->local : comm, .rank = comm->rank, .size = comm->size};

    return team;
}

static int no_memory(const struct mpii_coll_call *call)
{
    return mpii_error(call->function, call->handle, MPI_ERR_NO_MEM,
                      "no memory for a collective operation");
}

static int run_schedule(const struct mpii_collective *collective, struct mpii_coll_call *call,
                        struct mpii_coll *coll)
{
    struct mpii_schedule schedule;
    int rc;

    mpii_schedule_init(&schedule, mpii_coll_tag(coll));
    collective->build(&schedule, call);
    rc = schedule.no_memory ? MPI_ERR_NO_MEM : mpii_schedule_run(&schedule);
    mpii_schedule_free(&schedule);
    return rc;
}

static int run(const struct mpii_collective *collective, struct mpii_coll_call *call)
{
    int rc = collective->check(call);
    struct mpii_coll *coll;

    if (rc == MPI_SUCCESS)
        rc = mpii_match(collective, call);
    if (rc != MPI_SUCCESS)
        return rc;
    coll = mpii_coll_of(call->comm);
    if (!coll)
        return no_memory(call);
    if (collective->shared && !call->comm->remote && call->comm->size > 1 &&
        collective->shared(call, &rc))
        ;
    else
        rc = run_schedule(collective, call, coll);
    if (rc == MPI_SUCCESS)
        return rc;
    if (rc == MPI_ERR_NO_MEM)
        return no_memory(call);
    return mpii_error(call->function, call->handle, rc,
                      rc == MPI_ERR_TRUNCATE ? "a rank sent more than the receive buffer holds"
                                             : "a message of the collective operation has failed");
}

// What a rank gives or gets, whichever is told as one number; of the calls with lists nothing.
static uint64_t bytes_of(const struct mpii_coll_call *call)
{
    const struct mpii_side *side = call->send.datatype != NULL ? &call->send : &call->recv;
    const struct mpii_type *type = mpii_type(side->datatype);

    return type != NULL && side->layout <= MPII_LAYOUT_EQUAL && side->count > 0
               ? (uint64_t)(side->count * type->size)
               : 0;
}

void mpii_coll_trace(uint64_t begin, const struct mpii_coll_call *call)
{
    const struct mpii_comm *comm = mpii_comm(call->handle);

    mpii_trace_add(begin, &(struct mpii_traced){.function = call->function,
                                                .peer = call->root == MPII_NO_ROOT ? MPI_PROC_NULL
                                                                                   : call->root,
                                                .bytes = bytes_of(call),
                                                .comm = comm != NULL ? comm->context : 0});
}

static int run_traced(bool counted, const struct mpii_collective *collective,
                      struct mpii_coll_call *call)
{
    uint64_t begin = mpii_trace_begin(counted);
    int rc = run(collective, call);

    if (mpii_trace_wanted(begin))
        mpii_coll_trace(begin, call);
    return rc;
}

int mpii_coll_run(const struct mpii_collective *collective, struct mpii_coll_call *call)
{
    return run_traced(false, collective, call);
}

int mpii_coll_run_long(const struct mpii_collective *collective, struct mpii_coll_call *call)
{
    return run_traced(true, collective, call);
}
