// SPDX-License-Identifier: BSD-2-Clause
// naive_type.c: see naive_type.h.
#include "libmpi/test/naive_type.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 5 // of indexed types and structs
#define DIMENSIONS_MAX 3

unsigned naive_random(unsigned below)
{
    static uint64_t state = 88172645463325252u; // xorshift64

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 20) % below);
}

static MPI_Count random_between(int low, int high)
{
    return low + (int)naive_random((unsigned)(high - low + 1));
}

// Puts one copy of `from` at `at`.
static void put(struct naive_type *type, const struct naive_type *from, MPI_Count at)
{
    for (int i = 0; i < from->entries && type->entries < NAIVE_ENTRIES; i++) {
        type->entry[type->entries] = from->entry[i];
        type->entry[type->entries++].at += at;
    }
    if (from->marked) {
        if (!type->marked || at + from->lb < type->lb)
            type->lb = at + from->lb;
        if (!type->marked || at + from->ub > type->ub)
            type->ub = at + from->ub;
        type->marked = true;
    }
    if (from->entries > 0 && from->align > type->align)
        type->align = from->align;
}

static MPI_Count extent_of(const struct naive_type *type)
{
    MPI_Count lb, extent;

    naive_bounds(type, &lb, &extent);
    return extent;
}

static void put_block(struct naive_type *type, const struct naive_type *from, MPI_Count at,
                      MPI_Count copies)
{
    for (MPI_Count i = 0; i < copies; i++)
        put(type, from, at + i * extent_of(from));
}

static struct naive_type naive_new(void)
{
    struct naive_type type = {.align = 1, .entry = calloc(NAIVE_ENTRIES, sizeof *type.entry)};

    assert(type.entry);
    return type;
}

static struct naive_type make_basic(void)
{
    static const MPI_Datatype basics[] = {
        MPI_CHAR,        MPI_SHORT,           MPI_INT,       MPI_INT,
        MPI_DOUBLE,      MPI_DOUBLE,          MPI_BYTE,      MPI_LONG_LONG,
        MPI_LONG_DOUBLE, MPI_C_FLOAT_COMPLEX, MPI_SHORT_INT, MPI_DOUBLE_INT,
        MPI_2INT,        MPI_LONG_DOUBLE_INT};
    struct naive_type type = naive_new();
    const struct mpii_type *basic;

    type.handle = basics[naive_random(sizeof basics / sizeof(void *))];
    basic = mpii_type(type.handle);
    type.align = basic->align;
    if (basic->basic == MPII_BASIC_PAIR) { // an int behind, as a struct has it
        MPI_Count value = basic->size - 4;
        MPI_Datatype first = type.handle == MPI_SHORT_INT    ? MPI_SHORT
                             : type.handle == MPI_DOUBLE_INT ? MPI_DOUBLE
                             : type.handle == MPI_2INT       ? MPI_INT
                                                             : MPI_LONG_DOUBLE;

        type.entry[type.entries++] = (struct naive_entry){first, 0, value};
        type.entry[type.entries++] = (struct naive_entry){MPI_INT, value < 4 ? 4 : value, 4};
    } else {
        type.entry[type.entries++] = (struct naive_entry){type.handle, 0, basic->size};
    }
    return type;
}

static struct naive_type make_vector(struct naive_type *old)
{
    struct naive_type type = naive_new();
    MPI_Count count = random_between(0, 5), blocklength = random_between(0, 4);
    MPI_Count stride = random_between(-6, 8), unit = 1;

    switch (naive_random(5)) {
    case 0:
        MPI_Type_contiguous((int)count, old->handle, &type.handle);
        put_block(&type, old, 0, count);
        return type;
    case 1:
        unit = extent_of(old);
        MPI_Type_vector((int)count, (int)blocklength, (int)stride, old->handle, &type.handle);
        break;
    case 2:
        unit = extent_of(old);
        MPI_Type_vector_c(count, blocklength, stride, old->handle, &type.handle);
        break;
    case 3:
        stride *= random_between(1, 9);
        MPI_Type_create_hvector((int)count, (int)blocklength, stride, old->handle, &type.handle);
        break;
    default:
        stride *= 8;
        MPI_Type_create_hvector_c(count, blocklength, stride, old->handle, &type.handle);
    }
    for (MPI_Count i = 0; i < count; i++)
        put_block(&type, old, i * stride * unit, blocklength);
    return type;
}

static struct naive_type make_indexed(struct naive_type *old)
{
    struct naive_type type = naive_new();
    int count = (int)random_between(0, BLOCKS_MAX), kind = (int)naive_random(5);
    int lengths[BLOCKS_MAX], at[BLOCKS_MAX];
    bool is_regular = naive_random(2) == 0;
    MPI_Aint at_bytes[BLOCKS_MAX];
    MPI_Count unit = kind < 3 ? extent_of(old) : 1;

