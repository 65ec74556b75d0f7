// SPDX-License-Identifier: BSD-2-Clause
// map.c: making type maps: see map.h.
#include "libmpi/type/map.h"
#include <assert.h>
#include <stdlib.h>

#define SPLICE_PARTS 2 // a single copy of a map up to this long is copied, not referred to
#define LOOP_COPIES 3  // this many regular parts become a loop

// What is being appended: one part, or a list of several (then the part does not count).
struct shape {
    struct mpii_part part;
    struct mpii_map *list;
};

// Makes room for one part more.
static bool builder_grow(struct mpii_map_builder *builder)
{
    MPI_Count room = builder->room ? builder->room * 2 : 4;
    struct mpii_part *part;

    if (builder->parts < builder->room)
        return true;
    part = realloc(builder->part, (size_t)room * sizeof *part);
    if (!part) {
        builder->failed = true;
        return false;
    }
    builder->part = part;
    builder->room = room;
    return true;
}

static void builder_push(struct mpii_map_builder *builder, const struct mpii_part *part)
{
    struct mpii_part *last = builder->parts ? &builder->part[builder->parts - 1] : NULL;
    const struct mpii_type *type = builder->typeless ? NULL : part->type;

    if (last && !last->map && !part->map && last->count == 1 && part->count == 1 &&
        last->type == type && last->offset + last->bytes == part->offset) {
        last->bytes += part->bytes;
        return;
    }
    if (!builder_grow(builder))
        return;
    builder->part[builder->parts] = *part;
    builder->part[builder->parts].type = type;
    mpii_map_keep(part->map);
    builder->parts++;
}

static void builder_push_shape(struct mpii_map_builder *builder, const struct shape *shape,
                               MPI_Count offset)
{
    struct mpii_part part = shape->part;

    if (!shape->list) {
        part.offset += offset;
        builder_push(builder, &part);
        return;
    }
    if (shape->list->parts > SPLICE_PARTS && shape->list->depth < MPII_MAP_DEPTH) {
        part = (struct mpii_part){
            .offset = offset, .count = 1, .bytes = shape->list->size, .map = shape->list};
        builder_push(builder, &part);
        return;
    }
    for (MPI_Count i = 0; i < shape->list->parts && !builder->failed; i++) {
        part = shape->list->part[i];
        part.offset += offset;
        builder_push(builder, &part);
    }
}

// Puts a part into a map of its own, at offset 0. NULL: no memory.
static struct mpii_map *part_wrap(const struct mpii_part *part)
{
    struct mpii_map_builder builder = {0};
    struct mpii_part moved = *part;

    moved.offset = 0;
    builder_push(&builder, &moved);
    return builder.failed ? NULL : mpii_map_finish(&builder);
}

// Puts a loop around a shape. False: no memory. A map made for it is in *made, whose former value
// then has one user less.
static bool shape_repeat(struct shape *shape, MPI_Count count, MPI_Count stride,
                         struct mpii_map **made)
{
    struct mpii_part *part = &shape->part;
    struct mpii_map *wrapped;
    MPI_Count whole;

    if (count == 1)
        return true;
    if (shape->list) {
        *part = (struct mpii_part){
            .count = count, .stride = stride, .bytes = shape->list->size, .map = shape->list};
        shape->list = NULL;
    } else if (part->count == 1 && !part->map && stride == part->bytes) {
        part->bytes *= count;
    } else if (part->count == 1) {
        part->count = count;
        part->stride = stride;
    } else if (!__builtin_mul_overflow(part->count, part->stride, &whole) && whole == stride) {
        part->count *= count;
    } else {
        wrapped = part_wrap(part);
        mpii_map_drop(*made);
        *made = wrapped;
        if (!wrapped)
            return false;
        *part = (struct mpii_part){.offset = part->offset,
                                   .count = count,
                                   .stride = stride,
                                   .bytes = part->count * part->bytes,
                                   .map = wrapped};
    }
    return true;
}

void mpii_map_append(struct mpii_map_builder *builder, struct mpii_map *map, MPI_Count offset,
                     MPI_Count blocklength, MPI_Count extent, MPI_Count count, MPI_Count stride)
{
    struct shape shape = {.list = map};
    struct mpii_map *made = NULL;

    if (builder->failed)
        return;
    if (map->parts == 1)
        shape = (struct shape){.part = map->part[0]};
    if (shape_repeat(&shape, blocklength, extent, &made) && shape_repeat(&shape, count, stride, &made))
        builder_push_shape(builder, &shape, offset);
    else
        builder->failed = true;
    mpii_map_drop(made);
}

// May `part` be one copy more of a loop like `first`?
static bool is_copy(const struct mpii_part *first, const struct mpii_part *part)
{
    return part->count == 1 && part->bytes == first->bytes && part->map == first->map &&
           part->type == first->type;
}

