// SPDX-License-Identifier: BSD-2-Clause
// calls_test.c: the calls of the datatypes' chapter: what they answer, and what they refuse.
#include "libmpi/status.h"
#include "libmpi/test/fake_library.h"
#include "libmpi/type/external.h"
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static int cases;

#define CHECK(condition) check(condition, #condition, __LINE__)
#define FAILS(call, expected) \
    (fake_library.class = 0, (call) == (expected) && fake_library.class == (expected))

static void check(bool holds, const char *text, int line)
{
    cases++;
    if (holds)
        return;
    printf("calls_test.c:%d: %s (last error: %s)\n", line, text, fake_library.message);
    exit(1);
}

static void check_predefined(void)
{
    int size, length, known = 0;
    MPI_Aint lb, extent;
    char name[MPI_MAX_OBJECT_NAME];

    for (uintptr_t i = 0; i < 0x100; i++) {
        const struct mpii_type *type = mpii_types_predefined[i];

        if (!type)
            continue;
        known++;
        CHECK((uintptr_t)type->handle == 0x200 + i && type->committed && type->map && type->plan);
        CHECK(type->element == type && type->basic != MPII_BASIC_MIXED);
        CHECK(type->map->size == type->size && type->plan->size == type->size);
        CHECK(FAILS(MPI_Type_free(&(MPI_Datatype){type->handle}), MPI_ERR_TYPE));
    }
    CHECK(known == 70);
    CHECK(MPI_Type_size(MPI_LONG_DOUBLE_INT, &size) == MPI_SUCCESS && size == 20);
    CHECK(MPI_Type_get_extent(MPI_LONG_DOUBLE_INT, &lb, &extent) == MPI_SUCCESS && extent == 32);
    CHECK(MPI_Type_get_true_extent(MPI_DOUBLE_INT, &lb, &extent) == MPI_SUCCESS && extent == 12);
    CHECK(MPI_Type_get_name(MPI_2DOUBLE_PRECISION, name, &length) == MPI_SUCCESS);
    CHECK(strcmp(name, "MPI_2DOUBLE_PRECISION") == 0 && length == 21);
    CHECK(MPI_Type_get_name(MPI_DATATYPE_NULL, name, &length) == MPI_SUCCESS);
    CHECK(strcmp(name, "MPI_DATATYPE_NULL") == 0);
    CHECK(MPI_Type_set_name(MPI_INT, "whole") == MPI_SUCCESS);
    CHECK(MPI_Type_set_name(MPI_INT, "MPI_INT") == MPI_SUCCESS);
    CHECK(MPI_Type_get_name(MPI_INT, name, &length) == MPI_SUCCESS && strcmp(name, "MPI_INT") == 0);
    free(mpii_type(MPI_INT)->object.name);
    mpii_type(MPI_INT)->object.name_owned = false;
    mpii_type(MPI_INT)->object.name = NULL;
}

