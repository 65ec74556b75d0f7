// SPDX-License-Identifier: BSD-2-Clause
// neighbor_build.c: a neighbourhood collective: a message along each edge, all at once.
//
// Two processes may have several edges, which messages of one tag use in the order sent: the receiver's
// order must be the sender's. Lists of graphs have it. On a grid whose neighbours below and above are
// the same process, what was sent downwards comes from above: each pair of receives is turned round (8.6).
#include "libmpi/topo/neighbor.h"

static int check(struct mpii_coll_call *call)
{
    const struct mpii_topology *topology;
    int rc;

    topology = mpii_check_topology(call->function, call->handle, MPI_UNDEFINED, &rc);
    if (!topology)
        return rc;
    call->comm = mpii_comm(call->handle);
    rc = mpii_check_side(call, &call->send, topology->out.count, "send");
    return rc == MPI_SUCCESS ? mpii_check_side(call, &call->recv, topology->in.count, "receive") : rc;
}

static void build(struct mpii_schedule *schedule, struct mpii_coll_call *call)
{
    const struct mpii_topology *topology = call->comm->topology;
    const int turn = topology->kind == MPI_CART;

    for (int i = 0; i < topology->in.count; i++) {
        const int from = topology->in.rank[i ^ turn];

        if (from != MPI_PROC_NULL) {
            struct mpii_block block = mpii_side_block(&call->recv, i ^ turn);

            mpii_schedule_receive(schedule, call->comm, block.buf, block.count, block.type, from);
        }
    }
    for (int i = 0; i < topology->out.count; i++) {
        const int to = topology->out.rank[i];

        if (to != MPI_PROC_NULL) {
            struct mpii_block block = mpii_side_block(&call->send, i);

            mpii_schedule_send(schedule, call->comm, block.buf, block.count, block.type, to);
        }
    }
}

const struct mpii_collective mpii_neighbor = {.check = check, .build = build};