// The number of parts from `part` on, at most `parts`, that are single, alike and evenly spaced.
static MPI_Count regular_parts(const struct mpii_part *part, MPI_Count parts)
{
    MPI_Count n = 1;

    if (part->count != 1)
        return 1;
    while (n < parts && is_copy(part, &part[n]) &&
           part[n].offset - part[n - 1].offset == part[1].offset - part[0].offset)
        n++;
    return n;
}

// Turns evenly spaced parts into loops.
static void builder_compress(struct mpii_map_builder *builder)
{
    struct mpii_part *part = builder->part;
    MPI_Count kept = 0, n;

    for (MPI_Count i = 0; i < builder->parts; i += n) {
        n = regular_parts(&part[i], builder->parts - i);
        if (n < LOOP_COPIES)
            n = 1;
        part[kept] = part[i];
        if (n > 1) {
            part[kept].count = n;
            part[kept].stride = part[i + 1].offset - part[i].offset;
            for (MPI_Count j = 1; j < n; j++) // now one part uses the map, not n
                mpii_map_drop(part[kept].map);
        }
        kept++;
    }
    builder->parts = kept;
}

// A single part that is one copy of a map is replaced by the map's own parts. False: no memory.
static bool builder_unwrap(struct mpii_map_builder *builder)
{
    struct mpii_part only = builder->part[0];

    if (builder->parts > 1 || only.count > 1 || !only.map)
        return true;
    builder->parts = 0;
    for (MPI_Count i = 0; i < only.map->parts && !builder->failed; i++) {
        struct mpii_part part = only.map->part[i];

        part.offset += only.offset;
        builder_push(builder, &part);
    }
    mpii_map_drop(only.map);
    return !builder->failed;
}

static void builder_delete(struct mpii_map_builder *builder)
{
    for (MPI_Count i = 0; i < builder->parts; i++)
        mpii_map_drop(builder->part[i].map);
    free(builder->part);
}

// Derives what a map knows of its parts.
static void map_total(struct mpii_map *map)
{
    struct mpii_part *part;

    map->type = map->part[0].map ? map->part[0].map->type : map->part[0].type;
    map->depth = 1;
    for (part = map->part; part < map->part + map->parts; part++) {
        const struct mpii_type *type = part->map ? part->map->type : part->type;

        part->at = map->size;
        map->size += part->count * part->bytes;
        if (part->map)
            map->elements += part->count * part->map->elements;
        else if (type)
            map->elements += part->count * (part->bytes / type->size);
        if (type != map->type)
            map->type = NULL;
        if (part->map && part->map->depth >= map->depth)
            map->depth = part->map->depth + 1;
    }
}

struct mpii_map *mpii_map_finish(struct mpii_map_builder *builder)
{
    struct mpii_map *map;

    if (builder->failed || builder->parts == 0 || !builder_unwrap(builder)) {
        builder_delete(builder);
        return NULL;
    }
    builder_compress(builder);
    assert(builder->parts > 0);
    map = calloc(1, sizeof *map);
    if (!map) {
        builder->failed = true;
        builder_delete(builder);
        return NULL;
    }
    map->uses = 1;
    map->parts = builder->parts;
    map->part = realloc(builder->part, (size_t)builder->parts * sizeof *map->part);
    if (!map->part)
        map->part = builder->part; // as good, only longer
    map_total(map);
    return map;
}

void mpii_map_drop(struct mpii_map *map)
{
    if (!map || --map->uses > 0)
        return;
    for (MPI_Count i = 0; i < map->parts; i++)
        mpii_map_drop(map->part[i].map);
    if (map->plan != map)
        mpii_map_drop(map->plan);
    free(map->part);
    free(map);
}

// The plan of a run: one part, which append copies.
static void plan_run(struct mpii_map_builder *builder, const struct mpii_part *part)
{
    struct mpii_part run = {.count = 1, .bytes = part->bytes};
    struct mpii_map map = {.uses = 1, .depth = 1, .size = run.bytes, .parts = 1, .part = &run};

    mpii_map_append(builder, &map, part->offset, 1, 0, part->count, part->stride);
}

static struct mpii_map *map_plan(struct mpii_map *map)
{
    struct mpii_map_builder builder = {.typeless = true};

    if (!map->plan && map->type)
        map->plan = map;
    if (map->plan)
        return map->plan;
    for (const struct mpii_part *part = map->part; part < map->part + map->parts; part++) {
        if (!part->map)
            plan_run(&builder, part);
        else if (map_plan(part->map))
            mpii_map_append(&builder, part->map->plan, part->offset, 1, 0, part->count, part->stride);
        else
            builder.failed = true;
    }
    map->plan = mpii_map_finish(&builder);
    return map->plan;
}

const struct mpii_map *mpii_map_plan(struct mpii_map *map)
{
    return map_plan(map);
}