static void check_contents(void)
{
    int lengths[] = {1, 2}, integers[8], ni, na, nd, combiner;
    MPI_Aint at[] = {0, 16}, addresses[4];
    MPI_Count counts[9], n[4], sizes[] = {4, 5}, subsizes[] = {2, 3}, starts[] = {1, 1};
    MPI_Datatype types[2] = {MPI_INT, MPI_DATATYPE_NULL}, type, got[2], dup;

    CHECK(MPI_Type_vector(3, 2, 4, MPI_DOUBLE, &types[1]) == MPI_SUCCESS);
    CHECK(MPI_Type_create_struct(2, lengths, at, types, &type) == MPI_SUCCESS);
    CHECK(MPI_Type_get_envelope(type, &ni, &na, &nd, &combiner) == MPI_SUCCESS);
    CHECK(ni == 3 && na == 2 && nd == 2 && combiner == MPI_COMBINER_STRUCT);
    CHECK(FAILS(MPI_Type_get_contents(type, 2, 2, 2, integers, addresses, got), MPI_ERR_ARG));
    CHECK(MPI_Type_get_contents(type, 3, 2, 2, integers, addresses, got) == MPI_SUCCESS);
    CHECK(integers[0] == 2 && integers[2] == 2 && addresses[1] == 16);
    CHECK(got[0] == MPI_INT && got[1] == types[1]);
    CHECK(MPI_Type_free(&types[1]) == MPI_SUCCESS && types[1] == MPI_DATATYPE_NULL);
    CHECK(MPI_Type_free(&type) == MPI_SUCCESS && fake_library.objects == 1);
    CHECK(MPI_Type_get_contents(got[1], 3, 0, 1, integers, NULL, types) == MPI_SUCCESS);
    CHECK(integers[0] == 3 && integers[1] == 2 && integers[2] == 4 && types[0] == MPI_DOUBLE);
    CHECK(MPI_Type_dup(got[1], &dup) == MPI_SUCCESS && MPI_Type_free(&got[1]) == MPI_SUCCESS);
    CHECK(fake_library.objects == 2 && MPI_Type_free(&dup) == MPI_SUCCESS);
    CHECK(fake_library.objects == 0);

    CHECK(MPI_Type_create_subarray_c(2, sizes, subsizes, starts, MPI_ORDER_C, MPI_INT, &type) ==
          MPI_SUCCESS);
    CHECK(FAILS(MPI_Type_get_envelope(type, &ni, &na, &nd, &combiner), MPI_ERR_TYPE));
    CHECK(MPI_Type_get_envelope_c(type, &n[0], &n[1], &n[2], &n[3], &combiner) == MPI_SUCCESS);
    CHECK(n[0] == 2 && n[1] == 0 && n[2] == 6 && n[3] == 1 && combiner == MPI_COMBINER_SUBARRAY);
    CHECK(MPI_Type_get_contents_c(type, 2, 0, 6, 1, integers, NULL, counts, got) == MPI_SUCCESS);
    CHECK(integers[0] == 2 && integers[1] == MPI_ORDER_C && counts[1] == 5 && counts[5] == 1);
    CHECK(MPI_Type_free(&type) == MPI_SUCCESS && fake_library.objects == 0);
    CHECK(MPI_Type_get_envelope(MPI_INT, &ni, &na, &nd, &combiner) == MPI_SUCCESS);
    CHECK(ni == 0 && na == 0 && nd == 0 && combiner == MPI_COMBINER_NAMED);
    CHECK(FAILS(MPI_Type_get_contents(MPI_INT, 0, 0, 0, NULL, NULL, NULL), MPI_ERR_TYPE));
}

static void check_fortran(void)
{
    MPI_Datatype a, b;
    int ni, na, nd, combiner, integers[2], size;

    CHECK(MPI_Type_create_f90_real(10, MPI_UNDEFINED, &a) == MPI_SUCCESS);
    CHECK(MPI_Type_create_f90_real(10, MPI_UNDEFINED, &b) == MPI_SUCCESS && a == b);
    CHECK(MPI_Type_create_f90_real(10, 5, &b) == MPI_SUCCESS && a != b);
    CHECK(MPI_Type_size(a, &size) == MPI_SUCCESS && size == 8);
    CHECK(MPI_Type_get_envelope(a, &ni, &na, &nd, &combiner) == MPI_SUCCESS);
    CHECK(ni == 2 && na == 0 && nd == 0 && combiner == MPI_COMBINER_F90_REAL);
    CHECK(MPI_Type_get_contents(a, 2, 0, 0, integers, NULL, NULL) == MPI_SUCCESS);
    CHECK(integers[0] == 10 && integers[1] == MPI_UNDEFINED);
    CHECK(FAILS(MPI_Type_free(&a), MPI_ERR_TYPE));
    CHECK(FAILS(MPI_Type_create_f90_real(100, 5, &b), MPI_ERR_ARG));
    CHECK(MPI_Type_create_f90_complex(6, 37, &a) == MPI_SUCCESS);
    CHECK(MPI_Type_size(a, &size) == MPI_SUCCESS && size == 8);
    CHECK(MPI_Type_create_f90_integer(12, &a) == MPI_SUCCESS);
    CHECK(MPI_Type_size(a, &size) == MPI_SUCCESS && size == 8);
    CHECK(FAILS(MPI_Type_create_f90_integer(39, &a), MPI_ERR_ARG));
    CHECK(MPI_Type_match_size(MPI_TYPECLASS_COMPLEX, 16, &a) == MPI_SUCCESS);
    CHECK(a == MPI_COMPLEX16);
    CHECK(FAILS(MPI_Type_match_size(MPI_TYPECLASS_REAL, 5, &a), MPI_ERR_ARG));
    CHECK(MPI_Type_get_value_index(MPI_DOUBLE, MPI_INT, &a) == MPI_SUCCESS && a == MPI_DOUBLE_INT);
    CHECK(MPI_Type_get_value_index(MPI_INT, MPI_DOUBLE, &a) == MPI_SUCCESS);
    CHECK(a == MPI_DATATYPE_NULL);
}

