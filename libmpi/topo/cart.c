// SPDX-License-Identifier: BSD-2-Clause
// cart.c: communicators whose processes form a grid (MPI 4.1, 8.5.1 and 8.5.6), in row-major order.
#include "libmpi/topo/topo.h"
#include <stdlib.h>

int mpii_cart_rank(const struct mpii_cart *cart, const int coords[])
{
    int rank = 0;

    for (int i = 0; i < cart->count; i++) {
        int dim = cart->dims[i], at = coords[i];

        if (at < 0 || at >= dim) {
            if (!cart->periods[i])
                return MPI_PROC_NULL;
            at = at % dim < 0 ? at % dim + dim : at % dim;
        }
        rank = rank * dim + at;
    }
    return rank;
}

// For each dimension the neighbour below, then the one above (8.6).
static void find_neighbors(struct mpii_topology *topology)
{
    struct mpii_cart *cart = &topology->cart;
    int *rank = mpii_topology_take(topology, 2 * cart->count, NULL);

    for (int i = 0; i < cart->count; i++) {
        int here = cart->coords[i];

        cart->coords[i] = here - 1;
        rank[2 * i] = mpii_cart_rank(cart, cart->coords);
        cart->coords[i] = here + 1;
        rank[2 * i + 1] = mpii_cart_rank(cart, cart->coords);
        cart->coords[i] = here;
    }
    topology->in = topology->out = (struct mpii_neighbors){.count = 2 * cart->count, .rank = rank};
}

// A grid and the place of `rank` in it. NULL: no memory.
static struct mpii_topology *grid_new(int count, const int dims[], const int periods[], int rank)
{
    struct mpii_topology *topology = mpii_topology_new(MPI_CART, 5 * (size_t)count);
    struct mpii_cart *cart;

    if (!topology)
        return NULL;
    cart = &topology->cart;
    cart->count = count;
    cart->dims = mpii_topology_take(topology, count, dims);
    cart->periods = mpii_topology_take(topology, count, NULL);
    cart->coords = mpii_topology_take(topology, count, NULL);
    for (int i = count - 1; i >= 0; i--) {
        cart->periods[i] = periods[i] != 0;
        cart->coords[i] = rank % dims[i];
        rank /= dims[i];
    }
    find_neighbors(topology);
    return topology;
}

// Checks what a grid is made of; *nodes is their number.
static int check_grid(const char *function, const struct mpii_comm *parent, int count,
                      const int dims[], const int periods[], int *nodes)
{
    long long product = 1;
    int rc;

    if (count < 0)
        return mpii_error(function, parent->handle, MPI_ERR_DIMS, "ndims is %d, less than 0", count);
    rc = mpii_check_ints(function, parent->handle, dims, count, "dims");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_ints(function, parent->handle, periods, count, "periods");
    for (int i = 0; rc == MPI_SUCCESS && i < count; i++) {
        if (dims[i] <= 0)
            return mpii_error(function, parent->handle, MPI_ERR_DIMS, "dims[%d] is %d, less than 1",
                              i, dims[i]);
        product *= dims[i];
        if (product > parent->size)
            return mpii_error(function, parent->handle, MPI_ERR_DIMS,
                              "the grid has more places than the %d ranks of the communicator",
                              parent->size);
    }
    *nodes = (int)product;
    return rc;
}

#pragma weak MPI_Cart_create = PMPI_Cart_create
int PMPI_Cart_create(MPI_Comm comm_old, int ndims, const int dims[], const int periods[],
                     int reorder, MPI_Comm *comm_cart)
{
    struct mpii_topology *topology;
    struct mpii_comm *parent;
    int nodes = 0, rc = mpii_check_parent(__func__, comm_old, comm_cart, &parent);

    (void)reorder;
    if (rc == MPI_SUCCESS)
        rc = check_grid(__func__, parent, ndims, dims, periods, &nodes);
    if (rc != MPI_SUCCESS)
        return rc;
    topology = grid_new(ndims, dims, periods, parent->rank);
    rc = topology ? mpii_topology_create(parent, nodes, topology, comm_cart) : MPI_ERR_NO_MEM;
    return mpii_topology_error(__func__, comm_old, rc);
}

