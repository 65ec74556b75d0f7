// SPDX-License-Identifier: BSD-2-Clause
// coll_reduce.c: reductions and scans, with operations of the standard and of the user, commutative
// or not, in place, with plain and derived datatypes, blocking and nonblocking. Any MPI can run it;
// rank 0 prints "ok".
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int rank, size, errors;

// x -> a x + b mod 2^32; composing two does not commute.
struct affine {
    unsigned a, b;
};

static MPI_Datatype affine_type, wide_type; // the second has a gap behind each element
static MPI_Op compose, compose_wide;

static struct affine after(struct affine first, struct affine second)
{
    return (struct affine){first.a * second.a, first.b * second.a + second.b};
}

static void compose_function(void *in, void *inout, int *count, MPI_Datatype *type)
{
    struct affine *left = in, *right = inout;
    int stride = *type == wide_type ? 2 : 1;

    for (int i = 0; i < *count; i++)
        right[i * stride] = after(left[i * stride], right[i * stride]);
}

static struct affine input(int of, int j)
{
    return (struct affine){2 * of + 3 + j, of * 7 + j};
}

static struct affine expected(int first, int last, int j)
{
    struct affine result = input(first, j);

    for (int i = first + 1; i <= last; i++)
        result = after(result, input(i, j));
    return result;
}

static void check_affine(struct affine is, int first, int last, const char *what, int count, int j)
{
    struct affine wanted = expected(first, last, j);

    if ((is.a != wanted.a || is.b != wanted.b) && errors++ < 5)
        printf("rank %d: %s, count %d: element %d is wrong\n", rank, what, count, j);
}

static void check_double(double is, double wanted, const char *what, int count, int j)
{
    if (is != wanted && errors++ < 5)
        printf("rank %d: %s, count %d: element %d is %g, not %g\n", rank, what, count, j, is, wanted);
}

enum call { REDUCE, ALLREDUCE, SCAN, EXSCAN, CALLS };
static const char *const names[] = {"reduce", "allreduce", "scan", "exscan"};

