// SPDX-License-Identifier: BSD-2-Clause
// move.c: moves typed data between a buffer and its packed form, or another buffer.
//
// Both directions follow the plan in the same order, so one function does both. It starts anywhere:
// the part is found by bisection, the copy of a loop by division. Addresses are computed as
// integers, for displacements from MPI_BOTTOM are addresses themselves.
#include "libmpi/type/map.h"
#include <string.h>

#define CHUNK_BYTES \
    4096 // of the temporary of mpii_type_copy: on the stack, and in the first-level cache

#define FEW_BLOCKS 2 // up to so many are not worth the choice of a loop

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

// One block. The short ones of irregular types are worth no call, nor a loop for each length.
static inline void block_copy(char *to, const char *from, MPI_Count bytes)
{
    uint64_t first[2], last[2];

    if (bytes == 8) {
        memcpy(to, from, 8);
    } else if (bytes == 4) {
        memcpy(to, from, 4);
    } else if (bytes > 8 && bytes <= 16) { // these may overlap: both are read before
        memcpy(first, from, 8);
        memcpy(last, from + bytes - 8, 8);
        memcpy(to, first, 8);
        memcpy(to + bytes - 8, last, 8);
    } else if (bytes > 16 && bytes <= 32) {
        memcpy(first, from, 16);
        memcpy(last, from + bytes - 16, 16);
        memcpy(to, first, 16);
        memcpy(to + bytes - 16, last, 16);
    } else if (bytes == 2) {
        memcpy(to, from, 2);
    } else if (bytes == 1) {
        *to = *from;
    } else {
        memcpy(to, from, (size_t)bytes);
    }
}

static void part_move_all(struct mover *mover, uintptr_t memory, const struct mpii_part *part);

// `copies` of a map, all of them. Few blocks are moved here, with all that changes in registers:
// the compiler cannot know that what they overwrite is not *mover. Hence also one loop for each
// direction.
static inline __attribute__((always_inline)) void
maps_move_all(struct mover *mover, uintptr_t memory, MPI_Count stride, MPI_Count copies,
              const struct mpii_map *map, bool unpacks)
{
    const struct mpii_part *end = map->part + map->parts;
    char *packed = mover->packed;

    for (; copies > 0; copies--, memory += (uintptr_t)stride)
        for (const struct mpii_part *part = map->part; part < end; part++) {
            uintptr_t block = memory + (uintptr_t)part->offset;
            MPI_Count count = part->count, bytes = part->bytes;

            if (part->map || count > FEW_BLOCKS) {
                mover->packed = packed;
                part_move_all(mover, memory, part);
                packed = mover->packed;
                continue;
            }
            for (; count > 0; count--, packed += bytes, block += (uintptr_t)part->stride)
                block_copy(unpacks ? (char *)block : packed, unpacks ? packed : (char *)block, bytes);
        }
    mover->packed = packed;
}

// All of a part. Its depth is bounded: see map.h.
static void part_move_all(struct mover *mover, uintptr_t memory, const struct mpii_part *part)
{
    memory += (uintptr_t)part->offset;
    if (!part->map)
        blocks_move(mover, memory, part->stride, part->count, part->bytes);
    else if (mover->unpacks)
        maps_move_all(mover, memory, part->stride, part->count, part->map, true);
    else
        maps_move_all(mover, memory, part->stride, part->count, part->map, false);
}

static void map_move(struct mover *mover, uintptr_t memory, const struct mpii_map *map,
                     MPI_Count skip, MPI_Count bytes);

// The bytes [skip, skip + bytes) of one copy of a part.
static void copy_move(struct mover *mover, uintptr_t memory, const struct mpii_part *part,
                      MPI_Count skip, MPI_Count bytes)
{
    if (part->map)
        map_move(mover, memory, part->map, skip, bytes);
    else
        blocks_move(mover, memory + (uintptr_t)skip, 0, 1, bytes);
}

// The bytes [skip, skip + bytes) of a part, skip less than what the part has: the end of a copy,
// whole copies, the beginning of one.
static void part_move(struct mover *mover, uintptr_t memory, const struct mpii_part *part,
                      MPI_Count skip, MPI_Count bytes)
{
    struct mpii_part whole = *part;

    memory += (uintptr_t)part->offset;
    if (skip > 0) {
        memory += (uintptr_t)(skip / part->bytes * part->stride);
        skip %= part->bytes;
    }
    if (skip > 0) {
        MPI_Count head = smaller(part->bytes - skip, bytes);

        copy_move(mover, memory, part, skip, head);
        memory += (uintptr_t)part->stride;
        bytes -= head;
    }
    if (bytes >= part->bytes) {
        whole.offset = 0;
        whole.count = bytes / part->bytes;
        part_move_all(mover, memory, &whole);
        memory += (uintptr_t)(whole.count * part->stride);
        bytes -= whole.count * part->bytes;
    }
    if (bytes > 0)
        copy_move(mover, memory, part, 0, bytes);
}

// The bytes [skip, skip + bytes) of a map.
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
