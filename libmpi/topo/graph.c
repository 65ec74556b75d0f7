// SPDX-License-Identifier: BSD-2-Clause
// graph.c: communicators with a graph that every process knows whole (MPI 4.1, 8.5.3 to 8.5.6).
//
// index[i] is the number of neighbours of the nodes up to i, as in the standard; edges lists them.
#include "libmpi/topo/topo.h"

static int check_edges(const char *function, const struct mpii_comm *parent, int nodes, int count,
                       const int edges[])
{
    int rc = mpii_check_ints(function, parent->handle, edges, count, "edges");

    for (int i = 0; rc == MPI_SUCCESS && i < count; i++)
        if (edges[i] < 0 || edges[i] >= nodes)
            rc = mpii_error(function, parent->handle, MPI_ERR_ARG,
                            "edges[%d] is %d, and the graph has %d nodes", i, edges[i], nodes);
    return rc;
}

static int check_graph(const char *function, const struct mpii_comm *parent, int nodes,
                       const int index[], const int edges[])
{
    int rc = MPI_SUCCESS, before = 0;

    if (nodes < 0)
        return mpii_error(function, parent->handle, MPI_ERR_ARG, "nnodes is %d, less than 0", nodes);
    if (nodes > parent->size)
        return mpii_error(function, parent->handle, MPI_ERR_ARG,
                          "nnodes is %d, and the communicator has %d ranks", nodes, parent->size);
    rc = mpii_check_ints(function, parent->handle, index, nodes, "index");
    for (int i = 0; rc == MPI_SUCCESS && i < nodes; i++) {
        if (index[i] < before)
            rc = mpii_error(function, parent->handle, MPI_ERR_ARG,
                            "index[%d] is %d, less than the one before it", i, index[i]);
        before = index[i];
    }
    return rc == MPI_SUCCESS ? check_edges(function, parent, nodes, before, edges) : rc;
}

static struct mpii_neighbors neighbors_of(const struct mpii_graph *graph, int node)
{
    int begin = node > 0 ? graph->index[node - 1] : 0;

    return (struct mpii_neighbors){.count = graph->index[node] - begin, .rank = graph->edges + begin};
}

static struct mpii_topology *graph_new(int nodes, const int index[], const int edges[], int rank)
{
    int count = nodes > 0 ? index[nodes - 1] : 0;
    struct mpii_topology *topology = mpii_topology_new(MPI_GRAPH, (size_t)nodes + (size_t)count);

    if (!topology)
        return NULL;
    topology->graph.nodes = nodes;
    topology->graph.edge_count = count;
    topology->graph.index = mpii_topology_take(topology, nodes, index);
    topology->graph.edges = mpii_topology_take(topology, count, edges);
    if (rank < nodes)
        topology->in = topology->out = neighbors_of(&topology->graph, rank);
    return topology;
}

#pragma weak MPI_Graph_create = PMPI_Graph_create
int PMPI_Graph_create(MPI_Comm comm_old, int nnodes, const int indx[], const int edges[],
                      int reorder, MPI_Comm *comm_graph)
{
    struct mpii_topology *topology;
    struct mpii_comm *parent;
    int rc = mpii_check_parent(__func__, comm_old, comm_graph, &parent);

    (void)reorder;
    if (rc == MPI_SUCCESS)
        rc = check_graph(__func__, parent, nnodes, indx, edges);
    if (rc != MPI_SUCCESS)
        return rc;
    topology = graph_new(nnodes, indx, edges, parent->rank);
    rc = topology ? mpii_topology_create(parent, nnodes, topology, comm_graph) : MPI_ERR_NO_MEM;
    return mpii_topology_error(__func__, comm_old, rc);
}

#pragma weak MPI_Graph_map = PMPI_Graph_map
int PMPI_Graph_map(MPI_Comm comm, int nnodes, const int indx[], const int edges[], int *newrank)
{
    int rc = mpii_check_running(__func__);

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    if (rc == MPI_SUCCESS)
        rc = check_graph(__func__, mpii_comm(comm), nnodes, indx, edges);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, newrank, "newrank");
    if (rc == MPI_SUCCESS)
        *newrank = mpii_comm(comm)->rank < nnodes ? mpii_comm(comm)->rank : MPI_UNDEFINED;
    return rc;
}