static void check_refusals(void)
{
    MPI_Datatype type, wild = (MPI_Datatype)(uintptr_t)0x2ff, null = MPI_DATATYPE_NULL;
    int one = 1, minus = -1, zero = 0, two = 2, position, data = 0, size;
    char packed[8];

    CHECK(FAILS(MPI_Type_contiguous(-1, MPI_INT, &type), MPI_ERR_COUNT));
    CHECK(FAILS(MPI_Type_contiguous(1, wild, &type), MPI_ERR_TYPE));
    CHECK(FAILS(MPI_Type_contiguous(1, MPI_INT, NULL), MPI_ERR_ARG));
    CHECK(FAILS(MPI_Type_vector(1, -1, 1, MPI_INT, &type), MPI_ERR_ARG));
    CHECK(FAILS(MPI_Type_indexed(1, &minus, &one, MPI_INT, &type), MPI_ERR_ARG));
    CHECK(FAILS(MPI_Type_indexed(1, &one, NULL, MPI_INT, &type), MPI_ERR_ARG));
    CHECK(FAILS(MPI_Type_create_struct(1, &one, &(MPI_Aint){0}, &null, &type), MPI_ERR_TYPE));
    CHECK(strstr(fake_library.message, "array_of_types[0] is MPI_DATATYPE_NULL"));
    CHECK(FAILS(MPI_Type_create_subarray(1, &one, &one, &one, MPI_ORDER_C, MPI_INT, &type),
                MPI_ERR_ARG));
    CHECK(FAILS(MPI_Type_create_subarray(1, &one, &two, &zero, MPI_ORDER_C, MPI_INT, &type),
                MPI_ERR_ARG));
    CHECK(FAILS(MPI_Type_create_subarray(1, &one, &one, &zero, 7, MPI_INT, &type), MPI_ERR_ARG));
    CHECK(FAILS(MPI_Type_create_subarray(0, &one, &one, &zero, MPI_ORDER_C, MPI_INT, &type),
                MPI_ERR_ARG));
    CHECK(FAILS(MPI_Type_free(&null), MPI_ERR_TYPE));
    CHECK(FAILS(MPI_Type_commit(&null), MPI_ERR_TYPE));
    CHECK(MPI_Type_contiguous(2, MPI_INT, &type) == MPI_SUCCESS);
    position = 0;
    CHECK(FAILS(MPI_Pack(&data, 1, type, packed, 8, &position, MPI_COMM_SELF), MPI_ERR_TYPE));
    CHECK(MPI_Type_free(&type) == MPI_SUCCESS);
    CHECK(FAILS(MPI_Pack(&data, 1, MPI_INT, packed, 3, &position, MPI_COMM_SELF), MPI_ERR_TRUNCATE));
    CHECK(FAILS(MPI_Pack(&data, -1, MPI_INT, packed, 8, &position, MPI_COMM_SELF), MPI_ERR_COUNT));
    CHECK(FAILS(MPI_Pack(&data, 1, MPI_INT, packed, 8, &position, MPI_COMM_NULL), MPI_ERR_COMM));
    CHECK(FAILS(MPI_Pack(NULL, 1, MPI_INT, packed, 8, &position, MPI_COMM_SELF), MPI_ERR_BUFFER));
    CHECK(MPI_Pack(&data, 2, MPI_SHORT, packed, 8, &position, MPI_COMM_SELF) == MPI_SUCCESS);
    CHECK(position == 4);
    CHECK(FAILS(MPI_Unpack(packed, 7, &position, &data, 1, MPI_INT, MPI_COMM_SELF), MPI_ERR_TRUNCATE));
    CHECK(MPI_Pack_size(INT_MAX, MPI_INT, MPI_COMM_SELF, &size) == MPI_SUCCESS);
    CHECK(size == MPI_UNDEFINED);
}

