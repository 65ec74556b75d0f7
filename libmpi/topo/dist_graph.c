// SPDX-License-Identifier: BSD-2-Clause
// dist_graph.c: communicators with a graph of which each process knows its own edges (MPI 4.1, 8.5.4).
//
// With MPI_Dist_graph_create any process may name any edge. All ranks lie in one address space, so they
// tell each other where their lists are and each reads what concerns it. The lists are the
// user's: nobody returns before all have read, for agreeing on a context takes everybody.
#include "libmpi/topo/topo.h"
#include <stdlib.h>

// One side of MPI_Dist_graph_create_adjacent.
struct side {
    const char *name;
    int degree;
    const int *rank, *weight;
};

static bool is_list(const int *weights)
{
    return weights != MPI_UNWEIGHTED && weights != MPI_WEIGHTS_EMPTY;
}

static int check_ranks(const char *function, const struct mpii_comm *parent, int count,
                       const int ranks[], const char *name)
{
    int rc = mpii_check_ints(function, parent->handle, ranks, count, name);

    for (int i = 0; rc == MPI_SUCCESS && i < count; i++)
        if (ranks[i] < 0 || ranks[i] >= parent->size)
            rc = mpii_error(function, parent->handle, MPI_ERR_RANK,
                            "%s[%d] is %d, and the communicator has %d ranks", name, i, ranks[i],
                            parent->size);
    return rc;
}

static int check_weights(const char *function, const struct mpii_comm *parent, int count,
                         const int weights[], const char *name)
{
    if (count > 0 && weights == MPI_WEIGHTS_EMPTY)
        return mpii_error(function, parent->handle, MPI_ERR_ARG,
                          "the weights of %d %s are MPI_WEIGHTS_EMPTY", count, name);
    if (is_list(weights))
        return mpii_check_ints(function, parent->handle, weights, count, "the array of weights");
    return MPI_SUCCESS;
}

static int check_side(const char *function, const struct mpii_comm *parent, const struct side *side)
{
    int rc;

    if (side->degree < 0)
        return mpii_error(function, parent->handle, MPI_ERR_ARG,
                          "the number of %s is %d, less than 0", side->name, side->degree);
    rc = check_ranks(function, parent, side->degree, side->rank, side->name);
    return rc == MPI_SUCCESS
               ? check_weights(function, parent, side->degree, side->weight, side->name)
               : rc;
}

static struct mpii_neighbors take_side(struct mpii_topology *topology, const struct side *side)
{
    struct mpii_neighbors neighbors = {.count = side->degree};

    neighbors.rank = mpii_topology_take(topology, side->degree, side->rank);
    if (side->weight != MPI_UNWEIGHTED)
        neighbors.weight =
            mpii_topology_take(topology, side->degree, is_list(side->weight) ? side->weight : NULL);
    return neighbors;
}

#pragma weak MPI_Dist_graph_create_adjacent = PMPI_Dist_graph_create_adjacent
int PMPI_Dist_graph_create_adjacent(MPI_Comm comm_old, int indegree, const int sources[],
                                    const int sourceweights[], int outdegree,
                                    const int destinations[], const int destweights[],
                                    MPI_Info info, int reorder, MPI_Comm *comm_dist_graph)
{
    const struct side in = {"sources", indegree, sources, sourceweights};
    const struct side out = {"destinations", outdegree, destinations, destweights};
    struct mpii_topology *topology;
    struct mpii_comm *parent;
    int rc = mpii_check_parent(__func__, comm_old, comm_dist_graph, &parent);

    (void)reorder;
    if (rc == MPI_SUCCESS)
        rc = mpii_check_info(__func__, comm_old, info);
    if (rc == MPI_SUCCESS)
        rc = check_side(__func__, parent, &in);
    if (rc == MPI_SUCCESS)
        rc = check_side(__func__, parent, &out);
    if (rc != MPI_SUCCESS)
        return rc;
    topology = mpii_topology_new(MPI_DIST_GRAPH, 2 * (size_t)indegree + 2 * (size_t)outdegree);
    if (!topology)
        return mpii_topology_error(__func__, comm_old, MPI_ERR_NO_MEM);
    topology->in = take_side(topology, &in);
    topology->out = take_side(topology, &out);
    rc = mpii_topology_create(parent, parent->size, topology, comm_dist_graph);
    return mpii_topology_error(__func__, comm_old, rc);
}