// --- what it is asked ---

static const struct mpii_graph *check(const char *function, MPI_Comm comm, int *rc)
{
    const struct mpii_topology *topology = mpii_check_topology(function, comm, MPI_GRAPH, rc);

    return topology ? &topology->graph : NULL;
}

static int check_room(const char *function, MPI_Comm comm, const int *array, int most, int count,
                      const char *name)
{
    if (most < count)
        return mpii_error(function, comm, MPI_ERR_ARG, "there is room for %d of %d in %s", most,
                          count, name);
    return mpii_check_ints(function, comm, array, count, name);
}

static void copy(int *to, const int *from, int count)
{
    for (int i = 0; i < count; i++)
        to[i] = from[i];
}

#pragma weak MPI_Graphdims_get = PMPI_Graphdims_get
int PMPI_Graphdims_get(MPI_Comm comm, int *nnodes, int *nedges)
{
    const struct mpii_graph *graph;
    int rc;

    graph = check(__func__, comm, &rc);
    if (graph)
        rc = mpii_check_pointer(__func__, comm, nnodes, "nnodes");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, nedges, "nedges");
    if (rc != MPI_SUCCESS)
        return rc;
    *nnodes = graph->nodes;
    *nedges = graph->edge_count;
    return MPI_SUCCESS;
}

#pragma weak MPI_Graph_get = PMPI_Graph_get
int PMPI_Graph_get(MPI_Comm comm, int maxindex, int maxedges, int indx[], int edges[])
{
    const struct mpii_graph *graph;
    int rc;

    graph = check(__func__, comm, &rc);
    if (graph)
        rc = check_room(__func__, comm, indx, maxindex, graph->nodes, "index");
    if (rc == MPI_SUCCESS)
        rc = check_room(__func__, comm, edges, maxedges, graph->edge_count, "edges");
    if (rc != MPI_SUCCESS)
        return rc;
    copy(indx, graph->index, graph->nodes);
    copy(edges, graph->edges, graph->edge_count);
    return MPI_SUCCESS;
}

static int check_node(const char *function, MPI_Comm comm, const struct mpii_graph *graph, int rank)
{
    if (rank >= 0 && rank < graph->nodes)
        return MPI_SUCCESS;
    return mpii_error(function, comm, MPI_ERR_RANK, "rank is %d, and the communicator has %d", rank,
                      graph->nodes);
}

#pragma weak MPI_Graph_neighbors_count = PMPI_Graph_neighbors_count
int PMPI_Graph_neighbors_count(MPI_Comm comm, int rank, int *nneighbors)
{
    const struct mpii_graph *graph;
    int rc;

    graph = check(__func__, comm, &rc);
    if (graph)
        rc = check_node(__func__, comm, graph, rank);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, nneighbors, "nneighbors");
    if (rc == MPI_SUCCESS)
        *nneighbors = neighbors_of(graph, rank).count;
    return rc;
}

#pragma weak MPI_Graph_neighbors = PMPI_Graph_neighbors
int PMPI_Graph_neighbors(MPI_Comm comm, int rank, int maxneighbors, int neighbors[])
{
    struct mpii_neighbors found;
    const struct mpii_graph *graph;
    int rc;

    graph = check(__func__, comm, &rc);
    if (graph)
        rc = check_node(__func__, comm, graph, rank);
    if (rc != MPI_SUCCESS)
        return rc;
    found = neighbors_of(graph, rank);
    if (maxneighbors < found.count) // as many as there is room for (8.5.5)
        found.count = maxneighbors < 0 ? 0 : maxneighbors;
    rc = mpii_check_ints(__func__, comm, neighbors, found.count, "neighbors");
    if (rc == MPI_SUCCESS)
        copy(neighbors, found.rank, found.count);
    return rc;
}
