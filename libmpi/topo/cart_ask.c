// SPDX-License-Identifier: BSD-2-Clause
// cart_ask.c: what a grid is asked: places, ranks and neighbours (MPI 4.1, 8.5.5 and 8.5.6).
#include "libmpi/topo/topo.h"
#include <string.h>

static const struct mpii_cart *check_cart(const char *function, MPI_Comm comm, int *rc)
{
    const struct mpii_topology *topology = mpii_check_topology(function, comm, MPI_CART, rc);

    return topology ? &topology->cart : NULL;
}

// Room for `most` numbers each: must do for all dimensions, as other libraries want it, too.
static int check_room(const char *function, MPI_Comm comm, const struct mpii_cart *cart, int most)
{
    if (most >= cart->count)
        return MPI_SUCCESS;
    return mpii_error(function, comm, MPI_ERR_ARG, "maxdims is %d, and the grid has %d dimensions",
                      most, cart->count);
}

static void copy(int *to, const int *from, int count)
{
    if (count)
        memcpy(to, from, (size_t)count * sizeof *to);
}

#pragma weak MPI_Cartdim_get = PMPI_Cartdim_get
int PMPI_Cartdim_get(MPI_Comm comm, int *ndims)
{
    const struct mpii_cart *cart;
    int rc;

    cart = check_cart(__func__, comm, &rc);
    if (cart)
        rc = mpii_check_pointer(__func__, comm, ndims, "ndims");
    if (rc == MPI_SUCCESS)
        *ndims = cart->count;
    return rc;
}

#pragma weak MPI_Cart_get = PMPI_Cart_get
int PMPI_Cart_get(MPI_Comm comm, int maxdims, int dims[], int periods[], int coords[])
{
    const struct mpii_cart *cart;
    int rc;

    cart = check_cart(__func__, comm, &rc);
    if (cart)
        rc = check_room(__func__, comm, cart, maxdims);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_ints(__func__, comm, dims, cart->count, "dims");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_ints(__func__, comm, periods, cart->count, "periods");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_ints(__func__, comm, coords, cart->count, "coords");
    if (rc != MPI_SUCCESS)
        return rc;
    copy(dims, cart->dims, cart->count);
    copy(periods, cart->periods, cart->count);
    copy(coords, cart->coords, cart->count);
    return MPI_SUCCESS;
}

#pragma weak MPI_Cart_rank = PMPI_Cart_rank
int PMPI_Cart_rank(MPI_Comm comm, const int coords[], int *rank)
{
    const struct mpii_cart *cart;
    int rc;

    cart = check_cart(__func__, comm, &rc);
    if (cart)
        rc = mpii_check_ints(__func__, comm, coords, cart->count, "coords");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, rank, "rank");
    for (int i = 0; rc == MPI_SUCCESS && i < cart->count; i++)
        if (!cart->periods[i] && (coords[i] < 0 || coords[i] >= cart->dims[i]))
            rc = mpii_error(__func__, comm, MPI_ERR_ARG,
                            "coords[%d] is %d, beyond a dimension of %d that is not periodic", i,
                            coords[i], cart->dims[i]);
    if (rc == MPI_SUCCESS)
        *rank = mpii_cart_rank(cart, coords);
    return rc;
}

#pragma weak MPI_Cart_coords = PMPI_Cart_coords
int PMPI_Cart_coords(MPI_Comm comm, int rank, int maxdims, int coords[])
{
    const struct mpii_cart *cart;
    int rc;

    cart = check_cart(__func__, comm, &rc);
    if (cart && (rank < 0 || rank >= mpii_comm(comm)->size))
        rc = mpii_error(__func__, comm, MPI_ERR_RANK, "rank is %d, and the communicator has %d",
                        rank, mpii_comm(comm)->size);
    if (rc == MPI_SUCCESS)
        rc = check_room(__func__, comm, cart, maxdims);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_ints(__func__, comm, coords, cart->count, "coords");
    if (rc != MPI_SUCCESS)
        return rc;
    for (int i = cart->count - 1; i >= 0; i--) {
        coords[i] = rank % cart->dims[i];
        rank /= cart->dims[i];
    }
    return MPI_SUCCESS;
}

// The rank `disp` places on along a dimension.
static int shifted(const struct mpii_cart *cart, int rank, int direction, long long disp)
{
    long long stride = 1, dim = cart->dims[direction], to = cart->coords[direction] + disp;

    for (int i = direction + 1; i < cart->count; i++)
        stride *= cart->dims[i];
    if (to < 0 || to >= dim) {
        if (!cart->periods[direction])
            return MPI_PROC_NULL;
        to = (to % dim + dim) % dim;
    }
    return (int)(rank + (to - cart->coords[direction]) * stride);
}

#pragma weak MPI_Cart_shift = PMPI_Cart_shift
int PMPI_Cart_shift(MPI_Comm comm, int direction, int disp, int *rank_source, int *rank_dest)
{
    const struct mpii_cart *cart;
    int rc;

    cart = check_cart(__func__, comm, &rc);
    if (cart && (direction < 0 || direction >= cart->count))
        rc = mpii_error(__func__, comm, MPI_ERR_DIMS,
                        "direction is %d, and the grid has %d dimensions", direction, cart->count);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, rank_source, "rank_source");
    if (rc == MPI_SUCCESS)
        rc = mpii_check_pointer(__func__, comm, rank_dest, "rank_dest");
    if (rc != MPI_SUCCESS)
        return rc;
    *rank_source = shifted(cart, mpii_comm(comm)->rank, direction, -(long long)disp);
    *rank_dest = shifted(cart, mpii_comm(comm)->rank, direction, disp);
    return MPI_SUCCESS;
}