// --- edges that any process may name ---

// What a process has given to MPI_Dist_graph_create.
struct given {
    int n;
    const int *sources, *degrees, *destinations, *weights;
};

static int check_given(const char *function, const struct mpii_comm *parent, const struct given *given)
{
    long long edges = 0;
    int rc;

    if (given->n < 0)
        return mpii_error(function, parent->handle, MPI_ERR_ARG, "n is %d, less than 0", given->n);
    rc = check_ranks(function, parent, given->n, given->sources, "sources");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_ints(function, parent->handle, given->degrees, given->n, "degrees");
    for (int i = 0; rc == MPI_SUCCESS && i < given->n; i++) {
        if (given->degrees[i] < 0)
            rc = mpii_error(function, parent->handle, MPI_ERR_ARG, "degrees[%d] is %d, less than 0",
                            i, given->degrees[i]);
        edges += given->degrees[i];
    }
    if (rc == MPI_SUCCESS && edges > INT_MAX)
        rc = mpii_error(function, parent->handle, MPI_ERR_ARG, "there are %lld destinations", edges);
    if (rc == MPI_SUCCESS)
        rc = check_ranks(function, parent, (int)edges, given->destinations, "destinations");
    if (rc == MPI_SUCCESS)
        rc = check_weights(function, parent, (int)edges, given->weights, "destinations");
    return rc;
}

// Calls `visit` with each edge that enters or leaves `rank`, in an order that all ranks share, so that
// several edges between two processes are the same in the lists of both.
static void each_edge(const struct given all[], int size, int rank,
                      void (*visit)(struct mpii_topology *, bool in, int other, int weight),
                      struct mpii_topology *topology)
{
    for (int i = 0; i < size; i++) {
        const struct given *given = &all[i];
        int edge = 0;

        for (int j = 0; j < given->n; j++)
            for (int end = edge + given->degrees[j]; edge < end; edge++) {
                int weight = is_list(given->weights) ? given->weights[edge] : 0;

                if (given->destinations[edge] == rank)
                    visit(topology, true, given->sources[j], weight);
                if (given->sources[j] == rank)
                    visit(topology, false, given->destinations[edge], weight);
            }
    }
}

static void count_edge(struct mpii_topology *topology, bool in, int other, int weight)
{
    (void)other;
    (void)weight;
    if (in)
        topology->in.count++;
    else
        topology->out.count++;
}

static void keep_edge(struct mpii_topology *topology, bool in, int other, int weight)
{
    struct mpii_neighbors *side = in ? &topology->in : &topology->out;

    side->rank[side->count] = other;
    if (side->weight)
        side->weight[side->count] = weight;
    side->count++;
}

// NULL: no memory.
static struct mpii_topology *topology_of(const struct given all[], int size, int rank)
{
    const bool weighted = all[rank].weights != MPI_UNWEIGHTED;
    struct mpii_topology count = {.kind = MPI_DIST_GRAPH}, *topology;

    each_edge(all, size, rank, count_edge, &count);
    topology =
        mpii_topology_new(MPI_DIST_GRAPH, 2 * (size_t)count.in.count + 2 * (size_t)count.out.count);
    if (!topology)
        return NULL;
    topology->in.rank = mpii_topology_take(topology, count.in.count, NULL);
    topology->out.rank = mpii_topology_take(topology, count.out.count, NULL);
    if (weighted) {
        topology->in.weight = mpii_topology_take(topology, count.in.count, NULL);
        topology->out.weight = mpii_topology_take(topology, count.out.count, NULL);
    }
    each_edge(all, size, rank, keep_edge, topology);
    return topology;
}

