// SPDX-License-Identifier: BSD-2-Clause
// section_layout.c: a datatype for what a message takes of a section of an array.
//
// The message is `count` of `type` in the dense array that the section stands for. Its type map is
// followed run by run; each run becomes as many as there are gaps of the section in it. Runs that follow
// each other at one distance the library joins to loops by itself.
#include "libmpi/fortran/fortran.h"
#include "libmpi/fortran/section.h"
#include "libmpi/type.h"
#include "libmpi/type/map.h"
#include <string.h>

struct layout {
    const struct mpii_descriptor *of;
    MPI_Count elements;           // of the section
    MPI_Count *length;            // runs: how many basic elements
    MPI_Count *at;                // where they lie, from the section's base
    const struct mpii_type *type; // of the basic elements
    size_t runs, room;
    const char *problem; // what no datatype can be made for; NULL: nothing
    bool no_memory;
};

// Where byte `at` of the dense array lies. Never called for one that the section does not have.
static MPI_Count place(const struct mpii_descriptor *of, MPI_Count at)
{
    MPI_Count element = at / (MPI_Count)of->element_bytes;
    MPI_Count place = at % (MPI_Count)of->element_bytes;

    for (int i = 0; i < of->rank; i++) {
        place += element % of->dimension[i].extent * of->dimension[i].stride;
        element /= of->dimension[i].extent;
    }
    return place;
}

static void append(struct layout *layout, MPI_Count at, MPI_Count bytes)
{
    MPI_Count elements = bytes / layout->type->size;
    size_t last = layout->runs - 1;

    if (layout->runs && layout->at[last] + layout->length[last] * layout->type->size == at) {
        layout->length[last] += elements;
        return;
    }
    if (layout->runs == layout->room) {
        size_t room = layout->room ? 2 * layout->room : 64;
        MPI_Count *more = realloc(layout->length, room * sizeof *more);

        if (more)
            layout->length = more;
        else
            layout->no_memory = true;
        more = realloc(layout->at, room * sizeof *more);
        if (more)
            layout->at = more;
        else
            layout->no_memory = true;
        if (layout->no_memory)
            return;
        layout->room = room;
    }
    layout->length[layout->runs] = elements;
    layout->at[layout->runs++] = at;
}

// `bytes` from `at` of the dense array.
static void run(struct layout *layout, MPI_Count at, MPI_Count bytes)
{
    MPI_Count element_bytes = (MPI_Count)layout->of->element_bytes;

    if (at < 0 || at + bytes > layout->elements * element_bytes) {
        layout->problem = "the message is longer than the section";
        return;
    }
    while (bytes > 0) {
        MPI_Count piece = element_bytes - at % element_bytes;

        if (piece > bytes)
            piece = bytes;
        if (piece % layout->type->size != 0) {
            layout->problem = "elements of the datatype are larger than those of the section";
            return;
        }
        append(layout, place(layout->of, at), piece);
        at += piece;
        bytes -= piece;
    }
}

// Recurs as deep as the map is (map.h).
static void follow(struct layout *layout, const struct mpii_map *map, MPI_Count base)
{
    for (MPI_Count p = 0; p < map->parts; p++) {
        const struct mpii_part *part = &map->part[p];

        for (MPI_Count i = 0; i < part->count && !layout->problem && !layout->no_memory; i++) {
            MPI_Count at = base + part->offset + i * part->stride;

            if (part->map)
                follow(layout, part->map, at);
            else
                run(layout, at, part->bytes);
        }
    }
}

static int layout_type(struct layout *layout, const struct mpii_type *type, MPI_Count count,
                       MPI_Datatype *newtype)
{
    int rc;

    layout->elements = 1;
    for (int i = 0; i < layout->of->rank; i++)
        layout->elements *= layout->of->dimension[i].extent;
    layout->type = type->element;
    if (!layout->type)
        layout->problem = "the datatype has elements of several types";
    for (MPI_Count i = 0; i < count && !layout->problem && !layout->no_memory; i++)
        follow(layout, type->map, i * type->extent);
    if (layout->no_memory)
        return mpii_error("MPI", MPI_COMM_NULL, MPI_ERR_NO_MEM, "no memory for a section's datatype");
    if (layout->problem)
        return mpii_error("MPI", MPI_COMM_NULL, MPI_ERR_BUFFER,
                          "the buffer is a section of an array that is not contiguous, and %s",
                          layout->problem);
    rc = PMPI_Type_create_hindexed_c((MPI_Count)layout->runs, layout->length, layout->at,
                                     layout->type->handle, newtype);
    return rc == MPI_SUCCESS ? PMPI_Type_commit(newtype) : rc;
}

void *mpii_section_layout(int *rc, const struct mpii_descriptor *of, MPI_Count *count,
                          MPI_Datatype *type, bool *made)
{
    const struct mpii_type *old = mpii_type(*type);
    struct layout layout = {.of = of};
    MPI_Datatype newtype = MPI_DATATYPE_NULL;

    // What is wrong with count or type is for the call to say.
    if (*rc != MPI_SUCCESS || mpii_section_contiguous(of) || !old || !old->committed || !old->map ||
        *count <= 0)
        return mpii_fortran_buffer(of->base);
    *rc = layout_type(&layout, old, *count, &newtype);
    free(layout.length);
    free(layout.at);
    if (*rc == MPI_SUCCESS) {
        *count = 1;
        *type = newtype;
        *made = true;
    }
    return of->base;
}
