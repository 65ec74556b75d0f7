// SPDX-License-Identifier: BSD-2-Clause
// signature.c: see signature.h.
//
// The hash of t1 t2 ... tn is t1 * B^(n-1) + ... + tn modulo 2^64. So that of a sequence follows from those
// of its parts and their lengths, and that of n copies takes log n steps: no loop over elements.
#include "libmpi/coll/signature.h"
#include "libmpi/type/map.h"

#define BASE 0x9e3779b97f4a7c15u // odd, with bits in all places

static uint64_t power(uint64_t exponent)
{
    uint64_t result = 1, square = BASE;

    for (; exponent; exponent >>= 1) {
        if (exponent & 1)
            result *= square;
        square *= square;
    }
    return result;
}

static struct mpii_signature join(struct mpii_signature a, struct mpii_signature b)
{
    return (struct mpii_signature){.bytes = a.bytes + b.bytes,
                                   .elements = a.elements + b.elements,
                                   .hash = a.hash * power(b.elements) + b.hash,
                                   .packed = a.packed || b.packed};
}

static struct mpii_signature repeat(struct mpii_signature one, uint64_t count)
{
    struct mpii_signature result = {.bytes = 0};

    for (; count; count >>= 1) {
        if (count & 1)
            result = join(result, one);
        one = join(one, one);
    }
    return result;
}

// The same for types that hold the same, such as MPI_INT and MPI_INT32_T. A pair is one element here.
static struct mpii_signature basic(const struct mpii_type *type)
{
    uint64_t code =
        type->basic == MPII_BASIC_PAIR ? 0x1000 + (uint64_t)(uintptr_t)type->handle : type->basic;

    return (struct mpii_signature){.bytes = type->size,
                                   .elements = 1,
                                   .hash = (code + 1) * (uint64_t)(type->size + 1),
                                   .packed = type->handle == MPI_PACKED};
}

static struct mpii_signature of_map(const struct mpii_map *map)
{
    struct mpii_signature all = {.bytes = 0};

    for (MPI_Count i = 0; i < map->parts; i++) {
        const struct mpii_part *part = &map->part[i];
        struct mpii_signature one =
            part->map ? of_map(part->map)
                      : repeat(basic(part->type), (uint64_t)(part->bytes / part->type->size));

        all = join(all, repeat(one, (uint64_t)part->count));
    }
    return all;
}

struct mpii_signature mpii_signature_of(const struct mpii_type *type, MPI_Count count)
{
    struct mpii_signature one = {.bytes = 0};

    if (type->object.predefined && type->size)
        one = basic(type);
    else if (type->map)
        one = of_map(type->map);
    return repeat(one, (uint64_t)count);
}

bool mpii_signature_same_types(const struct mpii_signature *a, const struct mpii_signature *b)
{
    if (a->packed || b->packed || a->bytes != b->bytes)
        return true;
    return a->elements == b->elements && a->hash == b->hash;
}