static int create(struct mpii_comm *parent, const struct given *mine, MPI_Comm *newcomm)
{
    struct mpii_team team = mpii_team_of(parent);
    struct given *all = malloc((size_t)parent->size * sizeof *all);
    int tag = mpii_construct_tag(parent), rc = MPI_ERR_NO_MEM;
    struct mpii_topology *topology = NULL;
    struct mpii_schedule schedule;

    if (all && tag >= 0) {
        mpii_schedule_init(&schedule, tag);
        mpii_build_collect(&schedule, &team, mine, all, sizeof *mine);
        rc = mpii_construct_run(&schedule);
    }
    if (rc == MPI_SUCCESS)
        topology = topology_of(all, parent->size, parent->rank);
    free(all);
    if (rc != MPI_SUCCESS)
        return rc;
    return topology ? mpii_topology_create(parent, parent->size, topology, newcomm) : MPI_ERR_NO_MEM;
}

#pragma weak MPI_Dist_graph_create = PMPI_Dist_graph_create
int PMPI_Dist_graph_create(MPI_Comm comm_old, int n, const int sources[], const int degrees[],
                           const int destinations[], const int weights[], MPI_Info info,
                           int reorder, MPI_Comm *comm_dist_graph)
{
    const struct given mine = {n, sources, degrees, destinations, weights};
    struct mpii_comm *parent;
    int rc = mpii_check_parent(__func__, comm_old, comm_dist_graph, &parent);

    (void)reorder;
    if (rc == MPI_SUCCESS)
        rc = mpii_check_info(__func__, comm_old, info);
    if (rc == MPI_SUCCESS)
        rc = check_given(__func__, parent, &mine);
    if (rc != MPI_SUCCESS)
        return rc;
    return mpii_topology_error(__func__, comm_old, create(parent, &mine, comm_dist_graph));
}

// --- what they are asked ---

#pragma weak MPI_Dist_graph_neighbors_count = PMPI_Dist_graph_neighbors_count
int PMPI_Dist_graph_neighbors_count(MPI_Comm comm, int *indegree, int *outdegree, int *weighted)
{
    const struct mpii_topology *topology;
    int rc;

    topology = mpii_check_topology(__func__, comm, MPI_DIST_GRAPH, &rc);
    if (!topology)
        return rc;
    rc = mpii_check_pointer(__func__, comm, indegree, "indegree");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, outdegree, "outdegree");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, weighted, "weighted");
    if (rc != MPI_SUCCESS)
        return rc;
    *indegree = topology->in.count;
    *outdegree = topology->out.count;
    *weighted = topology->in.weight || topology->out.weight;
    return MPI_SUCCESS;
}

// As many as there is room for. The arrays of weights are only looked at if there are weights.
static int tell(const char *function, MPI_Comm comm, const struct mpii_neighbors *side, int most,
                int ranks[], int weights[], const char *name)
{
    int count = side->count < most ? side->count : most, rc;

    if (most < 0)
        return mpii_error(function, comm, MPI_ERR_ARG, "the room for %s is %d, less than 0", name,
                          most);
    rc = mpii_check_ints(function, comm, ranks, count, name);
    if (rc == MPI_SUCCESS && side->weight && is_list(weights))
        rc = mpii_check_ints(function, comm, weights, count, "the array of weights");
    for (int i = 0; rc == MPI_SUCCESS && i < count; i++) {
        ranks[i] = side->rank[i];
        if (side->weight && is_list(weights))
            weights[i] = side->weight[i];
    }
    return rc;
}

#pragma weak MPI_Dist_graph_neighbors = PMPI_Dist_graph_neighbors
int PMPI_Dist_graph_neighbors(MPI_Comm comm, int maxindegree, int sources[], int sourceweights[],
                              int maxoutdegree, int destinations[], int destweights[])
{
    const struct mpii_topology *topology;
    int rc;

    topology = mpii_check_topology(__func__, comm, MPI_DIST_GRAPH, &rc);
    if (!topology)
        return rc;
    rc = tell(__func__, comm, &topology->in, maxindegree, sources, sourceweights, "sources");
    if (rc == MPI_SUCCESS)
        rc = tell(__func__, comm, &topology->out, maxoutdegree, destinations, destweights,
                  "destinations");
    return rc;
}