// No memory is touched, only numbers are large.
static void check_large(void)
{
    MPI_Count size, lb, extent;
    MPI_Datatype type, type2;
    int small;
    MPI_Count count;
    MPI_Status status;

    CHECK(MPI_Type_vector_c((MPI_Count)1 << 40, 1 << 10, 1 << 11, MPI_DOUBLE, &type) == MPI_SUCCESS);
    CHECK(MPI_Type_size_c(type, &size) == MPI_SUCCESS && size == (MPI_Count)1 << 53);
    CHECK(MPI_Type_size(type, &small) == MPI_SUCCESS && small == MPI_UNDEFINED);
    CHECK(MPI_Type_get_extent_c(type, &lb, &extent) == MPI_SUCCESS);
    CHECK(extent == ((MPI_Count)1 << 54) - ((MPI_Count)1 << 13));
    CHECK(MPI_Type_commit(&type) == MPI_SUCCESS && mpii_type(type)->plan->parts == 1);
    CHECK(FAILS(MPI_Type_contiguous(1 << 10, type, &type2), MPI_ERR_VALUE_TOO_LARGE));
    CHECK(FAILS(MPI_Type_create_hvector_c(3, 1, INT64_MAX, MPI_INT, &type2), MPI_ERR_VALUE_TOO_LARGE));
    mpii_status_bytes_set(&status, (MPI_Count)1 << 50);
    CHECK(MPI_Get_count(&status, MPI_BYTE, &small) == MPI_SUCCESS && small == MPI_UNDEFINED);
    CHECK(MPI_Get_count_c(&status, MPI_INT, &count) == MPI_SUCCESS && count == (MPI_Count)1 << 48);
    CHECK(MPI_Type_free(&type) == MPI_SUCCESS);
}

// A million types, each made of the one before: nothing recurs as deep.
static void check_chain(void)
{
    MPI_Datatype type = MPI_INT, next;
    int lengths[] = {1, 1};
    MPI_Aint at[] = {0, 8};
    MPI_Datatype types[] = {MPI_DATATYPE_NULL, MPI_CHAR};
    char *buffer, *packed;

    for (int i = 0; i < 1000000; i++) {
        CHECK(MPI_Type_contiguous(1, type, &next) == MPI_SUCCESS);
        if (i > 0)
            MPI_Type_free(&type);
        type = next;
    }
    CHECK(MPI_Type_commit(&type) == MPI_SUCCESS && mpii_type(type)->dense);
    CHECK(MPI_Type_free(&type) == MPI_SUCCESS && fake_library.objects == 0);
    type = MPI_INT;
    for (int i = 0; i < 500; i++) { // and its map grows by two bytes in each step
        types[0] = type;
        at[1] = 8 * (i + 1);
        CHECK(MPI_Type_create_struct(2, lengths, at, types, &next) == MPI_SUCCESS);
        if (i > 0)
            MPI_Type_free(&type);
        type = next;
    }
    CHECK(MPI_Type_commit(&type) == MPI_SUCCESS && mpii_type(type)->plan->depth <= MPII_MAP_DEPTH);
    buffer = malloc(8 * 501);
    packed = malloc(504);
    for (int i = 0; i < 8 * 501; i++)
        buffer[i] = (char)(i / 8);
    mpii_type_pack(packed, buffer, 1, mpii_type(type), 0, 504);
    for (int i = 4; i < 504; i++)
        CHECK(packed[i] == (char)(i - 3));
    free(buffer);
    free(packed);
    CHECK(MPI_Type_free(&type) == MPI_SUCCESS && fake_library.objects == 0);
}

