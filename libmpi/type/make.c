// SPDX-License-Identifier: BSD-2-Clause
// make.c: what all constructors of datatypes have in common: see make.h.
#include "libmpi/type/make.h"
#include <stdlib.h>

// One block of memory holds the contents and their arrays, those with the largest alignment first.
void mpii_make_begin(struct mpii_making *making, const char *function, int combiner, bool large,
                     struct mpii_needs needs)
{
    MPI_Count counts = large ? needs.numbers + needs.addresses : 0;
    MPI_Count addresses = large ? 0 : needs.addresses;
    MPI_Count integers = needs.integers + (large ? 0 : needs.numbers);
    struct mpii_type_contents *contents;
    size_t bytes = sizeof *contents + (size_t)counts * sizeof *contents->count +
                   (size_t)addresses * sizeof *contents->address +
                   (size_t)needs.types * sizeof(void *) +
                   (size_t)integers * sizeof *contents->integer;

    *making = (struct mpii_making){.function = function, .align = 1};
    contents = calloc(1, bytes);
    if (!contents) {
        making->failed = MPI_ERR_NO_MEM;
        return;
    }
    contents->combiner = combiner;
    contents->large = large;
    contents->handles = 1;
    contents->count = (MPI_Count *)(contents + 1);
    contents->address = (MPI_Aint *)(contents->count + counts);
    contents->type = (struct mpii_type **)(contents->address + addresses);
    contents->integer = (int *)(contents->type + needs.types);
    making->contents = contents;
}

void mpii_make_integer(struct mpii_making *making, int integer)
{
    struct mpii_type_contents *contents = making->contents;

    if (contents)
        contents->integer[contents->integers++] = integer;
}

void mpii_make_number(struct mpii_making *making, MPI_Count number)
{
    struct mpii_type_contents *contents = making->contents;

    if (contents && contents->large)
        contents->count[contents->counts++] = number;
    else
        mpii_make_integer(making, (int)number); // it came as one
}

void mpii_make_address(struct mpii_making *making, MPI_Count address)
{
    struct mpii_type_contents *contents = making->contents;

    if (contents && contents->large)
        contents->count[contents->counts++] = address;
    else if (contents)
        contents->address[contents->addresses++] = address;
}

void mpii_make_numbers(struct mpii_making *making, struct mpii_numbers numbers, MPI_Count count)
{
    for (MPI_Count i = 0; i < count; i++)
        mpii_make_number(making, mpii_number(numbers, i));
}

void mpii_make_addresses(struct mpii_making *making, struct mpii_numbers addresses, MPI_Count count)
{
    for (MPI_Count i = 0; i < count; i++)
        mpii_make_address(making, mpii_number(addresses, i));
}

void mpii_make_integers(struct mpii_making *making, const int *integers, MPI_Count count)
{
    for (MPI_Count i = 0; i < count; i++)
        mpii_make_integer(making, integers[i]);
}

void mpii_make_type(struct mpii_making *making, struct mpii_type *type)
{
    struct mpii_type_contents *contents = making->contents;

    if (!contents)
        return;
    contents->type[contents->types++] = type;
    mpii_type_keep(type);
}

void mpii_make_too_large(struct mpii_making *making)
{
    if (making->failed == MPI_SUCCESS)
        making->failed = MPI_ERR_VALUE_TOO_LARGE;
}

// [low, high], the displacements of a first copy, becomes that of all copies. False: 64 bits are
// too few.
static bool range_repeat(MPI_Count *low, MPI_Count *high, MPI_Count copies, MPI_Count stride)
{
    MPI_Count last;

    if (__builtin_mul_overflow(copies - 1, stride, &last))
        return false;
    if (last < 0)
        return !__builtin_add_overflow(*low, last, low);
    return !__builtin_add_overflow(*high, last, high);
}

// Makes [lower, upper) take in [low + lb, high + lb + extent). `fresh`: it has no value yet.
static bool bounds_widen(MPI_Count *lower, MPI_Count *upper, bool fresh, MPI_Count low,
                         MPI_Count high, MPI_Count lb, MPI_Count extent)
{
    if (__builtin_add_overflow(low, lb, &low) || __builtin_add_overflow(high, lb, &high) ||
        __builtin_add_overflow(high, extent, &high))
        return false;
    if (fresh || low < *lower)
        *lower = low;
    if (fresh || high > *upper)
        *upper = high;
    return true;
}

// The bounds of 5.1.6 and 5.1.7: where there are markers, they alone count.
static bool bounds_add(struct mpii_making *making, const struct mpii_type *type, MPI_Count low,
                       MPI_Count high)
{
    if (type->size > 0 && !bounds_widen(&making->true_lb, &making->true_ub, making->size == 0, low,
                                        high, type->true_lb, type->true_extent))
        return false;
    if (type->marked) {
        if (!bounds_widen(&making->lb, &making->ub, !making->marked, low, high, type->lb,
                          type->extent))
            return false;
        making->marked = true;
    }
    return true;
}

