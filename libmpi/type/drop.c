// SPDX-License-Identifier: BSD-2-Clause
// drop.c: the end of a datatype.
//
// Apart from MPI_Type_free: every request drops its datatype, and seldom is it the last use.
#include "libmpi/type/contents.h"
#include "libmpi/type/map.h"
#include <stdlib.h>

// A type keeps those it was made of, and they theirs, in chains of any length: so a list of the
// dead, linked through their contents, instead of recursion. Only types with contents are ever
// freed.
static void type_drop(struct mpii_type *type, struct mpii_type **dead)
{
    if (!mpii_object_drop(&type->object))
        return;
    type->contents->next_dead = *dead;
    *dead = type;
}

void mpii_type_drop(struct mpii_type *type)
{
    struct mpii_type *dead = NULL;

    type_drop(type, &dead);
    while (dead) {
        struct mpii_type_contents *contents;

        type = dead;
        contents = type->contents;
        dead = contents->next_dead;
        for (MPI_Count i = 0; i < contents->types; i++)
            type_drop(contents->type[i], &dead);
        free(contents);
        mpii_map_drop(type->map);
        mpii_object_delete(type);
    }
}
