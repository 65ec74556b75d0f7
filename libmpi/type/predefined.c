// SPDX-License-Identifier: BSD-2-Clause
// predefined.c: the named datatypes (MPI 4.1, 3.2.2, 5.1.11 and 6.9.4; values: MPI 5.0, 20.3).
//
// Data only: whoever looks up a handle links it, and nothing else with it. Fortran's kinds are
// those of the usual compilers on x86-64: default INTEGER, REAL and LOGICAL have 4 bytes.
#include "libmpi/type/map.h"
#include <complex.h>
#include <stddef.h>
#include <wchar.h>

typedef float _Complex float_complex;
typedef double _Complex double_complex;
typedef long double _Complex long_double_complex;
typedef struct {
    _Alignas(2) char bytes[2];
} real2;
typedef struct {
    _Alignas(2) char bytes[4];
} complex4;
typedef __int128 int128;
typedef __float128 real16;
typedef struct {
    real16 part[2];
} complex32;

// value - 0x200, name, what C calls it, enum mpii_basic
#define BASIC_TYPES(X) \
    X(0x01, AINT, MPI_Aint, I64) \
    X(0x02, COUNT, MPI_Count, I64) \
    X(0x03, OFFSET, MPI_Offset, I64) \
    X(0x07, PACKED, char, BYTES) \
    X(0x08, SHORT, short, I16) \
    X(0x09, INT, int, I32) \
    X(0x0a, LONG, long, I64) \
    X(0x0b, LONG_LONG_INT, long long, I64) \
    X(0x0c, UNSIGNED_SHORT, short, U16) \
    X(0x0d, UNSIGNED, int, U32) \
    X(0x0e, UNSIGNED_LONG, long, U64) \
    X(0x0f, UNSIGNED_LONG_LONG, long long, U64) \
    X(0x10, FLOAT, float, F32) \
    X(0x12, C_COMPLEX, float_complex, C32) \
    X(0x13, CXX_FLOAT_COMPLEX, float_complex, C32) \
    X(0x14, DOUBLE, double, F64) \
    X(0x16, C_DOUBLE_COMPLEX, double_complex, C64) \
    X(0x17, CXX_DOUBLE_COMPLEX, double_complex, C64) \
    X(0x18, LOGICAL, int, LOGICAL32) \
    X(0x19, INTEGER, int, I32) \
    X(0x1a, REAL, float, F32) \
    X(0x1b, COMPLEX, float_complex, C32) \
    X(0x1c, DOUBLE_PRECISION, double, F64) \
    X(0x1d, DOUBLE_COMPLEX, double_complex, C64) \
    X(0x1e, CHARACTER, char, CHAR) \
    X(0x20, LONG_DOUBLE, long double, F80) \
    X(0x24, C_LONG_DOUBLE_COMPLEX, long_double_complex, C80) \
    X(0x25, CXX_LONG_DOUBLE_COMPLEX, long_double_complex, C80) \
    X(0x38, C_BOOL, bool, BOOL8) \
    X(0x39, CXX_BOOL, bool, BOOL8) \
    X(0x3c, WCHAR, wchar_t, CHAR) \
    X(0x40, INT8_T, int8_t, I8) \
    X(0x41, UINT8_T, uint8_t, U8) \
    X(0x43, CHAR, char, CHAR) \
    X(0x44, SIGNED_CHAR, signed char, I8) \
    X(0x45, UNSIGNED_CHAR, unsigned char, U8) \
    X(0x47, BYTE, char, BYTES) \
    X(0x48, INT16_T, int16_t, I16) \
    X(0x49, UINT16_T, uint16_t, U16) \
    X(0x50, INT32_T, int32_t, I32) \
    X(0x51, UINT32_T, uint32_t, U32) \
    X(0x58, INT64_T, int64_t, I64) \
    X(0x59, UINT64_T, uint64_t, U64) \
    X(0xc0, LOGICAL1, int8_t, LOGICAL8) \
    X(0xc1, INTEGER1, int8_t, I8) \
    X(0xc8, LOGICAL2, int16_t, LOGICAL16) \
    X(0xc9, INTEGER2, int16_t, I16) \
    X(0xca, REAL2, real2, F16) \
    X(0xd0, LOGICAL4, int32_t, LOGICAL32) \
    X(0xd1, INTEGER4, int32_t, I32) \
    X(0xd2, REAL4, float, F32) \
    X(0xd3, COMPLEX4, complex4, C16) \
    X(0xd8, LOGICAL8, int64_t, LOGICAL64) \
    X(0xd9, INTEGER8, int64_t, I64) \
    X(0xda, REAL8, double, F64) \
    X(0xdb, COMPLEX8, float_complex, C32) \
    X(0xe0, LOGICAL16, int128, LOGICAL128) \
    X(0xe1, INTEGER16, int128, I128) \
    X(0xe2, REAL16, real16, F128) \
    X(0xe3, COMPLEX16, double_complex, C64) \
    X(0xeb, COMPLEX32, complex32, C128)

// value - 0x200, name, C type and name of the first member, of the second
#define PAIR_TYPES(X) \
    X(0x28, FLOAT_INT, float, FLOAT, int, INT) \
    X(0x29, DOUBLE_INT, double, DOUBLE, int, INT) \
    X(0x2a, LONG_INT, long, LONG, int, INT) \
    X(0x2b, 2INT, int, INT, int, INT) \
    X(0x2c, SHORT_INT, short, SHORT, int, INT) \
    X(0x2d, LONG_DOUBLE_INT, long double, LONG_DOUBLE, int, INT) \
    X(0x30, 2REAL, float, REAL, float, REAL) \
    X(0x31, 2DOUBLE_PRECISION, double, DOUBLE_PRECISION, double, DOUBLE_PRECISION) \
    X(0x32, 2INTEGER, int, INTEGER, int, INTEGER)

