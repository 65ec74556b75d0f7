// SPDX-License-Identifier: BSD-2-Clause
// topo.c: see topo.h; and MPI_Topo_test (MPI 4.1, 8.5.5).
#include "libmpi/topo/topo.h"
#include <stdlib.h>
#include <string.h>

struct mpii_topology *mpii_topology_new(int kind, size_t numbers)
{
    struct mpii_topology *topology;

    if (numbers > INT_MAX)
        return NULL;
    topology = calloc(1, sizeof *topology + numbers * sizeof(int));
    if (!topology)
        return NULL;
    topology->kind = kind;
    topology->uses = 1;
    topology->room = (int)numbers;
    topology->next = (int *)(topology + 1);
    return topology;
}

void mpii_topology_delete(struct mpii_topology *topology)
{
    if (--topology->uses == 0)
        free(topology);
}

int *mpii_topology_take(struct mpii_topology *topology, int count, const int *from)
{
    int *numbers = topology->next;

    if (from && count)
        memcpy(numbers, from, (size_t)count * sizeof *numbers);
    topology->room -= count;
    topology->next += count;
    return numbers;
}

static void topology_delete(struct mpii_comm *comm)
{
    mpii_topology_delete(comm->topology);
    comm->topology = NULL;
}

static void topology_share(struct mpii_comm *to, const struct mpii_comm *from)
{
    struct mpii_topology *topology = from->topology;

    topology->uses++;
    to->topology = topology;
    to->topology_delete = from->topology_delete;
    to->topology_share = from->topology_share;
}

int mpii_topology_create_group(struct mpii_comm *parent, struct mpii_group *group,
                               struct mpii_topology *topology, MPI_Comm *newcomm)
{
    int tag = mpii_construct_tag(parent), rc;
    struct mpii_comm *made;
    uint32_t context[2];

    rc = tag < 0 ? MPI_ERR_NO_MEM : mpii_construct_contexts(parent, tag, context);
    if (rc == MPI_SUCCESS)
        rc = mpii_construct(parent, group, NULL, context, newcomm);
    else
        mpii_group_drop(group);
    if (rc != MPI_SUCCESS || *newcomm == MPI_COMM_NULL) {
        mpii_topology_delete(topology);
        return rc;
    }
    made = mpii_comm(*newcomm);
    made->topology = topology;
    made->topology_delete = topology_delete;
    made->topology_share = topology_share;
    return MPI_SUCCESS;
}

int mpii_topology_create(struct mpii_comm *parent, int count, struct mpii_topology *topology,
                         MPI_Comm *newcomm)
{
    struct mpii_group *group = parent->group;
    uint32_t *world;

    if (count == parent->size) {
        mpii_object_keep(&group->object);
        return mpii_topology_create_group(parent, group, topology, newcomm);
    }
    world = malloc(((size_t)count + 1) * sizeof *world);
    for (int i = 0; world && i < count; i++)
        world[i] = mpii_group_world(group, i);
    group = world ? mpii_group_new(world, count) : NULL;
    if (group)
        return mpii_topology_create_group(parent, group, topology, newcomm);
    mpii_topology_delete(topology);
    return MPI_ERR_NO_MEM;
}

int mpii_topology_error(const char *function, MPI_Comm comm, int class)
{
    if (class == MPI_ERR_NO_MEM)
        return mpii_error(function, comm, class, "no memory for a topology");
    return mpii_construct_error(function, comm, class);
}

int mpii_check_parent(const char *function, MPI_Comm comm, const MPI_Comm *newcomm,
                      struct mpii_comm **parent)
{
    int rc = mpii_construct_check(function, comm, newcomm, parent);

    if (rc == MPI_SUCCESS && (*parent)->remote)
        rc = mpii_error(function, comm, MPI_ERR_COMM, "comm is an intercommunicator");
    return rc;
}

int mpii_check_ints(const char *function, MPI_Comm comm, const int *array, int count, const char *name)
{
    return count > 0 ? mpii_check_pointer(function, comm, array, name) : MPI_SUCCESS;
}

const struct mpii_topology *mpii_check_topology(const char *function, MPI_Comm comm, int kind, int *rc)
{
    const struct mpii_topology *topology;

    *rc = mpii_check_running(function);
    if (*rc == MPI_SUCCESS)
        *rc = mpii_check_comm(function, comm);
    if (*rc != MPI_SUCCESS)
        return NULL;
    topology = mpii_comm(comm)->topology;
    if (topology && (topology->kind == kind || kind == MPI_UNDEFINED))
        return topology;
    *rc = mpii_error(function, comm, MPI_ERR_TOPOLOGY, "the communicator has no %s topology",
                     kind == MPI_CART         ? "Cartesian"
                     : kind == MPI_GRAPH      ? "graph"
                     : kind == MPI_DIST_GRAPH ? "distributed graph"
                                              : "virtual");
    return NULL;
}

#pragma weak MPI_Topo_test = PMPI_Topo_test
int PMPI_Topo_test(MPI_Comm comm, int *status)
{
    const struct mpii_topology *topology;
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, status, "status");
    if (rc != MPI_SUCCESS)
        return rc;
    topology = mpii_comm(comm)->topology;
    *status = topology ? topology->kind : MPI_UNDEFINED;
    return MPI_SUCCESS;
}
