// SPDX-License-Identifier: BSD-2-Clause
// choice.c: from which size on data stay in the users' buffers instead of going through cells.
//
// A cell costs a copy more, and a root need not wait for the others; the buffers cost a second
// synchronisation. Which is faster depends on the size, on how many ranks there are, and on the
// machine: choice_table.inc has the bounds, measured by `torito compare --choices`, which writes it anew.
// TORITO_COLL overrides them for one run: "bcast=512,gather=0" (bytes that a rank sends or receives).
// All ranks of a communicator go by what its first rank has chosen.
#include "libmpi/coll/shared.h"
#include <stdlib.h>
#include <string.h>

struct bounds {
    int ranks; // up to so many
    uint32_t cell_max[MPII_CHOICES];
};

static const struct bounds table[] = {
#include "libmpi/coll/choice_table.inc"
};

static const char *const names[MPII_CHOICES] = {
    [MPII_CHOICE_BCAST] = "bcast",         [MPII_CHOICE_GATHER] = "gather",
    [MPII_CHOICE_SCATTER] = "scatter",     [MPII_CHOICE_ALLGATHER] = "allgather",
    [MPII_CHOICE_ALLTOALL] = "alltoall",   [MPII_CHOICE_REDUCE] = "reduce",
    [MPII_CHOICE_ALLREDUCE] = "allreduce", [MPII_CHOICE_SCAN] = "scan",
};

// One NAME=BYTES. False: it is none.
static bool read_item(const char *item, size_t length, uint32_t cell_max[MPII_CHOICES])
{
    for (int i = 0; i < MPII_CHOICES; i++) {
        size_t name = strlen(names[i]);
        char *end;
        unsigned long bytes;

        if (length <= name + 1 || strncmp(item, names[i], name) != 0 || item[name] != '=' ||
            item[name + 1] < '0' || item[name + 1] > '9')
            continue;
        bytes = strtoul(item + name + 1, &end, 10);
        if (end != item + length)
            return false;
        cell_max[i] = bytes < MPII_CELL_BYTES ? (uint32_t)bytes : MPII_CELL_BYTES;
        return true;
    }
    return false;
}

static void read_override(uint32_t cell_max[MPII_CHOICES])
{
    const char *at = getenv("TORITO_COLL");

    while (at && *at) { // ends: an item is consumed each time
        size_t length = strcspn(at, ",");

        if (!read_item(at, length, cell_max))
            mpii_abort(MPI_ERR_OTHER, "TORITO_COLL is a list like bcast=512,gather=0");
        at += length + (at[length] == ',');
    }
}

// The parts of how many ranks are in one cell?
static size_t parts_of(const struct mpii_shared *shared, int choice)
{
    size_t locals = (size_t)shared->locals_max, size = (size_t)shared->size;

    switch (choice) {
    case MPII_CHOICE_GATHER:
    case MPII_CHOICE_ALLGATHER:
    case MPII_CHOICE_SCAN:
        return locals;
    case MPII_CHOICE_SCATTER:
        return size;
    case MPII_CHOICE_ALLTOALL:
        return locals * size;
    default: // one vector, of the root or of the core
        return 1;
    }
}

void mpii_choice_make(const struct mpii_shared *shared, uint32_t cell_max[MPII_CHOICES])
{
    size_t row = 0;

    while (row + 1 < sizeof table / sizeof *table && table[row].ranks < shared->size)
        row++;
    memcpy(cell_max, table[row].cell_max, sizeof table[row].cell_max);
    read_override(cell_max);
    for (int i = 0; i < MPII_CHOICES; i++) {
        uint32_t room = (uint32_t)(MPII_CELL_BYTES / parts_of(shared, i));

        cell_max[i] = cell_max[i] < room ? cell_max[i] : room;
    }
}
