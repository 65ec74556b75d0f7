// SPDX-License-Identifier: BSD-2-Clause
// side.c: the blocks of a collective's buffer. A file of its own, for programs without collectives have these
// functions (match_call.c), and need not have the checks with all that they use.
#include "libmpi/coll/coll.h"

static MPI_Count element(const void *array, bool wide, int i)
{
    return wide ? ((const MPI_Count *)array)[i] : ((const int *)array)[i];
}

MPI_Count mpii_side_count(const struct mpii_side *side, int i)
{
    return side->layout < MPII_LAYOUT_LIST ? side->count : element(side->counts, side->wide, i);
}

MPI_Count mpii_side_total(const struct mpii_side *side, int ranks)
{
    MPI_Count total = 0;

    for (int i = 0; i < ranks; i++)
        total += mpii_side_count(side, i);
    return total;
}

struct mpii_block mpii_side_block(const struct mpii_side *side, int i)
{
    struct mpii_block block = {side->buf, mpii_side_count(side, i), side->type};
    MPI_Count offset = 0;

    switch (side->layout) {
    case MPII_LAYOUT_ONE:
        break;
    case MPII_LAYOUT_EQUAL:
        offset = i * side->count * side->type->extent;
        break;
    case MPII_LAYOUT_LIST:
        // Reductions divide their vector by counts alone.
        offset = side->displs ? element(side->displs, side->wide, i) : mpii_side_total(side, i);
        offset *= side->type->extent;
        break;
    case MPII_LAYOUT_EACH:
        block.type = mpii_type(side->datatypes[i]);
        offset = element(side->displs, side->wide || side->wide_displs, i);
        break;
    }
    block.buf = (char *)side->buf + offset;
    return block;
}
