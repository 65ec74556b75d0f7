// SPDX-License-Identifier: BSD-2-Clause
// topo.h: virtual topologies (MPI 4.1, chapter 8): who is whose neighbour in a communicator.
//
// A topology never changes and is told by numbers alone, so MPI_Comm_dup gives its copy the same one.
// Ranks are never reordered: they stay on the cores where mpiexec has put them.
#pragma once
#include "libmpi/comm/construct.h"

#pragma GCC visibility push(hidden)

struct mpii_cart {
    int count; // of dimensions
    int *dims, *periods, *coords;
};

// The whole graph, as the user gave it.
struct mpii_graph {
    int nodes, edge_count;
    int *index, *edges;
};

// The processes that this one receives from, or sends to; MPI_PROC_NULL beyond the rim of a grid.
struct mpii_neighbors {
    int count;
    int *rank;
    int *weight; // NULL: MPI_UNWEIGHTED
};

struct mpii_topology {
    int kind; // MPI_CART, MPI_GRAPH, MPI_DIST_GRAPH
    int uses; // communicators
    union {
        struct mpii_cart cart;
        struct mpii_graph graph;
    };
    // In the order of the buffers of neighbourhood collectives. Of a graph they are the same list.
    struct mpii_neighbors in, out;
    int room; // numbers not taken yet
    int *next;
};

// A topology with room for so many numbers. NULL: no memory.
struct mpii_topology *mpii_topology_new(int kind, size_t numbers);
void mpii_topology_delete(struct mpii_topology *topology);

// The next `count` numbers of its room, copied from `from` unless that is NULL.
int *mpii_topology_take(struct mpii_topology *topology, int count, const int *from);

// A new communicator of the first `count` ranks of a parent, or of all that a group names, which is
// dropped. It owns the topology, which is deleted if there is none. The others get MPI_COMM_NULL.
// MPI_SUCCESS or a class.
int mpii_topology_create(struct mpii_comm *parent, int count, struct mpii_topology *topology,
                         MPI_Comm *newcomm);
int mpii_topology_create_group(struct mpii_comm *parent, struct mpii_group *group,
                               struct mpii_topology *topology, MPI_Comm *newcomm);

// The parent of a topology and the address of the result, checked as by mpii_construct_check.
int mpii_check_parent(const char *function, MPI_Comm comm, const MPI_Comm *newcomm,
                      struct mpii_comm **parent);

// The topology of a communicator, of `kind` unless that is MPI_UNDEFINED. NULL after the error of
// `function`, which *rc then is.
const struct mpii_topology *mpii_check_topology(const char *function, MPI_Comm comm, int kind,
                                                int *rc);

// MPI_SUCCESS if an array of `count` numbers is there, or the error of `function`.
int mpii_check_ints(const char *function, MPI_Comm comm, const int *array, int count,
                    const char *name);

// A communicator of a user's from a class, with the error of `function`.
int mpii_topology_error(const char *function, MPI_Comm comm, int class);

// --- grids ---

// The rank at some coordinates, or MPI_PROC_NULL if they are beyond the rim.
int mpii_cart_rank(const struct mpii_cart *cart, const int coords[]);

#pragma GCC visibility pop
