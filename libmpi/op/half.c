// SPDX-License-Identifier: BSD-2-Clause
// half.c: IEEE binary16 and float (MPI_REAL2, MPI_COMPLEX4).
#include "libmpi/op/loops.h"
#include <string.h>

// binary16 has 1 sign bit, 5 of exponent with bias 15, 10 of fraction; float 1, 8 with 127, 23.
float mpii_half_get(uint16_t half)
{
    uint32_t sign = (uint32_t)(half >> 15) << 31, exponent = half >> 10 & 31, fraction = half & 1023;
    uint32_t bits;
    float value;

    if (exponent == 0) { // zero, or fraction * 2^-24
        value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    bits = sign | (exponent == 31 ? 255u : exponent - 15 + 127) << 23 | fraction << 13;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// Rounds to the nearest, ties to even.
uint16_t mpii_half_put(float value)
{
    uint32_t bits, sign, magnitude, shift, rest, half;

    memcpy(&bits, &value, sizeof bits);
    sign = bits >> 16 & 0x8000;
    magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) // not a number: keep it one
        return (uint16_t)(sign | 0x7e00);
    if (magnitude >= 0x47800000) // 2^16 and more
        return (uint16_t)(sign | 0x7c00);
    if (magnitude < 0x33000000) // less than 2^-25
        return (uint16_t)sign;
    if (magnitude < 0x38800000) { // below 2^-14: denormal, in units of 2^-24
        shift = 126 - (magnitude >> 23);
        magnitude = (magnitude & 0x7fffff) | 0x800000;
    } else {
        shift = 13;
        magnitude -= 112u << 23; // the bias
    }
    half = magnitude >> shift;
    rest = magnitude & ((1u << shift) - 1);
    if (rest > 1u << (shift - 1) || (rest == 1u << (shift - 1) && half & 1))
        half++; // may carry into the exponent, and into infinity: both are right
    return (uint16_t)(sign | half);
}