    for (int i = 0; i < count; i++) {
        lengths[i] = kind % 2 && i > 0 ? lengths[0] : (int)random_between(0, 3);
        at[i] = is_regular ? 7 * i : (int)random_between(-20, 40);
        at_bytes[i] = at[i];
    }
    switch (kind) {
    case 0:
        MPI_Type_indexed(count, lengths, at, old->handle, &type.handle);
        break;
    case 1:
        MPI_Type_create_indexed_block(count, count ? lengths[0] : 1, at, old->handle, &type.handle);
        break;
    case 2: {
        MPI_Count large[BLOCKS_MAX];

        for (int i = 0; i < count; i++)
            large[i] = lengths[i];
        MPI_Type_indexed_c(count, large, at_bytes, old->handle, &type.handle);
        break;
    }
    case 3:
        MPI_Type_create_hindexed_block_c(count, count ? lengths[0] : 1, at_bytes, old->handle,
                                         &type.handle);
        break;
    default:
        MPI_Type_create_hindexed(count, lengths, at_bytes, old->handle, &type.handle);
    }
    for (int i = 0; i < count; i++)
        put_block(&type, old, at[i] * unit, lengths[i]);
    return type;
}

static struct naive_type make_struct(struct naive_type *old, int depth)
{
    struct naive_type type = naive_new(), members[BLOCKS_MAX];
    MPI_Datatype types[BLOCKS_MAX];
    int count = (int)random_between(1, BLOCKS_MAX), lengths[BLOCKS_MAX];
    MPI_Aint at[BLOCKS_MAX], next = 0;

    for (int i = 0; i < count; i++) {
        members[i] = i == 0 ? *old : naive_make((int)naive_random((unsigned)depth));
        types[i] = members[i].handle;
        lengths[i] = (int)random_between(0, 2);
        at[i] = naive_random(2) ? next : random_between(-30, 100);
        next = at[i] + lengths[i] * extent_of(&members[i]);
        put_block(&type, &members[i], at[i], lengths[i]);
    }
    MPI_Type_create_struct(count, lengths, at, types, &type.handle);
    for (int i = 1; i < count; i++)
        naive_free(&members[i]);
    return type;
}

// Walks all indexes of an array in the order of memory; `takes` says which are in.
static void put_array(struct naive_type *type, const struct naive_type *old, int ndims,
                      const int *sizes, int order, bool (*takes)(const int *index, const void *of),
                      const void *of)
{
    int index[DIMENSIONS_MAX];
    MPI_Count all = 1;

    for (int i = 0; i < ndims; i++)
        all *= sizes[i];
    for (MPI_Count at = 0; at < all; at++) {
        MPI_Count rest = at;

        for (int i = 0; i < ndims; i++) {
            int d = order == MPI_ORDER_C ? ndims - 1 - i : i;

            index[d] = (int)(rest % sizes[d]);
            rest /= sizes[d];
        }
        if (takes(index, of))
            put(type, old, at * extent_of(old));
    }
    type->marked = true;
    type->lb = 0;
    type->ub = all * extent_of(old);
}

struct block {
    int ndims, subsizes[DIMENSIONS_MAX], starts[DIMENSIONS_MAX];
};

static bool in_block(const int *index, const void *of)
{
    const struct block *block = of;
    bool in = true;

    for (int i = 0; i < block->ndims; i++)
        in = in && index[i] >= block->starts[i] && index[i] < block->starts[i] + block->subsizes[i];
    return in;
}

static struct naive_type make_subarray(struct naive_type *old)
{
    struct naive_type type = naive_new();
    int order = naive_random(2) ? MPI_ORDER_C : MPI_ORDER_FORTRAN, sizes[DIMENSIONS_MAX];
    struct block block = {.ndims = (int)random_between(1, DIMENSIONS_MAX)};

    for (int i = 0; i < block.ndims; i++) {
        sizes[i] = (int)random_between(1, 5);
        block.subsizes[i] = (int)random_between(1, sizes[i]);
        block.starts[i] = (int)random_between(0, sizes[i] - block.subsizes[i]);
    }
    MPI_Type_create_subarray(block.ndims, sizes, block.subsizes, block.starts, order, old->handle,
                             &type.handle);
    put_array(&type, old, block.ndims, sizes, order, in_block, &block);
    return type;
}

struct deal {
    int ndims, block[DIMENSIONS_MAX], psizes[DIMENSIONS_MAX], coordinates[DIMENSIONS_MAX];
};