#define PAIR_NAME(code) pair_##code // the struct that the type is in C
#define DECLARE(code, name, c1, t1, c2, t2) \
    typedef struct { \
        c1 first; \
        c2 second; \
    } PAIR_NAME(code);
PAIR_TYPES(DECLARE)
#undef DECLARE

enum type_index {
#define BASIC(code, name, c, basic) AT_##name,
#define PAIR(code, name, c1, t1, c2, t2) AT_##name,
    BASIC_TYPES(BASIC) PAIR_TYPES(PAIR)
#undef BASIC
#undef PAIR
        TYPES
};

static struct mpii_type types[TYPES];

// A basic type is a run of one. For a pair the plan is one run, if there is no gap within it, or
// two.
static struct mpii_part parts[][2] = {
#define BASIC(code, name, c, basic) \
    [AT_##name] = {{.count = 1, .bytes = sizeof(c), .type = &types[AT_##name]}},
#define PAIR(code, name, c1, t1, c2, t2) \
    [AT_##name] = {{.count = 1, .bytes = sizeof(c1), .type = &types[AT_##t1]}, \
                   {.offset = offsetof(PAIR_NAME(code), second), \
                    .count = 1, \
                    .bytes = sizeof(c2), \
                    .at = sizeof(c1), \
                    .type = &types[AT_##t2]}},
    BASIC_TYPES(BASIC) PAIR_TYPES(PAIR)
#undef BASIC
#undef PAIR
};

#define PAIR_HAS_GAP(code, c1) (offsetof(PAIR_NAME(code), second) > sizeof(c1))

static struct mpii_part pair_plan_parts[] = {
#define PAIR(code, name, c1, t1, c2, t2) \
    [AT_##name - AT_FLOAT_INT] = {.count = 1, .bytes = sizeof(c1) + sizeof(c2)},
    PAIR_TYPES(PAIR)
#undef PAIR
};

static struct mpii_map pair_plans[] = {
#define PAIR(code, name, c1, t1, c2, t2) \
    [AT_##name - AT_FLOAT_INT] = {.uses = 1, \
                                  .depth = 1, \
                                  .size = sizeof(c1) + sizeof(c2), \
                                  .parts = 1, \
                                  .part = &pair_plan_parts[AT_##name - AT_FLOAT_INT]},
    PAIR_TYPES(PAIR)
#undef PAIR
};

static struct mpii_map maps[TYPES] = {
#define BASIC(code, name, c, basic) \
    [AT_##name] = {.uses = 1, \
                   .depth = 1, \
                   .size = sizeof(c), \
                   .elements = 1, \
                   .type = &types[AT_##name], \
                   .plan = &maps[AT_##name], \
                   .parts = 1, \
                   .part = parts[AT_##name]},
#define PAIR(code, name, c1, t1, c2, t2) \
    [AT_##name] = {.uses = 1, \
                   .depth = 1, \
                   .size = sizeof(c1) + sizeof(c2), \
                   .elements = 2, \
                   .type = AT_##t1 == AT_##t2 ? &types[AT_##t1] : NULL, \
                   .plan = PAIR_HAS_GAP(code, c1) ? &maps[AT_##name] \
                                                  : &pair_plans[AT_##name - AT_FLOAT_INT], \
                   .parts = 2, \
                   .part = parts[AT_##name]},
    BASIC_TYPES(BASIC) PAIR_TYPES(PAIR)
#undef BASIC
#undef PAIR
};

#define OBJECT(text) \
    { \
        .head.magic = MPII_MAGIC | MPII_TYPE, .predefined = true, .uses = 1, .name = "MPI_" #text \
    }

static struct mpii_type types[TYPES] = {
#define BASIC(code, name, c, basic_) \
    [AT_##name] = {.object = OBJECT(name), \
                   .handle = MPI_##name, \
                   .size = sizeof(c), \
                   .extent = sizeof(c), \
                   .true_extent = sizeof(c), \
                   .committed = true, \
                   .dense = true, \
                   .align = _Alignof(c), \
                   .basic = MPII_BASIC_##basic_, \
                   .element = &types[AT_##name], \
                   .map = &maps[AT_##name], \
                   .plan = &maps[AT_##name]},
#define PAIR(code, name, c1, t1, c2, t2) \
    [AT_##name] = {.object = OBJECT(name), \
                   .handle = MPI_##name, \
                   .size = sizeof(c1) + sizeof(c2), \
                   .extent = sizeof(PAIR_NAME(code)), \
                   .true_extent = offsetof(PAIR_NAME(code), second) + sizeof(c2), \
                   .committed = true, \
                   .dense = sizeof(PAIR_NAME(code)) == sizeof(c1) + sizeof(c2), \
                   .align = _Alignof(PAIR_NAME(code)), \
                   .basic = MPII_BASIC_PAIR, \
                   .element = &types[AT_##name], \
                   .map = &maps[AT_##name], \
                   .plan = PAIR_HAS_GAP(code, c1) ? &maps[AT_##name] \
                                                  : &pair_plans[AT_##name - AT_FLOAT_INT]},
    BASIC_TYPES(BASIC) PAIR_TYPES(PAIR)
#undef BASIC
#undef PAIR
};

struct mpii_type *const mpii_types_predefined[0x100] = {
#define BASIC(code, name, c, basic) [code] = &types[AT_##name],
#define PAIR(code, name, c1, t1, c2, t2) [code] = &types[AT_##name],
    BASIC_TYPES(BASIC) PAIR_TYPES(PAIR)
#undef BASIC
#undef PAIR
};