// The `bytes` of `value` in external32 are as written, and come back the same.
static void check_value(MPI_Datatype type, const void *value, size_t bytes, const char *external)
{
    unsigned char packed[32], back[32] = {0};
    char text[65] = "";
    MPI_Count size;

    CHECK(mpii_external_size(mpii_type(type), 1, &size) && (size_t)size == strlen(external) / 2);
    CHECK(mpii_external_pack(packed, value, 1, mpii_type(type)));
    for (MPI_Count i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", packed[i]);
    CHECK(strcmp(text, external) == 0);
    CHECK(mpii_external_unpack(back, 1, mpii_type(type), packed));
    CHECK(memcmp(back, value, bytes) == 0);
}

// long double has 49 bits less: they are rounded to nearest, ties to even.
static void check_rounding(void)
{
    static const struct {
        unsigned char quad[16];
        long double value;
    } roundings[] = {{{0x3f, 0xff, [9] = 1, [15] = 1}, 1.0L + LDBL_EPSILON},
                     {{0x3f, 0xff, [9] = 1}, 1.0L},
                     {{0x3f, 0xff, [9] = 3}, 1.0L + 2 * LDBL_EPSILON},
                     {{0x3f, 0xff, [10] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 1.0L}};
    unsigned char quad[16];
    long double result;

    for (size_t i = 0; i < sizeof roundings / sizeof *roundings; i++) {
        CHECK(mpii_external_unpack(&result, 1, mpii_type(MPI_LONG_DOUBLE), roundings[i].quad));
        CHECK(result == roundings[i].value);
    }
    memset(quad, 0xff, sizeof quad);
    quad[1] = 0xfe; // the least of all rounds to minus infinity
    CHECK(mpii_external_unpack(&result, 1, mpii_type(MPI_LONG_DOUBLE), quad) && isinf(result));
    memset(quad, 0, sizeof quad);
    quad[0] = 0x7f, quad[1] = 0xff, quad[15] = 1; // not a number: nor afterwards
    CHECK(mpii_external_unpack(&result, 1, mpii_type(MPI_LONG_DOUBLE), quad) && isnan(result));
}

static void check_external(void)
{
    static const struct {
        long double value;
        const char *external;
    } extended[] = {{1.0L, "3fff0000000000000000000000000000"},
                    {-2.5L, "c0004000000000000000000000000000"},
                    {0.0L, "00000000000000000000000000000000"},
                    {LDBL_MAX, "7ffefffffffffffffffe000000000000"},
                    {LDBL_TRUE_MIN, "00000000000000000002000000000000"},
                    {INFINITY, "7fff0000000000000000000000000000"}};
    long too_long = 1L << 31;
    struct {
        double value;
        int index;
    } pair = {1.5, -2};
    char packed[12];
    MPI_Aint position = 0, size;

    check_value(MPI_INT, &(int){0x01020304}, 4, "01020304");
    check_value(MPI_LONG, &(long){-3}, 8, "fffffffd");
    check_value(MPI_UNSIGNED_LONG, &(unsigned long){0xfffffffd}, 8, "fffffffd");
    check_value(MPI_WCHAR, &(wchar_t){0x20ac}, 4, "20ac");
    check_value(MPI_DOUBLE, &(double){1.0}, 8, "3ff0000000000000");
    check_value(MPI_C_FLOAT_COMPLEX, (float[]){1, -2}, 8, "3f800000c0000000");
    for (size_t i = 0; i < sizeof extended / sizeof *extended; i++)
        check_value(MPI_LONG_DOUBLE, &extended[i].value, 10, extended[i].external);
    CHECK(FAILS(MPI_Pack_external("external32", &too_long, 1, MPI_LONG, packed, 12, &position),
                MPI_ERR_CONVERSION));
    CHECK(MPI_Pack_external_size("external32", 1, MPI_DOUBLE_INT, &size) == MPI_SUCCESS);
    CHECK(size == 12);
    CHECK(MPI_Pack_external("external32", &pair, 1, MPI_DOUBLE_INT, packed, 12, &position) ==
          MPI_SUCCESS);
    CHECK(position == 12 && packed[0] == 0x3f && packed[11] == (char)0xfe);
    CHECK(FAILS(MPI_Pack_external("native", &pair, 1, MPI_INT, packed, 12, &position),
                MPI_ERR_UNSUPPORTED_DATAREP));
}

int main(void)
{
    check_predefined();
    check_contents();
    check_fortran();
    fake_library.objects = 0; // those are for ever
    check_refusals();
    check_large();
    check_chain();
    check_external();
    check_rounding();
    CHECK(fake_library.objects == 0);
    printf("done %d\n", cases);
    return 0;
}
