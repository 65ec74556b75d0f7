// SPDX-License-Identifier: BSD-2-Clause
// mpi_ops.c: operations of reductions through MPI_Reduce_local, with any MPI and any number of ranks: no call
// communicates. Prints `done N`.
#include <complex.h>
#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cases;

#define CHECK(condition) check(condition, #condition, __LINE__)

static void check(int holds, const char *text, int line)
{
    cases++;
    if (holds)
        return;
    printf("mpi_ops.c:%d: %s\n", line, text);
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

// Where the standard leaves open whether a mistake is noticed, or other libraries fall short of it.
static int strict(void)
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;

    MPI_Get_library_version(text, &length);
    return strncmp(text, "Torito ", 7) == 0;
}

static int class_of(int code)
{
    int class = -1;

    MPI_Error_class(code, &class);
    return class;
}

static int lowest; // of the operands; -1, if the library compares unsigned numbers as such

enum { COUNT = 37 }; // no multiple of a vector, and more than one

// Fills two arrays with small numbers of a type, applies `op`, and holds every element against
// EXPRESSION of x and y.
#define TRY(type, mpi_type, op, expression) \
    do { \
        type a[COUNT], b[COUNT]; \
        int ok = 1; \
        for (int i = 0; i < COUNT; i++) { \
            a[i] = (type)(i % 5 + lowest); \
            b[i] = (type)(i % 7); \
        } \
        CHECK(MPI_Reduce_local(a, b, COUNT, mpi_type, op) == MPI_SUCCESS); \
        for (int i = 0; i < COUNT; i++) { \
            type x = (type)(i % 5 + lowest), y = (type)(i % 7), z = (type)(expression); \
            ok = ok && a[i] == x && b[i] == z; \
        } \
        check(ok, #mpi_type " " #op, __LINE__); \
    } while (0)

#define TRY_NUMBER(type, mpi_type) \
    do { \
        TRY(type, mpi_type, MPI_SUM, x + y); \
        TRY(type, mpi_type, MPI_PROD, x *y); \
        TRY(type, mpi_type, MPI_MIN, x < y ? x : y); \
        TRY(type, mpi_type, MPI_MAX, x > y ? x : y); \
    } while (0)

#define TRY_BITS(type, mpi_type) \
    do { \
        TRY(type, mpi_type, MPI_BAND, x &y); \
        TRY(type, mpi_type, MPI_BOR, x | y); \
        TRY(type, mpi_type, MPI_BXOR, x ^ y); \
    } while (0)

#define TRY_LOGICAL(type, mpi_type) \
    do { \
        TRY(type, mpi_type, MPI_LAND, x &&y); \
        TRY(type, mpi_type, MPI_LOR, x || y); \
        TRY(type, mpi_type, MPI_LXOR, !x != !y); \
    } while (0)

#define TRY_INTEGER(type, mpi_type) \
    do { \
        TRY_NUMBER(type, mpi_type); \
        TRY_BITS(type, mpi_type); \
        TRY_LOGICAL(type, mpi_type); \
    } while (0)

// NOLINTNEXTLINE(readability-function-size): one line per type, each a macro
static void check_integers(void)
{
    TRY_INTEGER(signed char, MPI_SIGNED_CHAR);
    TRY_INTEGER(unsigned char, MPI_UNSIGNED_CHAR);
    TRY_INTEGER(short, MPI_SHORT);
    TRY_INTEGER(unsigned short, MPI_UNSIGNED_SHORT);
    TRY_INTEGER(int, MPI_INT);
    TRY_INTEGER(unsigned, MPI_UNSIGNED);
    TRY_INTEGER(long, MPI_LONG);
    TRY_INTEGER(unsigned long, MPI_UNSIGNED_LONG);
    TRY_INTEGER(long long, MPI_LONG_LONG);
    TRY_INTEGER(unsigned long long, MPI_UNSIGNED_LONG_LONG);
    TRY_INTEGER(int8_t, MPI_INT8_T);
    TRY_INTEGER(int16_t, MPI_INT16_T);
    TRY_INTEGER(int32_t, MPI_INT32_T);
    TRY_INTEGER(int64_t, MPI_INT64_T);
    TRY_INTEGER(uint8_t, MPI_UINT8_T);
    TRY_INTEGER(uint16_t, MPI_UINT16_T);
    TRY_INTEGER(uint32_t, MPI_UINT32_T);
    TRY_INTEGER(uint64_t, MPI_UINT64_T);
    TRY_NUMBER(MPI_Aint, MPI_AINT);
    TRY_NUMBER(MPI_Count, MPI_COUNT);
    TRY_NUMBER(MPI_Offset, MPI_OFFSET);
    TRY_BITS(MPI_Aint, MPI_AINT);
    TRY_LOGICAL(MPI_Aint, MPI_AINT);
    TRY_LOGICAL(MPI_Offset, MPI_OFFSET);
    TRY_BITS(uint8_t, MPI_BYTE);
    TRY_LOGICAL(bool, MPI_C_BOOL);
}

static void check_reals(void)
{
    TRY_NUMBER(float, MPI_FLOAT);
    TRY_NUMBER(double, MPI_DOUBLE);
    TRY_NUMBER(long double, MPI_LONG_DOUBLE);
    TRY(float complex, MPI_C_FLOAT_COMPLEX, MPI_SUM, x + y);
    TRY(double complex, MPI_C_DOUBLE_COMPLEX, MPI_SUM, x + y);
    TRY(long double complex, MPI_C_LONG_DOUBLE_COMPLEX, MPI_SUM, x + y);
    TRY(double complex, MPI_C_DOUBLE_COMPLEX, MPI_PROD, x *y);
}

static void check_complex_product(void)
{
    float complex a = 2 + 3 * I, b = 5 - 7 * I;
    long double complex c = 2 + 3 * I, d = 5 - 7 * I;

    CHECK(MPI_Reduce_local(&a, &b, 1, MPI_C_FLOAT_COMPLEX, MPI_PROD) == MPI_SUCCESS);
    CHECK(crealf(b) == 31 && cimagf(b) == 1);
    CHECK(MPI_Reduce_local(&c, &d, 1, MPI_C_LONG_DOUBLE_COMPLEX, MPI_PROD) == MPI_SUCCESS);
    CHECK(creall(d) == 31 && cimagl(d) == 1);
}

#define TRY_PAIR(type, mpi_type) \
    do { \
        struct pair { \
            type value; \
            int index; \
        } a[4] = {{1, 5}, {2, 5}, {3, 5}, {3, 1}}, low[4] = {{2, 4}, {2, 4}, {2, 4}, {3, 4}}, \
          high[4]; \
        memcpy(high, low, sizeof low); \
        CHECK(MPI_Reduce_local(a, low, 4, mpi_type, MPI_MINLOC) == MPI_SUCCESS); \
        CHECK(low[0].value == 1 && low[0].index == 5 && low[1].value == 2 && low[1].index == 4); \
        CHECK(low[2].value == 2 && low[2].index == 4 && low[3].value == 3 && low[3].index == 1); \
        CHECK(MPI_Reduce_local(a, high, 4, mpi_type, MPI_MAXLOC) == MPI_SUCCESS); \
        CHECK(high[0].value == 2 && high[0].index == 4 && high[1].value == 2 && high[1].index == 4); \
        CHECK(high[2].value == 3 && high[2].index == 5 && high[3].value == 3 && high[3].index == 1); \
    } while (0)

static void check_pairs(void)
{
    TRY_PAIR(float, MPI_FLOAT_INT);
    TRY_PAIR(double, MPI_DOUBLE_INT);
    TRY_PAIR(long, MPI_LONG_INT);
    TRY_PAIR(int, MPI_2INT);
    TRY_PAIR(short, MPI_SHORT_INT);
    TRY_PAIR(long double, MPI_LONG_DOUBLE_INT);
}

static MPI_Datatype seen_type;

// in * 10 + inout: neither commutative nor of a type the standard knows.
// NOLINTNEXTLINE(readability-non-const-parameter): the standard has it so
static void append(void *in, void *inout, int *count, MPI_Datatype *type)
{
    const int *a = in;
    int *b = inout;

    seen_type = *type;
    for (int i = 0; i < 2 * *count; i++)
        b[i] = a[i] * 10 + b[i];
}

static void check_user(void)
{
    int a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, flag = -1;
    MPI_Datatype pair;
    MPI_Op op;

    CHECK(MPI_Type_contiguous(2, MPI_INT, &pair) == MPI_SUCCESS &&
          MPI_Type_commit(&pair) == MPI_SUCCESS);
    CHECK(MPI_Op_create(append, 0, &op) == MPI_SUCCESS);
    CHECK(MPI_Op_commutative(op, &flag) == MPI_SUCCESS && flag == 0);
    CHECK(MPI_Reduce_local(a, b, 2, pair, op) == MPI_SUCCESS && seen_type == pair);
    CHECK(b[0] == 15 && b[1] == 26 && b[2] == 37 && b[3] == 48);
    CHECK(MPI_Op_free(&op) == MPI_SUCCESS && op == MPI_OP_NULL);
    CHECK(MPI_Op_commutative(MPI_SUM, &flag) == MPI_SUCCESS && flag == 1);
    CHECK(MPI_Reduce_local(a, b, 2, pair, MPI_SUM) != MPI_SUCCESS);
    CHECK(MPI_Type_free(&pair) == MPI_SUCCESS);
}

#if MPI_VERSION >= 4
// NOLINTNEXTLINE(readability-non-const-parameter)
static void append_large(void *in, void *inout, MPI_Count *count, MPI_Datatype *type)
{
    const int *a = in;
    int *b = inout;

    seen_type = *type;
    for (MPI_Count i = 0; i < *count; i++)
        b[i] = a[i] * 10 + b[i];
}

static void check_large(void)
{
    int a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, flag = -1;
    MPI_Op op;

    CHECK(MPI_Op_create_c(append_large, 1, &op) == MPI_SUCCESS);
    CHECK(MPI_Op_commutative(op, &flag) == MPI_SUCCESS && flag == 1);
    CHECK(MPI_Reduce_local_c(a, b, 4, MPI_INT, op) == MPI_SUCCESS && seen_type == MPI_INT);
    CHECK(b[0] == 15 && b[1] == 26 && b[2] == 37 && b[3] == 48);
    CHECK(MPI_Reduce_local(a, b, 4, MPI_INT, op) == MPI_SUCCESS && b[3] == 88);
    CHECK(MPI_Op_free(&op) == MPI_SUCCESS);
    CHECK(MPI_Reduce_local_c(a, b, 4, MPI_INT, MPI_SUM) == MPI_SUCCESS && b[3] == 92);
}
#endif

static void check_refusals(void)
{
    double a[8] = {0}, b[8] = {0};
    MPI_Op op = MPI_SUM;

    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_DOUBLE, MPI_BAND)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_DOUBLE, MPI_MINLOC)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_DOUBLE_INT, MPI_SUM)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_C_DOUBLE_COMPLEX, MPI_MAX)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_DOUBLE, MPI_OP_NULL)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Op_free(&op)) == MPI_ERR_OP && op == MPI_SUM);
    CHECK(MPI_Reduce_local(a, b, 0, MPI_DOUBLE, MPI_SUM) == MPI_SUCCESS);
    if (!strict())
        return;
    CHECK(class_of(MPI_Reduce_local(a, b, -1, MPI_DOUBLE, MPI_SUM)) == MPI_ERR_COUNT);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_DATATYPE_NULL, MPI_SUM)) == MPI_ERR_TYPE);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_DOUBLE, MPI_LAND)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_CHAR, MPI_SUM)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_BYTE, MPI_SUM)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Reduce_local(a, b, 1, MPI_INT, MPI_REPLACE)) == MPI_ERR_OP);
    CHECK(class_of(MPI_Reduce_local(a, a, 1, MPI_DOUBLE, MPI_SUM)) == MPI_ERR_BUFFER);
    CHECK(class_of(MPI_Reduce_local(MPI_IN_PLACE, b, 1, MPI_DOUBLE, MPI_SUM)) == MPI_ERR_BUFFER);
    CHECK(class_of(MPI_Reduce_local(NULL, b, 1, MPI_DOUBLE, MPI_SUM)) == MPI_ERR_BUFFER);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    lowest = strict() ? -1 : 0;
    check_integers();
    check_reals();
    check_complex_product();
    check_pairs();
    check_user();
#if MPI_VERSION >= 4
    check_large();
#endif
    check_refusals();
    MPI_Finalize();
    printf("done %d\n", cases);
    return 0;
}
