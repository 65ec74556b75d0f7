// SPDX-License-Identifier: BSD-2-Clause
// fortran_ops_test.c: reductions of the types that only Fortran has, and the conversions of binary16.
#include "libmpi/op/loops.h"
#include <math.h>
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
    printf("fortran_ops_test.c:%d: %s\n", line, text);
    exit(1);
}

static void check_half(void)
{
    int same = 1, halfway = 1;

    for (uint32_t half = 0; half < 0x10000; half++) {
        float value = mpii_half_get((uint16_t)half), next = mpii_half_get((uint16_t)(half + 1));

        if ((half & 0x7fff) > 0x7c00) { // not a number
            same = same && isnan(value) && isnan(mpii_half_get(mpii_half_put(value)));
            continue;
        }
        same = same && mpii_half_put(value) == half;
        if ((half & 0x7fff) < 0x7bff) // a tie goes to the even one, anything more upwards
            halfway = halfway && mpii_half_put((value + next) / 2) == half + (half & 1) &&
                      mpii_half_put(nextafterf((value + next) / 2, next)) == half + 1;
    }
    CHECK(same);
    CHECK(halfway);
    CHECK(mpii_half_get(0x3c00) == 1 && mpii_half_get(0xc000) == -2 && mpii_half_get(1) == 0x1p-24f);
    CHECK(mpii_half_put(65519) == 0x7bff && mpii_half_put(65520) == 0x7c00);
    CHECK(mpii_half_put(1e-9f) == 0 && mpii_half_put(-1e30f) == 0xfc00);
}

static void check_reals(void)
{
    uint16_t a[3] = {0x3c00, 0x4000, 0x4200}, b[3] = {0x4200, 0x4000, 0x3c00}; // 1 2 3, 3 2 1
    uint16_t c[2] = {0x4000, 0x4200}, d[2] = {0x3c00, 0xc000};                 // 2 + 3i, 1 - 2i
    __float128 e = 1 + 0x1p-100, f[2] = {3, 2}, g[2] = {5, -1};
    double h[2] = {1, 9}, i[2] = {1, 4};

    CHECK(MPI_Reduce_local(a, b, 3, MPI_REAL2, MPI_PROD) == MPI_SUCCESS);
    CHECK(b[0] == 0x4200 && b[1] == 0x4400 && b[2] == 0x4200);
    CHECK(MPI_Reduce_local(a, b, 3, MPI_REAL2, MPI_MIN) == MPI_SUCCESS && !memcmp(a, b, sizeof a));
    CHECK(MPI_Reduce_local(c, d, 1, MPI_COMPLEX4, MPI_PROD) == MPI_SUCCESS); // 8 - i
    CHECK(d[0] == 0x4800 && d[1] == 0xbc00);
    CHECK(MPI_Reduce_local(&e, f, 1, MPI_REAL16, MPI_SUM) == MPI_SUCCESS && f[0] - 4 == e - 1);
    CHECK(MPI_Reduce_local(f, g, 1, MPI_COMPLEX32, MPI_SUM) == MPI_SUCCESS && g[1] == 1);
    CHECK(MPI_Reduce_local(h, i, 1, MPI_2DOUBLE_PRECISION, MPI_MAXLOC) == MPI_SUCCESS && i[1] == 4);
    CHECK(MPI_Reduce_local(h, i, 1, MPI_DOUBLE_COMPLEX, MPI_SUM) == MPI_SUCCESS && i[1] == 13);
    CHECK(MPI_Reduce_local(h, i, 2, MPI_DOUBLE_PRECISION, MPI_MAX) == MPI_SUCCESS && i[0] == 2);
}

static void check_integers(void)
{
    __int128 a = (__int128)1 << 100, b = -1;
    int8_t c[3] = {1, 0, 2}, d[3] = {4, 0, 0};
    int e[2] = {3, 7}, f[2] = {3, 6};

    CHECK(MPI_Reduce_local(&a, &b, 1, MPI_INTEGER16, MPI_MIN) == MPI_SUCCESS && b == -1);
    CHECK(MPI_Reduce_local(&a, &b, 1, MPI_INTEGER16, MPI_SUM) == MPI_SUCCESS && b == a - 1);
    CHECK(MPI_Reduce_local(c, d, 3, MPI_LOGICAL1, MPI_LXOR) == MPI_SUCCESS);
    CHECK(d[0] == 0 && d[1] == 0 && d[2] == 1);
    CHECK(MPI_Reduce_local(e, f, 2, MPI_LOGICAL, MPI_LAND) == MPI_SUCCESS && f[0] == 1 && f[1] == 1);
    CHECK(MPI_Reduce_local(e, f, 2, MPI_INTEGER, MPI_BXOR) == MPI_SUCCESS && f[0] == 2 && f[1] == 6);
    f[0] = 3;
    CHECK(MPI_Reduce_local(e, f, 1, MPI_2INTEGER, MPI_MINLOC) == MPI_SUCCESS && f[1] == 6);
    CHECK(MPI_Reduce_local(e, f, 1, MPI_LOGICAL, MPI_SUM) == MPI_ERR_OP);
    CHECK(MPI_Reduce_local(e, f, 1, MPI_LOGICAL, MPI_BAND) == MPI_ERR_OP);
    CHECK(MPI_Reduce_local(e, f, 1, MPI_INTEGER, MPI_LAND) == MPI_ERR_OP);
    CHECK(MPI_Reduce_local(e, f, 1, MPI_CHARACTER, MPI_MAX) == MPI_ERR_OP);
    CHECK(MPI_Reduce_local(e, f, 1, MPI_PACKED, MPI_BAND) == MPI_ERR_OP);
}

int main(void)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
    check_half();
    check_reals();
    check_integers();
    printf("done %d\n", cases);
    return 0;
}