static void call(enum call which, const void *in, void *out, int count, MPI_Datatype type,
                 MPI_Op op, int root, int nonblocking)
{
    MPI_Request request = MPI_REQUEST_NULL;

    switch (which + (nonblocking ? CALLS : 0)) {
    case REDUCE:
        MPI_Reduce(in, out, count, type, op, root, MPI_COMM_WORLD);
        break;
    case ALLREDUCE:
        MPI_Allreduce(in, out, count, type, op, MPI_COMM_WORLD);
        break;
    case SCAN:
        MPI_Scan(in, out, count, type, op, MPI_COMM_WORLD);
        break;
    case EXSCAN:
        MPI_Exscan(in, out, count, type, op, MPI_COMM_WORLD);
        break;
    case CALLS + REDUCE:
        MPI_Ireduce(in, out, count, type, op, root, MPI_COMM_WORLD, &request);
        break;
    case CALLS + ALLREDUCE:
        MPI_Iallreduce(in, out, count, type, op, MPI_COMM_WORLD, &request);
        break;
    case CALLS + SCAN:
        MPI_Iscan(in, out, count, type, op, MPI_COMM_WORLD, &request);
        break;
    case CALLS + EXSCAN:
        MPI_Iexscan(in, out, count, type, op, MPI_COMM_WORLD, &request);
        break;
    }
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

static int has_result(enum call which, int root)
{
    return which == REDUCE ? rank == root : which == EXSCAN ? rank > 0 : 1;
}

static void test_affine(enum call which, int count, int root, int nonblocking, int in_place,
                        int stride)
{
    size_t bytes = (size_t)(2 * count + 1) * sizeof(struct affine);
    struct affine *in = malloc(bytes), *out = malloc(bytes);
    int last = which == SCAN ? rank : which == EXSCAN ? rank - 1 : size - 1;

    for (int j = 0; j < count; j++)
        in[j * stride] = out[j * stride] = input(rank, j);
#ifdef MPICH_VERSION // up to 4.0.2 it reads from MPI_IN_PLACE then
    in_place = in_place && (which != REDUCE || root == 0);
#endif
    in_place = in_place && (which != REDUCE || rank == root);
    call(which, in_place ? MPI_IN_PLACE : in, out, count, stride == 1 ? affine_type : wide_type,
         stride == 1 ? compose : compose_wide, root, nonblocking);
    for (int j = 0; has_result(which, root) && j < count; j++)
        check_affine(out[j * stride], 0, last, names[which], count, j);
    free(in);
    free(out);
}

static void test_sum(enum call which, int count, int root, int nonblocking, int in_place)
{
    double *in = malloc((size_t)(count + 1) * sizeof *in),
           *out = malloc((size_t)(count + 1) * sizeof *out);
    int ranks = which == SCAN ? rank + 1 : which == EXSCAN ? rank : size;

    for (int j = 0; j < count; j++)
        in[j] = out[j] = rank + j;
    in_place = in_place && (which != REDUCE || rank == root);
    call(which, in_place ? MPI_IN_PLACE : in, out, count, MPI_DOUBLE, MPI_SUM, root, nonblocking);
    for (int j = 0; has_result(which, root) && j < count; j++)
        check_double(out[j], ranks * (ranks - 1) / 2.0 + (double)ranks * j, names[which], count, j);
    for (int j = 0; !in_place && j < count; j++)
        check_double(in[j], rank + j, "input", count, j);
    free(in);
    free(out);
}

static void test_reduce_scatter(int count, int nonblocking, int in_place, int block)
{
    int *counts = malloc(size * sizeof *counts), total = 0, before = 0;
    struct affine *in, *out;
    MPI_Request request = MPI_REQUEST_NULL;

    for (int i = 0; i < size; i++) {
        counts[i] = block ? count : i % 3 * count;
        before += i < rank ? counts[i] : 0;
        total += counts[i];
    }
    in = malloc((size_t)(total + 1) * sizeof *in);
    out = malloc((size_t)(total + 1) * sizeof *out);
    for (int j = 0; j < total; j++)
        in[j] = out[j] = input(rank, j);
    if (block && nonblocking)
        MPI_Ireduce_scatter_block(in_place ? MPI_IN_PLACE : in, out, count, affine_type, compose,
                                  MPI_COMM_WORLD, &request);
    else if (block)
        MPI_Reduce_scatter_block(in_place ? MPI_IN_PLACE : in, out, count, affine_type, compose,
                                 MPI_COMM_WORLD);
    else if (nonblocking)
        MPI_Ireduce_scatter(in_place ? MPI_IN_PLACE : in, out, counts, affine_type, compose,
                            MPI_COMM_WORLD, &request);
    else
        MPI_Reduce_scatter(in_place ? MPI_IN_PLACE : in, out, counts, affine_type, compose,
                           MPI_COMM_WORLD);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    for (int j = 0; j < counts[rank]; j++)
        check_affine(out[j], 0, size - 1, block ? "reduce_scatter_block" : "reduce_scatter", count,
                     before + j);
    free(in);
    free(out);
    free(counts);
}

static void test_all(int count, int root, int nonblocking)
{
    for (int in_place = 0; in_place < 2; in_place++) {
        for (enum call which = 0; which < CALLS; which++) {
            test_affine(which, count, root, nonblocking, in_place, 1);
            test_affine(which, count, root, nonblocking, in_place, 2);
            test_sum(which, count, root, nonblocking, in_place);
        }
        test_reduce_scatter(count, nonblocking, in_place, 0);
        test_reduce_scatter(count, nonblocking, in_place, 1);
    }
}

// The result of a sum of floating point numbers must be the same on all ranks.
static void test_same(void)
{
    double x = 1.0 / (rank + 3), sum, *sums = malloc(size * sizeof *sums);

    MPI_Allreduce(&x, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    MPI_Allgather(&sum, 1, MPI_DOUBLE, sums, 1, MPI_DOUBLE, MPI_COMM_WORLD);
    for (int i = 0; i < size; i++)
        check_double(sums[i], sums[0], "same", 1, i);
    free(sums);
}

int main(int argc, char **argv)
{
    static const int counts[] = {0, 1, 2, 7, 100, 511, 3000, 20000};
    MPI_Request request;
    int all, one = 1, sum;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    MPI_Type_contiguous(2, MPI_UNSIGNED, &affine_type);
    MPI_Type_commit(&affine_type);
    MPI_Type_create_resized(affine_type, 0, 2 * sizeof(struct affine), &wide_type);
    MPI_Type_commit(&wide_type);
    MPI_Op_create(compose_function, 0, &compose);
    MPI_Op_create(compose_function, 0, &compose_wide);
    for (int i = 0; i < (int)(sizeof counts / sizeof *counts); i++)
        for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
            test_all(counts[i], 0, nonblocking);
            test_all(counts[i], size - 1, nonblocking);
            test_all(counts[i], size / 2, nonblocking);
        }
    for (int i = 0; i < 200; i++) {
        test_sum(REDUCE, 3, i % size, 0, 0);
        test_sum(ALLREDUCE, 1, 0, 0, i % 2);
        test_same();
    }
    // The operation and the datatype may go while a collective uses them.
    MPI_Iallreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, &request);
    MPI_Op_free(&compose);
    MPI_Op_free(&compose_wide);
    MPI_Type_free(&affine_type);
    MPI_Type_free(&wide_type);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
    check_double(sum, size, "iallreduce", 1, 0);
    MPI_Allreduce(&errors, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0)
        printf(all ? "%d errors\n" : "ok\n", all);
    MPI_Finalize();
    return all != 0;
}
