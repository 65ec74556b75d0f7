// SPDX-License-Identifier: BSD-2-Clause
// topologies.c: grids, graphs and neighbourhood collectives (MPI 4.1, chapter 8), with any number of ranks.
// Rank 0 prints "ok".
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size, errors;

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(int holds, const char *text, int line)
{
    if (!holds && errors++ < 10)
        printf("rank %d: topologies.c:%d: %s\n", rank, line, text);
}

static int class_of(int code)
{
    int class;

    MPI_Error_class(code, &class);
    return class;
}

static int is_torito(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(text, &length);
    return strncmp(text, "Torito ", 7) == 0;
}

static void test_dims(void)
{
    static const struct {
        int nodes, count, wanted[4];
    } tries[] = {
        {6, 2, {3, 2}},
        {7, 2, {7, 1}},
        {12, 3, {3, 2, 2}},
        {16, 2, {4, 4}},
        {36, 3, {4, 3, 3}},
        {1, 3, {1, 1, 1}},
        {60, 4, {5, 3, 2, 2}},
        {2310, 2, {55, 42}},
        {2147483647, 2, {2147483647, 1}},
        {720, 3, {10, 9, 8}},
        {5040, 3, {21, 16, 15}},
        {98784, 4, {21, 21, 16, 14}},
        {1000000, 2, {1000, 1000}},
    };
    int dims[4] = {0, 3, 0, 0};

    // Libraries differ in what is balanced, and some in what they survive.
    for (size_t i = 0; is_torito() && i < sizeof tries / sizeof *tries; i++) {
        memset(dims, 0, sizeof dims);
        MPI_Dims_create(tries[i].nodes, tries[i].count, dims);
        CHECK(memcmp(dims, tries[i].wanted, sizeof dims) == 0);
    }
    dims[0] = dims[2] = dims[3] = 0;
    dims[1] = 3;
    MPI_Dims_create(24, 4, dims);
    CHECK(dims[0] == 2 && dims[1] == 3 && dims[2] == 2 && dims[3] == 2);
}

// A ring and a line beside it: every place is found again, and all neighbours are as computed by hand.
static void test_cart(void)
{
    int dims[2] = {0, 0}, periods[2] = {1, 0}, coords[2], got_dims[2], got_periods[2], from, to, at;
    MPI_Comm cart, twin, row;

    MPI_Dims_create(size, 2, dims);
    MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, 0, &cart);
    MPI_Cart_get(cart, 2, got_dims, got_periods, coords);
    CHECK(got_dims[0] == dims[0] && got_dims[1] == dims[1] && got_periods[0] && !got_periods[1]);
    CHECK(coords[0] == rank / dims[1] && coords[1] == rank % dims[1]);
    for (int i = 0; i < size; i++) {
        MPI_Cart_coords(cart, i, 2, got_dims);
        MPI_Cart_rank(cart, got_dims, &at);
        CHECK(at == i);
    }
    got_dims[0] = coords[0] - 3 * dims[0]; // three times round
    got_dims[1] = coords[1];
    MPI_Cart_rank(cart, got_dims, &at);
    CHECK(at == rank);
    MPI_Cart_shift(cart, 0, dims[0] + 1, &from, &to);
    CHECK(to == (coords[0] + 1) % dims[0] * dims[1] + coords[1]);
    CHECK(from == (coords[0] + dims[0] - 1) % dims[0] * dims[1] + coords[1]);
    MPI_Cart_shift(cart, 1, 1, &from, &to);
    CHECK(from == (coords[1] > 0 ? rank - 1 : MPI_PROC_NULL));
    CHECK(to == (coords[1] + 1 < dims[1] ? rank + 1 : MPI_PROC_NULL));

    MPI_Comm_dup(cart, &twin);
    MPI_Topo_test(twin, &at);
    CHECK(at == MPI_CART);
    MPI_Comm_free(&cart);
    MPI_Cart_sub(twin, (const int[]){0, 1}, &row);
    MPI_Comm_rank(row, &at);
    CHECK(at == coords[1]);
    MPI_Comm_size(row, &at);
    CHECK(at == dims[1]);
    MPI_Allreduce(&rank, &at, 1, MPI_INT, MPI_MIN, row);
    CHECK(at == coords[0] * dims[1]);
    MPI_Comm_free(&row);
    MPI_Cart_sub(twin, (const int[]){0, 0}, &row);
    MPI_Cartdim_get(row, &at);
    CHECK(at == 0);
    MPI_Comm_free(&row);
    MPI_Comm_free(&twin);
}

