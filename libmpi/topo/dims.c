// SPDX-License-Identifier: BSD-2-Clause
// dims.c: MPI_Dims_create (MPI 4.1, 8.5.2): a balanced grid.
//
// Of all ways to write the number of nodes as a product, one whose largest and smallest factors differ least,
// and of those the one whose smallest is largest, then its second smallest, and so on: a search through the
// divisors from the root upwards. The first product found is nearly the best one, and what cannot be better
// is left out.
#include "libmpi/topo/topo.h"
#include <stdlib.h>
#include <string.h>

#define DIVISORS_MAX 1536 // no int has more

struct divisors {
    int count;
    int value[DIVISORS_MAX]; // ascending
};

static void find_divisors(struct divisors *divisors, int number)
{
    int low = 0, high = DIVISORS_MAX;

    for (int i = 1; (long long)i * i <= number; i++) {
        if (number % i)
            continue;
        divisors->value[low++] = i;
        if (number / i != i)
            divisors->value[--high] = number / i;
    }
    while (high < DIVISORS_MAX)
        divisors->value[low++] = divisors->value[high++];
    divisors->count = low;
}

static bool power_reaches(long long base, int exponent, long long number)
{
    long long power = 1;

    for (int i = 0; i < exponent && power < number && base > 1; i++)
        power *= base;
    return power >= number;
}

// The largest number whose power does not exceed another number.
static int root_of(int number, int exponent)
{
    int low = 1, high = number;

    if (exponent == 1)
        return number;
    while (low < high) { // the root is in low .. high
        const int middle = low + (high - low + 1) / 2;

        if (power_reaches(middle, exponent, (long long)number + 1))
            high = middle - 1;
        else
            low = middle;
    }
    return low;
}

struct search {
    struct divisors divisors;
    int count;       // of factors
    int *now, *best; // in falling order
    bool found;
};

// With a smallest factor of at most `last`, can `now` be better than the best so far?
static bool can_be_better(const struct search *search, int last)
{
    const int *best = search->best, smallest = best[search->count - 1];
    const int difference = search->now[0] - last;

    return !search->found || difference < best[0] - smallest ||
           (difference == best[0] - smallest && last >= smallest);
}

static bool is_better(const struct search *search)
{
    const int last = search->count - 1;

    if (!search->found || search->now[0] - search->now[last] != search->best[0] - search->best[last])
        return can_be_better(search, search->now[last]);
    for (int i = last; i > 0; i--)
        if (search->now[i] != search->best[i])
            return search->now[i] > search->best[i];
    return false;
}

static void found(struct search *search)
{
    if (!is_better(search))
        return;
    memcpy(search->best, search->now, (size_t)search->count * sizeof *search->now);
    search->found = true;
}

// Tries all factors from `place` on, which make up `number`.
// NOLINTNEXTLINE(misc-no-recursion): one level for each dimension
static void try(struct search *search, int place, int number)
{
    const int most = place ? search->now[place - 1] : number, left = search->count - place;

    if (left == 1 || number == 1) { // the rest are ones
        for (int i = place; i < search->count; i++)
            search->now[i] = i == place ? number : 1;
        if (number <= most)
            found(search);
        return;
    }
    for (int i = 0; i < search->divisors.count && search->divisors.value[i] <= most; i++) {
        const int factor = search->divisors.value[i];

        if (number % factor || !power_reaches(factor, left, number))
            continue;
        search->now[place] = factor;
        if (!can_be_better(search, root_of(number / factor, left - 1)))
            return; // nor will larger ones be
        try(search, place + 1, number / factor);
    }
}

// The number of dimensions left open, or -1 after an error; *left is what they must make up.
static int check_dims(const char *function, int nnodes, int ndims, const int dims[], int *left,
                      int *rc)
{
    long long product = 1;
    int open = 0;

    for (int i = 0; i < ndims; i++) {
        if (dims[i] < 0) {
            *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_DIMS, "dims[%d] is %d, less than 0",
                             i, dims[i]);
            return -1;
        }
        open += dims[i] == 0;
        if (dims[i] && product <= nnodes)
            product *= dims[i];
    }
    if (nnodes % product || (!open && product != nnodes)) {
        *rc = mpii_error(function, MPI_COMM_NULL, MPI_ERR_DIMS,
                         "%d nodes do not fill a grid with the dimensions given", nnodes);
        return -1;
    }
    *left = (int)(nnodes / product);
    return open;
}

#pragma weak MPI_Dims_create = PMPI_Dims_create
int PMPI_Dims_create(int nnodes, int ndims, int dims[])
{
    struct search search = {.found = false};
    int rc = MPI_SUCCESS, left, next = 0;

    if (nnodes < 1)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "nnodes is %d, less than 1", nnodes);
    if (ndims < 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_DIMS, "ndims is %d, less than 0", ndims);
    rc = mpii_check_ints(__func__, MPI_COMM_NULL, dims, ndims, "dims");
    if (rc != MPI_SUCCESS || ndims == 0)
        return rc;
    search.count = check_dims(__func__, nnodes, ndims, dims, &left, &rc);
    if (search.count <= 0)
        return rc;
    search.now = calloc(2 * (size_t)search.count, sizeof *search.now);
    if (!search.now)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for dimensions");
    search.best = search.now + search.count;
    find_divisors(&search.divisors, left);
    try(&search, 0, left);
    for (int i = 0; i < ndims; i++)
        if (dims[i] == 0)
            dims[i] = search.best[next++];
    free(search.now);
    return MPI_SUCCESS;
}
