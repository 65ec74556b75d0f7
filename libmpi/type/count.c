// SPDX-License-Identifier: BSD-2-Clause
// count.c: elements in a number of bytes, and back (MPI 4.1, 3.2.5, 5.1.11).
#include "libmpi/type/count.h"

MPI_Count mpii_type_count(const struct mpii_type *type, MPI_Count bytes)
{
    if (type->size == 0)
        return bytes == 0 ? 0 : MPI_UNDEFINED;
    return bytes % type->size == 0 ? bytes / type->size : MPI_UNDEFINED;
}

// Basic elements in one copy of a part.
static MPI_Count copy_elements(const struct mpii_part *part)
{
    return part->map ? part->map->elements : part->bytes / part->type->size;
}

// Basic elements in the first `bytes` of a map's data, bytes < map->size. From the top down, one
// level of the map at a time: what is before the place where the data end counts as a whole.
static MPI_Count map_elements(const struct mpii_map *map, MPI_Count bytes)
{
    MPI_Count elements = 0;

    while (bytes > 0) {
        const struct mpii_part *part = mpii_map_find(map, bytes);

        for (const struct mpii_part *p = map->part; p < part; p++)
            elements += p->count * copy_elements(p);
        bytes -= part->at;
        elements += bytes / part->bytes * copy_elements(part);
        bytes %= part->bytes;
        if (!part->map)
            return bytes % part->type->size == 0 ? elements + bytes / part->type->size
                                                 : MPI_UNDEFINED;
        map = part->map;
    }
    return elements;
}

MPI_Count mpii_type_elements(const struct mpii_type *type, MPI_Count bytes)
{
    MPI_Count rest;

    if (type->size == 0)
        return bytes == 0 ? 0 : MPI_UNDEFINED;
    rest = map_elements(type->map, bytes % type->size);
    return rest == MPI_UNDEFINED ? rest : bytes / type->size * type->map->elements + rest;
}

MPI_Count mpii_type_elements_bytes(const struct mpii_type *type, MPI_Count elements)
{
    const struct mpii_map *map = type->map;
    MPI_Count bytes;

    if (!map)
        return elements == 0 ? 0 : -1;
    if (__builtin_mul_overflow(elements / map->elements, type->size, &bytes) ||
        bytes > INT64_MAX - type->size)
        return -1;
    elements %= map->elements;
    while (elements > 0) { // fewer than the map has: they end within one of its parts
        const struct mpii_part *part = map->part;

        for (; elements >= part->count * copy_elements(part); part++) {
            elements -= part->count * copy_elements(part);
            bytes += part->count * part->bytes;
        }
        bytes += elements / copy_elements(part) * part->bytes;
        elements %= copy_elements(part);
        if (!part->map)
            return bytes + elements * part->type->size;
        map = part->map;
    }
    return bytes;
}