// Fewer places than ranks: the others have no communicator.
static void test_small(void)
{
    int dims[1] = {(size + 1) / 2}, periods[1] = {0}, n;
    MPI_Comm cart;

    MPI_Cart_create(MPI_COMM_WORLD, 1, dims, periods, 1, &cart);
    CHECK((cart != MPI_COMM_NULL) == (rank < dims[0]));
    MPI_Cart_map(MPI_COMM_WORLD, 1, dims, periods, &n);
    CHECK(n == (rank < dims[0] ? rank : MPI_UNDEFINED));
    if (cart == MPI_COMM_NULL)
        return;
    MPI_Comm_size(cart, &n);
    CHECK(n == dims[0]);
    MPI_Comm_free(&cart);
}

// Of two edges between the same processes, on a ring of one or two, what goes down comes from above.
static void test_ring(void)
{
    int dims[1] = {size}, periods[1] = {1}, out[2] = {10 * rank, 10 * rank + 1}, in[2];
    int down = (rank + size - 1) % size, up = (rank + 1) % size, counts[2] = {1, 1};
    MPI_Aint displs[2] = {sizeof(int), 0};
    MPI_Datatype types[2] = {MPI_INT, MPI_INT};
    MPI_Request request;
    MPI_Comm cart;

    MPI_Cart_create(MPI_COMM_WORLD, 1, dims, periods, 0, &cart);
    MPI_Neighbor_alltoall(out, 1, MPI_INT, in, 1, MPI_INT, cart);
    CHECK(in[0] == 10 * down + 1 && in[1] == 10 * up);
    MPI_Neighbor_allgather(&rank, 1, MPI_INT, in, 1, MPI_INT, cart);
    CHECK(in[0] == down && in[1] == up);
    MPI_Ineighbor_alltoallw(out, counts, displs, types, in, counts, displs, types, cart, &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    CHECK(in[1] == 10 * down && in[0] == 10 * up + 1); // both sides the other way round
    MPI_Neighbor_alltoallv(out, counts, (const int[]){0, 1}, MPI_INT, in, counts,
                           (const int[]){1, 0}, MPI_INT, cart);
    CHECK(in[1] == 10 * down + 1 && in[0] == 10 * up);
#if MPI_VERSION >= 4
    MPI_Neighbor_alltoall_init(out, 1, MPI_INT, in, 1, MPI_INT, cart, MPI_INFO_NULL, &request);
    for (int i = 0; i < 3; i++) {
        out[0] = 100 * rank + i;
        MPI_Start(&request);
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        CHECK(in[0] == 10 * down + 1 && in[1] == 100 * up + i);
    }
    MPI_Request_free(&request);
#endif
    MPI_Comm_free(&cart);
}

// Beyond the rim nothing is sent, and nothing of the buffer is written.
static void test_rim(void)
{
    int dims[1] = {size}, periods[1] = {0}, in[2] = {-7, -7};
    MPI_Comm cart;

    MPI_Cart_create(MPI_COMM_WORLD, 1, dims, periods, 0, &cart);
    MPI_Neighbor_allgather(&rank, 1, MPI_INT, in, 1, MPI_INT, cart);
    CHECK(in[0] == (rank > 0 ? rank - 1 : -7));
    CHECK(in[1] == (rank + 1 < size ? rank + 1 : -7));
    MPI_Comm_free(&cart);
}

// A star: everybody is a neighbour of 0.
static void test_graph(void)
{
    int *index = malloc((size_t)size * sizeof *index),
        *edges = malloc(2 * (size_t)size * sizeof *edges);
    int *in = malloc((size_t)size * sizeof *in), n, m;
    MPI_Comm star;

    for (int i = 0; i < size; i++) {
        index[i] = size - 1 + i;
        if (i < size - 1)
            edges[i] = i + 1;
        if (i > 0)
            edges[size - 2 + i] = 0;
    }
    MPI_Graph_create(MPI_COMM_WORLD, size, index, edges, 0, &star);
    MPI_Graphdims_get(star, &n, &m);
    CHECK(n == size && m == 2 * (size - 1));
    MPI_Graph_neighbors_count(star, 0, &n);
    CHECK(n == size - 1);
    MPI_Graph_neighbors_count(star, size - 1, &n);
    CHECK(n == (size > 1 ? 1 : 0));
    MPI_Graph_neighbors(star, rank, size, in);
    CHECK(size == 1 || in[0] == (rank ? 0 : 1));
    MPI_Neighbor_allgather(&rank, 1, MPI_INT, in, 1, MPI_INT, star);
    for (int i = 0; rank == 0 && i < size - 1; i++)
        CHECK(in[i] == i + 1);
    CHECK(rank == 0 || in[0] == 0);
    MPI_Comm_free(&star);
    free(index);
    free(edges);
    free(in);
}

// To each edge of `comm` a number goes along, of which both ends know what it must be.
static void check_edges(MPI_Comm comm, int in_wanted, int out_wanted)
{
    int in_count, out_count, weighted, *from, *to, *from_weight, *to_weight, *in, *out;

    MPI_Dist_graph_neighbors_count(comm, &in_count, &out_count, &weighted);
    CHECK(in_count == in_wanted && out_count == out_wanted && weighted);
    from = calloc(3 * (size_t)(in_count + out_count) + 1, sizeof *from);
    from_weight = from + in_count;
    in = from_weight + in_count;
    to = in + in_count;
    to_weight = to + out_count;
    out = to_weight + out_count;
    MPI_Dist_graph_neighbors(comm, in_count, from, from_weight, out_count, to, to_weight);
    for (int i = 0; i < out_count; i++)
        out[i] = 1000 * rank + to_weight[i];
    MPI_Neighbor_alltoall(out, 1, MPI_INT, in, 1, MPI_INT, comm);
    for (int i = 0; i < in_count; i++)
        CHECK(in[i] == 1000 * from[i] + from_weight[i]);
    free(from);
}

// Two edges of weights 1 and 2 from each rank to the next, told by that rank, and by rank 0 for all.
static void test_dist_graph(void)
{
    int next = (rank + 1) % size, before = (rank + size - 1) % size, count = rank ? 0 : size;
    int *sources = malloc((size_t)size * 6 * sizeof *sources), *degrees = sources + size;
    int *targets = degrees + size, *weights = targets + 2 * size;
    MPI_Comm comm;

    MPI_Dist_graph_create_adjacent(MPI_COMM_WORLD, 2, (const int[]){before, before},
                                   (const int[]){1, 2}, 2, (const int[]){next, next},
                                   (const int[]){1, 2}, MPI_INFO_NULL, 0, &comm);
    check_edges(comm, 2, 2);
    MPI_Comm_free(&comm);
    for (int i = 0; i < size; i++) {
        sources[i] = i;
        degrees[i] = 2;
        targets[2 * i] = targets[2 * i + 1] = (i + 1) % size;
        weights[2 * i] = 1;
        weights[2 * i + 1] = 2;
    }
    MPI_Dist_graph_create(MPI_COMM_WORLD, count, sources, degrees, targets,
                          count ? weights : MPI_WEIGHTS_EMPTY, MPI_INFO_NULL, 1, &comm);
    check_edges(comm, 2, 2);
    MPI_Comm_free(&comm);
    free(sources);
}

static void test_errors(void)
{
    int dims[2] = {size, 2}, periods[2] = {0, 0}, n, line = size;
    MPI_Comm comm;

    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    CHECK(class_of(MPI_Cartdim_get(MPI_COMM_WORLD, &n)) == MPI_ERR_TOPOLOGY);
    CHECK(class_of(MPI_Neighbor_allgather(&n, 1, MPI_INT, dims, 1, MPI_INT, MPI_COMM_WORLD)) ==
          MPI_ERR_TOPOLOGY);
    CHECK(class_of(MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, 0, &comm)) == MPI_ERR_DIMS);
    dims[0] = -1;
    CHECK(class_of(MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, 0, &comm)) == MPI_ERR_DIMS);
    dims[0] = 2;
    dims[1] = 0;
    CHECK(class_of(MPI_Dims_create(7, 2, dims)) == MPI_ERR_DIMS);
    MPI_Cart_create(MPI_COMM_WORLD, 1, &line, periods, 0, &comm);
    CHECK(class_of(MPI_Cart_rank(comm, &line, &n)) == MPI_ERR_ARG);
    CHECK(class_of(MPI_Cart_shift(comm, 1, 1, &n, &n)) == MPI_ERR_DIMS);
    CHECK(class_of(MPI_Cart_coords(comm, size, 1, dims)) == MPI_ERR_RANK);
    CHECK(class_of(MPI_Graphdims_get(comm, &n, &n)) == MPI_ERR_TOPOLOGY);
    MPI_Comm_free(&comm);
}

int main(int argc, char **argv)
{
    int all;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    test_dims();
    test_cart();
    test_small();
    test_ring();
    test_rim();
    test_graph();
    test_dist_graph();
    if (is_torito()) // others differ in the classes
        test_errors();
    MPI_Allreduce(&errors, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        printf(all ? "%d errors\n" : "ok\n", all);
    MPI_Finalize();
    return all != 0;
}
