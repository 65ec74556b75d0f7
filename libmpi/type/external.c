// SPDX-License-Identifier: BSD-2-Clause
// external.c: see external.h.
//
// Most basic types only have their bytes reversed. The others: long is 4 bytes there and 8 here,
// wchar_t 2 and 4, and long double is the 16-byte IEEE format there and the x87's 10 bytes, in 16,
// here.
#include "libmpi/type/external.h"
#include <string.h>

// How an item becomes external: an element is one item, or two if complex.
enum conversion { REVERSE, NARROW_SIGNED, NARROW_UNSIGNED, EXTEND };

struct format {
    enum conversion conversion;
    uint8_t items, bytes, external_bytes; // of an item
};

static struct format format_of(const struct mpii_type *type)
{
    uint8_t size = (uint8_t)type->size;

    if (type->handle == MPI_LONG)
        return (struct format){NARROW_SIGNED, 1, 8, 4};
    if (type->handle == MPI_UNSIGNED_LONG)
        return (struct format){NARROW_UNSIGNED, 1, 8, 4};
    if (type->handle == MPI_WCHAR)
        return (struct format){NARROW_UNSIGNED, 1, 4, 2};
    switch (type->basic) {
    case MPII_BASIC_F80:
        return (struct format){EXTEND, 1, 16, 16};
    case MPII_BASIC_C80:
        return (struct format){EXTEND, 2, 16, 16};
    case MPII_BASIC_C16:
    case MPII_BASIC_C32:
    case MPII_BASIC_C64:
    case MPII_BASIC_C128:
        return (struct format){REVERSE, 2, size / 2, size / 2};
    default:
        return (struct format){REVERSE, 1, size, size};
    }
}

static void reverse(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = from[bytes - 1 - i];
}

// The x87's significand has its leading bit in the open and 63 behind it, the IEEE format hides it
// before 112: exponent and range are the same, so all that changes is the position (and never the
// value).
static void extended_pack(uint8_t *external, const uint8_t *native)
{
    uint64_t significand;
    uint16_t sign_exponent;
    unsigned __int128 value;

    memcpy(&significand, native, 8);
    memcpy(&sign_exponent, native + 8, 2);
    if ((sign_exponent & 0x7fff) == 0 && significand >> 63)
        sign_exponent++; // a pseudo-denormal: the smallest normal exponent
    value = (unsigned __int128)sign_exponent << 112 | (unsigned __int128)(significand << 1)
                                                          << (112 - 64);
    reverse(external, (const uint8_t *)&value, 16);
}

// Back, rounded to nearest, ties to even. A carry out of the fraction raises the exponent, as it
// should.
static void extended_unpack(uint8_t *native, const uint8_t *external)
{
    unsigned __int128 value;
    const unsigned __int128 one = 1, lost_mask = (one << 49) - 1, half = one << 48;
    unsigned __int128 lost;
    uint64_t significand;
    uint16_t sign_exponent;
    bool is_nan;

    reverse((uint8_t *)&value, external, 16);
    is_nan = (value >> 112 & 0x7fff) == 0x7fff && value << 16 != 0;
    lost = value & lost_mask;
    value >>= 49; // 63 bits of fraction, then exponent and sign
    if (is_nan)
        value |= one << 62; // quiet: and still one, if its payload was in what is lost
    else if (lost > half || (lost == half && (value & 1)))
        value++;
    sign_exponent = (uint16_t)(value >> 63);
    significand = (uint64_t)value & INT64_MAX;
    if ((sign_exponent & 0x7fff) != 0)
        significand |= (uint64_t)1 << 63;
    memset(native, 0, 16);
    memcpy(native, &significand, 8);
    memcpy(native + 8, &sign_exponent, 2);
}

// Does the little-endian `value` of `bytes` keep its value in the first `narrow` of them?
static bool is_narrow(const uint8_t *value, size_t bytes, size_t narrow, bool is_signed)
{
    uint8_t rest = is_signed && (value[narrow - 1] & 0x80) ? 0xff : 0;

    for (size_t i = narrow; i < bytes; i++)
        if (value[i] != rest)
            return false;
    return true;
}

static bool item_pack(uint8_t *external, const uint8_t *native, const struct format *format)
{
    if (format->conversion == EXTEND) {
        extended_pack(external, native);
        return true;
    }
    reverse(external, native, format->external_bytes);
    return format->conversion == REVERSE || is_narrow(native, format->bytes, format->external_bytes,
                                                      format->conversion == NARROW_SIGNED);
}

static void item_unpack(uint8_t *native, const uint8_t *external, const struct format *format)
{
    uint8_t rest;

    if (format->conversion == EXTEND) {
        extended_unpack(native, external);
        return;
    }
    rest = format->conversion == NARROW_SIGNED && (external[0] & 0x80) ? 0xff : 0;
    memset(native, rest, format->bytes);
    reverse(native, external, format->external_bytes);
}

struct converter {
    uint8_t *external; // the next item
    bool unpacks;
    bool in_range;
};

static void run_convert(struct converter *converter, uintptr_t memory, const struct mpii_type *type,
                        MPI_Count bytes)
{
    struct format format = format_of(type);
    uint8_t *native = (uint8_t *)memory;

    for (MPI_Count items = bytes / format.bytes; items > 0; items--) {
        if (converter->unpacks)
            item_unpack(native, converter->external, &format);
        else
            converter->in_range &= item_pack(converter->external, native, &format);
        native += format.bytes;
        converter->external += format.external_bytes;
    }
}

// Its depth is bounded: see map.h.
static void map_convert(struct converter *converter, uintptr_t memory, const struct mpii_map *map)
{
    for (const struct mpii_part *part = map->part; part < map->part + map->parts; part++)
        for (MPI_Count i = 0; i < part->count; i++) {
            uintptr_t copy = memory + (uintptr_t)part->offset + (uintptr_t)(i * part->stride);

            if (part->map)
                map_convert(converter, copy, part->map);
            else
                run_convert(converter, copy, part->type, part->bytes);
        }
}

bool mpii_external_pack(void *external, const void *buf, MPI_Count count, const struct mpii_type *type)
{
    struct converter converter = {.external = external, .in_range = true};

    for (MPI_Count i = 0; type->map && i < count; i++)
        map_convert(&converter, (uintptr_t)buf + (uintptr_t)(i * type->extent), type->map);
    return converter.in_range;
}

bool mpii_external_unpack(void *buf, MPI_Count count, const struct mpii_type *type,
                          const void *external)
{
    struct converter converter = {.external = (uint8_t *)external, .unpacks = true, .in_range = true};

    for (MPI_Count i = 0; type->map && i < count; i++)
        map_convert(&converter, (uintptr_t)buf + (uintptr_t)(i * type->extent), type->map);
    return converter.in_range;
}

// No type is longer there than here, so no product is larger than the map's size.
static MPI_Count map_size(const struct mpii_map *map)
{
    MPI_Count bytes = 0;

    for (const struct mpii_part *part = map->part; part < map->part + map->parts; part++) {
        if (part->map)
            bytes += part->count * map_size(part->map);
        else {
            struct format format = format_of(part->type);

            bytes += part->count * (part->bytes / format.bytes) * format.external_bytes;
        }
    }
    return bytes;
}

bool mpii_external_size(const struct mpii_type *type, MPI_Count count, MPI_Count *bytes)
{
    return !__builtin_mul_overflow(count, type->map ? map_size(type->map) : 0, bytes);
}
