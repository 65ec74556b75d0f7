// SPDX-License-Identifier: BSD-2-Clause
// move.c: moves typed data between a buffer and its packed form, or another buffer.
//
// Both directions follow the plan in the same order, so one function does both. It starts anywhere: the
// part is found by bisection, the copy of a loop by division. Addresses are computed as integers, for
// displacements from MPI_BOTTOM are addresses themselves.
#include "libmpi/type/map.h"
#include <string.h>

#define CHUNK_BYTES \
    4096 // of the temporary of mpii_type_copy: on the stack, and in the first-level cache

struct mover {
    char *packed; // the next byte
    bool unpacks;
};

static MPI_Count smaller(MPI_Count a, MPI_Count b)
{
    return a < b ? a : b;
}

// Loops of their own, for memcpy of a constant size is a load and a store.
static void blocks_copy(char *to, MPI_Count to_stride, const char *from, MPI_Count from_stride,
                        MPI_Count count, MPI_Count bytes)
{
#define LOOP(constant) \
    for (; count > 0; count--, to += to_stride, from += from_stride) \
    memcpy(to, from, (size_t)(constant))

    switch (bytes) {
    case 1:
        LOOP(1);
        break;
    case 2:
        LOOP(2);
        break;
    case 4:
        LOOP(4);
        break;
    case 8:
        LOOP(8);
        break;
    case 12:
        LOOP(12);
        break;
    case 16:
        LOOP(16);
        break;
    case 24:
        LOOP(24);
        break;
    case 32:
        LOOP(32);
        break;
    default:
        LOOP(bytes);
    }
#undef LOOP
}

static inline void blocks_move(struct mover *mover, uintptr_t memory, MPI_Count stride,
                               MPI_Count count, MPI_Count bytes)
{
    if (mover->unpacks)
        blocks_copy((char *)memory, stride, mover->packed, bytes, count, bytes);
    else
        blocks_copy(mover->packed, bytes, (const char *)memory, stride, count, bytes);
    mover->packed += count * bytes;
}

// The bytes [skip, skip + bytes) of a loop of runs.
static void runs_move(struct mover *mover, uintptr_t memory, const struct mpii_part *part,
                      MPI_Count skip, MPI_Count bytes)
{
    MPI_Count whole, head;

    if (part->count == 1) {
        blocks_move(mover, memory + (uintptr_t)skip, 0, 1, bytes);
        return;
    }
    if (skip > 0) {
        memory += (uintptr_t)(skip / part->bytes * part->stride);
        skip %= part->bytes;
        head = smaller(part->bytes - skip, bytes);
        blocks_move(mover, memory + (uintptr_t)skip, 0, 1, head);
        memory += (uintptr_t)part->stride;
        bytes -= head;
    }
    whole = bytes / part->bytes;
    blocks_move(mover, memory, part->stride, whole, part->bytes);
    memory += (uintptr_t)(whole * part->stride);
    bytes -= whole * part->bytes;
    if (bytes > 0)
        blocks_move(mover, memory, 0, 1, bytes);
}

static void map_move(struct mover *mover, uintptr_t memory, const struct mpii_map *map,
                     MPI_Count skip, MPI_Count bytes);

// The bytes [skip, skip + bytes) of a part.
static void part_move(struct mover *mover, uintptr_t memory, const struct mpii_part *part,
                      MPI_Count skip, MPI_Count bytes)
{
    MPI_Count now;

    memory += (uintptr_t)part->offset;
    if (!part->map) {
        runs_move(mover, memory, part, skip, bytes);
        return;
    }
    if (skip > 0) {
        memory += (uintptr_t)(skip / part->bytes * part->stride);
        skip %= part->bytes;
    }
    for (; bytes > 0; bytes -= now) {
        now = smaller(part->bytes - skip, bytes);
        map_move(mover, memory, part->map, skip, now);
        memory += (uintptr_t)part->stride;
        skip = 0;
    }
}

// The bytes [skip, skip + bytes) of a map. Its depth is bounded: see map.h.
static void map_move(struct mover *mover, uintptr_t memory, const struct mpii_map *map,
                     MPI_Count skip, MPI_Count bytes)
{
    const struct mpii_part *part = skip > 0 ? mpii_map_find(map, skip) : map->part;

    for (skip -= part->at; bytes > 0; part++) {
        MPI_Count now = smaller(part->count * part->bytes - skip, bytes);

        part_move(mover, memory, part, skip, now);
        bytes -= now;
        skip = 0;
    }
}

// The elements of a buffer are copies, an extent apart, of what the plan describes.
static void type_move(struct mover *mover, uintptr_t memory, MPI_Count count,
                      const struct mpii_type *type, MPI_Count skip, MPI_Count bytes)
{
    const struct mpii_map *plan = type->plan;
    struct mpii_part all = {.count = count, .stride = type->extent, .bytes = type->size};

    if (bytes == 0)
        return;
    if (plan->parts == 1 && plan->part->count == 1 && !plan->part->map)
        all.offset = plan->part->offset; // runs
    else
        all.map = (struct mpii_map *)plan;
    part_move(mover, memory, &all, skip, bytes);
}

void mpii_type_pack(void *to, const void *buf, MPI_Count count, const struct mpii_type *type,
                    MPI_Count skip, size_t bytes)
{
    struct mover mover = {.packed = to};

    if (type->dense && bytes > 0)
        memcpy(to, (const char *)buf + skip, bytes);
    else
        type_move(&mover, (uintptr_t)buf, count, type, skip, (MPI_Count)bytes);
}

void mpii_type_unpack(void *buf, MPI_Count count, const struct mpii_type *type, const void *from,
                      MPI_Count skip, size_t bytes)
{
    struct mover mover = {.packed = (char *)from, .unpacks = true};

    if (type->dense && bytes > 0)
        memcpy((char *)buf + skip, from, bytes);
    else
        type_move(&mover, (uintptr_t)buf, count, type, skip, (MPI_Count)bytes);
}

void mpii_type_copy(void *to, MPI_Count to_count, const struct mpii_type *to_type, const void *from,
                    MPI_Count from_count, const struct mpii_type *from_type, MPI_Count bytes)
{
    char chunk[CHUNK_BYTES];
    MPI_Count now;

    if (to_type->dense) {
        mpii_type_pack(to, from, from_count, from_type, 0, (size_t)bytes);
        return;
    }
    if (from_type->dense) {
        mpii_type_unpack(to, to_count, to_type, from, 0, (size_t)bytes);
        return;
    }
    for (MPI_Count done = 0; done < bytes; done += now) {
        now = smaller(CHUNK_BYTES, bytes - done);
        mpii_type_pack(chunk, from, from_count, from_type, done, (size_t)now);
        mpii_type_unpack(to, to_count, to_type, chunk, done, (size_t)now);
    }
}