static bool is_dealt(const int *index, const void *of)
{
    const struct deal *deal = of;
    bool in = true;

    for (int i = 0; i < deal->ndims; i++)
        in = in && index[i] / deal->block[i] % deal->psizes[i] == deal->coordinates[i];
    return in;
}

static struct naive_type make_darray(struct naive_type *old)
{
    struct naive_type type = naive_new();
    int order = naive_random(2) ? MPI_ORDER_C : MPI_ORDER_FORTRAN;
    int gsizes[DIMENSIONS_MAX], distribs[DIMENSIONS_MAX], dargs[DIMENSIONS_MAX];
    int size = 1, rank, rest;
    struct deal deal = {.ndims = (int)random_between(1, DIMENSIONS_MAX)};

    for (int i = 0; i < deal.ndims; i++) {
        gsizes[i] = (int)random_between(1, 7);
        distribs[i] = MPI_DISTRIBUTE_NONE + (int)naive_random(3);
        deal.psizes[i] = distribs[i] == MPI_DISTRIBUTE_NONE ? 1 : (int)random_between(1, 3);
        dargs[i] = MPI_DISTRIBUTE_DFLT_DARG;
        deal.block[i] = (gsizes[i] + deal.psizes[i] - 1) / deal.psizes[i];
        if (distribs[i] == MPI_DISTRIBUTE_CYCLIC)
            deal.block[i] = 1;
        if (distribs[i] != MPI_DISTRIBUTE_NONE && naive_random(2))
            dargs[i] = deal.block[i] += (int)naive_random(3);
        size *= deal.psizes[i];
    }
    rank = rest = (int)naive_random((unsigned)size);
    for (int i = deal.ndims - 1; i >= 0; i--) {
        deal.coordinates[i] = rest % deal.psizes[i];
        rest /= deal.psizes[i];
    }
    MPI_Type_create_darray(size, rank, deal.ndims, gsizes, distribs, dargs, deal.psizes, order,
                           old->handle, &type.handle);
    put_array(&type, old, deal.ndims, gsizes, order, is_dealt, &deal);
    return type;
}

static struct naive_type make_resized(struct naive_type *old)
{
    struct naive_type type = naive_new();

    put(&type, old, 0);
    if (naive_random(3) == 0) {
        MPI_Type_dup(old->handle, &type.handle);
        return type;
    }
    type.marked = true;
    type.lb = random_between(-40, 40);
    type.ub = type.lb + random_between(-50, 100);
    MPI_Type_create_resized(old->handle, type.lb, type.ub - type.lb, &type.handle);
    return type;
}

struct naive_type naive_make(int depth)
{
    struct naive_type old, type;

    if (depth == 0)
        return make_basic();
    old = naive_make(depth - 1);
    switch (naive_random(8)) {
    case 0:
    case 1:
        type = make_vector(&old);
        break;
    case 2:
    case 3:
        type = make_indexed(&old);
        break;
    case 4:
        type = make_struct(&old, depth);
        break;
    case 5:
        type = make_subarray(&old);
        break;
    case 6:
        type = make_darray(&old);
        break;
    default:
        type = make_resized(&old);
    }
    naive_free(&old);
    return type;
}

void naive_free(struct naive_type *type)
{
    if (!mpii_type(type->handle)->object.predefined)
        MPI_Type_free(&type->handle);
    free(type->entry);
}

void naive_true_bounds(const struct naive_type *type, MPI_Count *lb, MPI_Count *extent)
{
    MPI_Count ub = 0;

    *lb = 0;
    for (int i = 0; i < type->entries; i++) {
        const struct naive_entry *entry = &type->entry[i];

        if (i == 0 || entry->at < *lb)
            *lb = entry->at;
        if (i == 0 || entry->at + entry->size > ub)
            ub = entry->at + entry->size;
    }
    *extent = ub - *lb;
}

void naive_bounds(const struct naive_type *type, MPI_Count *lb, MPI_Count *extent)
{
    naive_true_bounds(type, lb, extent);
    if (type->marked) {
        *lb = type->lb;
        *extent = type->ub - type->lb;
    } else {
        while (*extent % type->align != 0)
            (*extent)++;
    }
}

MPI_Count naive_size(const struct naive_type *type)
{
    MPI_Count size = 0;

    for (int i = 0; i < type->entries; i++)
        size += type->entry[i].size;
    return size;
}

void naive_move(const struct naive_type *type, int count, char *memory, char *packed, bool unpacks)
{
    MPI_Count extent = extent_of(type);

    for (int i = 0; i < count; i++)
        for (int k = 0; k < type->entries; k++) {
            char *at = memory + i * extent + type->entry[k].at;
            size_t size = (size_t)type->entry[k].size;

            memcpy(unpacks ? at : packed, unpacks ? packed : at, size);
            packed += size;
        }
}
