// SPDX-License-Identifier: BSD-2-Clause
// map.h: a type map (MPI 4.1, 5.1) as a list of nested loops.
//
// A map is a list of parts, in the order in which their data is packed. A part is a loop: `count`
// copies, `stride` bytes apart, of either a run, which is contiguous memory of one basic type, or
// another map. So the usual types are one part (a vector of dense blocks), one part in one other
// per dimension more (a subarray), or a list of runs (an indexed type), whatever calls made them.
//
// Maps do not change once they are made, and are shared: by types, and by parts of larger maps.
//
// Functions that follow maps recur, and not deeply: below MPII_MAP_DEPTH every level is a loop of
// two copies or more, so it doubles the size, and sizes are less than 2^63.
#pragma once
#include "libmpi/type.h"

#pragma GCC visibility push(hidden)

#define MPII_MAP_DEPTH 16

struct mpii_part {
    MPI_Count offset;             // of the first copy in memory
    MPI_Count count;              // copies, 1 or more
    MPI_Count stride;             // from one copy to the next in memory
    MPI_Count bytes;              // of data in one copy, 1 or more
    MPI_Count at;                 // of the first copy in the map's packed data
    struct mpii_map *map;         // NULL: a run
    const struct mpii_type *type; // of a run; NULL in a plan, where types do not matter
};

struct mpii_map {
    int uses;
    int depth; // 1 + that of the deepest map in it
    MPI_Count size;
    MPI_Count elements;           // basic elements
    const struct mpii_type *type; // of all the runs; NULL: they differ
    struct mpii_map *plan;        // made on demand; itself, if all is of one type anyway
    MPI_Count parts;              // 1 or more
    struct mpii_part *part;
};

// A map in the making. Start from zeros.
struct mpii_map_builder {
    struct mpii_part *part;
    MPI_Count parts, room;
    bool typeless; // for a plan
    bool failed;   // no memory
};

// Appends `count` times, `stride` bytes apart, a block of `blocklength` copies of `map`, `extent`
// bytes apart; the first copy at `offset`. Neither number is zero, and the caller has seen to it
// that all sizes and displacements are less than 2^63. Keeps a use of `map` as needed.
void mpii_map_append(struct mpii_map_builder *builder, struct mpii_map *map, MPI_Count offset,
                     MPI_Count blocklength, MPI_Count extent, MPI_Count count, MPI_Count stride);

// The map of what was appended, used once, or NULL: nothing was, or no memory. Ends the builder.
struct mpii_map *mpii_map_finish(struct mpii_map_builder *builder);

static inline struct mpii_map *mpii_map_keep(struct mpii_map *map)
{
    if (map)
        map->uses++;
    return map;
}

// One use less of a map; NULL does nothing.
void mpii_map_drop(struct mpii_map *map);

// The plan of `map`: the same with runs joined where types kept them apart. NULL: no memory.
const struct mpii_map *mpii_map_plan(struct mpii_map *map);

// The part that holds byte `at`, less than map->size, of the packed data. Inline: packing and
// counting share it, and neither needs map.c.
static inline const struct mpii_part *mpii_map_find(const struct mpii_map *map, MPI_Count at)
{
    MPI_Count low = 0, high = map->parts;

    while (high - low > 1) { // part[low].at <= at < part[high].at
        MPI_Count middle = low + (high - low) / 2;

        if (map->part[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return &map->part[low];
}

#pragma GCC visibility pop