static void elements_add(struct mpii_making *making, const struct mpii_type *type)
{
    if (making->size == 0)
        making->element = type->element;
    if (!type->element || type->element != making->element)
        making->mixed = true;
    if (type->align > making->align)
        making->align = type->align;
}

void mpii_make_add(struct mpii_making *making, const struct mpii_type *type, MPI_Count offset,
                   MPI_Count blocklength, MPI_Count count, MPI_Count stride)
{
    MPI_Count low = offset, high = offset, bytes;

    if (blocklength == 0 || count == 0 || making->failed)
        return;
    if (__builtin_mul_overflow(blocklength, type->size, &bytes) ||
        __builtin_mul_overflow(bytes, count, &bytes) ||
        __builtin_add_overflow(bytes, making->size, &bytes) ||
        !range_repeat(&low, &high, blocklength, type->extent) ||
        !range_repeat(&low, &high, count, stride) || !bounds_add(making, type, low, high)) {
        mpii_make_too_large(making);
        return;
    }
    if (type->size == 0)
        return;
    elements_add(making, type);
    making->size = bytes;
    mpii_map_append(&making->map, type->map, offset, blocklength, type->extent, count, stride);
    if (making->map.failed)
        making->failed = MPI_ERR_NO_MEM;
}

void mpii_make_mark(struct mpii_making *making, MPI_Count lb, MPI_Count extent)
{
    making->marked = true;
    making->lb = lb;
    if (__builtin_add_overflow(lb, extent, &making->ub))
        mpii_make_too_large(making);
}

// Fills in the bounds. False: 64 bits are too few.
static bool bounds_end(const struct mpii_making *making, struct mpii_type *type)
{
    if (making->size > 0) {
        type->true_lb = making->true_lb;
        if (__builtin_sub_overflow(making->true_ub, making->true_lb, &type->true_extent))
            return false;
    }
    if (making->marked) {
        type->lb = making->lb;
        return !__builtin_sub_overflow(making->ub, making->lb, &type->extent);
    }
    type->lb = type->true_lb;
    // Rounded up to the strictest alignment, as the compiler does for a struct (5.1.6).
    if (__builtin_add_overflow(type->true_extent, making->align - 1, &type->extent))
        return false;
    type->extent -= type->extent % making->align;
    return true;
}

static void contents_drop(struct mpii_type_contents *contents)
{
    if (!contents)
        return;
    for (MPI_Count i = 0; i < contents->types; i++)
        mpii_type_drop(contents->type[i]);
    free(contents);
}

struct mpii_type *mpii_make_end_helper(struct mpii_making *making)
{
    struct mpii_map *map = mpii_map_finish(&making->map);
    struct mpii_type *type = NULL;

    if (making->failed == MPI_SUCCESS) {
        type = mpii_object_new(MPII_TYPE, sizeof *type);
        if (!type || making->map.failed)
            making->failed = MPI_ERR_NO_MEM;
        else if (!bounds_end(making, type))
            making->failed = MPI_ERR_VALUE_TOO_LARGE;
    }
    if (making->failed != MPI_SUCCESS) {
        if (type)
            mpii_object_delete(type);
        mpii_map_drop(map);
        contents_drop(making->contents);
        return NULL;
    }
    type->handle = (MPI_Datatype)type;
    type->size = making->size;
    type->marked = making->marked;
    type->align = making->align;
    type->element = making->mixed ? NULL : making->element;
    type->basic = type->element ? type->element->basic : MPII_BASIC_MIXED;
    type->map = map;
    type->contents = making->contents;
    return type;
}

int mpii_make_error(const struct mpii_making *making)
{
    if (making->failed == MPI_ERR_NO_MEM)
        return mpii_error(making->function, MPI_COMM_NULL, MPI_ERR_NO_MEM,
                          "no memory left for the datatype");
    return mpii_error(making->function, MPI_COMM_NULL, MPI_ERR_VALUE_TOO_LARGE,
                      "size or extent of the datatype would be 2^63 bytes or more");
}

int mpii_make_end(struct mpii_making *making, MPI_Datatype *newtype)
{
    struct mpii_type *type = mpii_make_end_helper(making);

    if (!type)
        return mpii_make_error(making);
    *newtype = type->handle;
    return MPI_SUCCESS;
}

struct mpii_type *mpii_make_end_clone(struct mpii_making *making, const struct mpii_type *old)
{
    struct mpii_type *type = mpii_make_end_helper(making);
    struct mpii_object object;

    if (!type)
        return NULL;
    object = type->object;
    *type = *old;
    type->object = object;
    type->handle = (MPI_Datatype)type;
    type->contents = making->contents;
    mpii_map_keep(type->map);
    return type;
}