#pragma weak MPI_Cart_map = PMPI_Cart_map
int PMPI_Cart_map(MPI_Comm comm, int ndims, const int dims[], const int periods[], int *newrank)
{
    int nodes = 0, rc = mpii_check_running(__func__);
    const struct mpii_comm *parent;

    if (rc == MPI_SUCCESS)
        rc = mpii_check_comm(__func__, comm);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, newrank, "newrank");
    if (rc != MPI_SUCCESS)
        return rc;
    parent = mpii_comm(comm);
    rc = check_grid(__func__, parent, ndims, dims, periods, &nodes);
    if (rc == MPI_SUCCESS)
        *newrank = parent->rank < nodes ? parent->rank : MPI_UNDEFINED;
    return rc;
}

// --- parts of a grid ---

struct part {
    int count; // of the dimensions that remain
    int *dims, *periods, *coords;
};

// NULL: no memory. The caller frees part->dims.
static bool part_new(struct part *part, const struct mpii_cart *cart, const int remain[])
{
    int *room = malloc((3 * (size_t)cart->count + 1) * sizeof *room);

    part->count = 0;
    part->dims = room;
    if (!room)
        return false;
    part->periods = room + cart->count;
    part->coords = room + 2 * cart->count;
    for (int i = 0; i < cart->count; i++) {
        if (!remain[i])
            continue;
        part->dims[part->count] = cart->dims[i];
        part->periods[part->count] = cart->periods[i];
        part->coords[part->count++] = cart->coords[i];
    }
    return true;
}

// The processes of this one's part, in the order of the part. NULL: no memory.
static struct mpii_group *part_group(const struct mpii_comm *parent, const struct mpii_cart *cart,
                                     const struct part *part, const int remain[])
{
    int *coords = malloc(((size_t)cart->count + 1) * sizeof *coords), nodes = 1;
    uint32_t *world;

    for (int i = 0; i < part->count; i++)
        nodes *= part->dims[i];
    world = malloc((size_t)nodes * sizeof *world);
    for (int place = 0; coords && world && place < nodes; place++) {
        for (int i = cart->count - 1, left = place; i >= 0; i--) {
            coords[i] = remain[i] ? left % cart->dims[i] : cart->coords[i];
            if (remain[i])
                left /= cart->dims[i];
        }
        world[place] = mpii_group_world(parent->group, mpii_cart_rank(cart, coords));
    }
    if (!coords) {
        free(world);
        world = NULL;
    }
    free(coords);
    return world ? mpii_group_new(world, nodes) : NULL;
}

static int create_part(struct mpii_comm *parent, const struct mpii_cart *cart, const int remain[],
                       MPI_Comm *newcomm)
{
    struct mpii_topology *topology = NULL;
    struct mpii_group *group = NULL;
    struct part part;
    int place = 0;

    if (part_new(&part, cart, remain)) {
        for (int i = 0; i < part.count; i++)
            place = place * part.dims[i] + part.coords[i];
        topology = grid_new(part.count, part.dims, part.periods, place);
        group = part_group(parent, cart, &part, remain);
    }
    free(part.dims);
    if (topology && group)
        return mpii_topology_create_group(parent, group, topology, newcomm);
    if (topology)
        mpii_topology_delete(topology);
    if (group)
        mpii_group_drop(group);
    return MPI_ERR_NO_MEM;
}

#pragma weak MPI_Cart_sub = PMPI_Cart_sub
int PMPI_Cart_sub(MPI_Comm comm, const int remain_dims[], MPI_Comm *newcomm)
{
    const struct mpii_topology *topology;
    struct mpii_comm *parent;
    int rc;

    topology = mpii_check_topology(__func__, comm, MPI_CART, &rc);
    if (!topology)
        return rc;
    rc = mpii_check_parent(__func__, comm, newcomm, &parent);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_ints(__func__, comm, remain_dims, topology->cart.count, "remain_dims");
    if (rc != MPI_SUCCESS)
        return rc;
    return mpii_topology_error(__func__, comm,
                               create_part(parent, &topology->cart, remain_dims, newcomm));
}
