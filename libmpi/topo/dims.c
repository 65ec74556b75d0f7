// SPDX-License-Identifier: BSD-2-Clause
// dims.c: MPI_Dims_create (MPI 4.1, 8.5.2): a balanced grid.
//
// Of all ways to write the number of nodes as a product, the one whose largest factor is smallest, then
// its second largest, and so on: a search through the divisors, which hardly ever has to turn back.
#include "libmpi/topo/topo.h"
#include <stdlib.h>

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

static bool power_reaches(long long base, int exponent, int number)
{
    long long power = 1;

    for (int i = 0; i < exponent && power < number && base > 1; i++)
        power *= base;
    return power >= number;
}

// Writes `number` as `count` factors of at most `most`, in falling order. False: it cannot be done.
// NOLINTNEXTLINE(misc-no-recursion): one level for each dimension
static bool split(const struct divisors *divisors, int number, int count, int most, int factors[])
{
    if (count == 1) {
        factors[0] = number;
        return number <= most;
    }
    for (int i = 0; i < divisors->count && divisors->value[i] <= most; i++) {
        const int factor = divisors->value[i];

        if (number % factor || !power_reaches(factor, count, number))
            continue;
        factors[0] = factor;
        // Nothing is left: the rest are ones, without a level for each.
        if (factor == number) {
            for (int j = 1; j < count; j++)
                factors[j] = 1;
            return true;
        }
        if (split(divisors, number / factor, count - 1, factor, factors + 1))
            return true;
    }
    return false;
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
    struct divisors divisors;
    int rc = MPI_SUCCESS, open, left, next = 0, *factors;

    if (nnodes < 1)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_ARG, "nnodes is %d, less than 1", nnodes);
    if (ndims < 0)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_DIMS, "ndims is %d, less than 0", ndims);
    rc = mpii_check_ints(__func__, MPI_COMM_NULL, dims, ndims, "dims");
    if (rc != MPI_SUCCESS || ndims == 0)
        return rc;
    open = check_dims(__func__, nnodes, ndims, dims, &left, &rc);
    if (open <= 0)
        return rc;
    factors = malloc((size_t)open * sizeof *factors);
    if (!factors)
        return mpii_error(__func__, MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for dimensions");
    find_divisors(&divisors, left);
    (void)split(&divisors, left, open, left, factors); // cannot fail: a number is a product of itself
    for (int i = 0; i < ndims; i++)
        if (dims[i] == 0)
            dims[i] = factors[next++];
    free(factors);
    return MPI_SUCCESS;
}
