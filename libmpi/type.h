// SPDX-License-Identifier: BSD-2-Clause
// type.h: datatypes (MPI 4.1, chapter 5) as the rest of libmpi uses them.
//
// A datatype is kept in two forms: how the user made it (contents), and its type map as nested
// loops (map), from which commit makes what moving data needs (plan). Sizes and displacements are
// MPI_Count, in bytes.
#pragma once
#include "libmpi/object.h"

#pragma GCC visibility push(hidden)

struct mpii_map;           // a type map in loops; type/map.h
struct mpii_type_contents; // how it was made; type/contents.h

struct mpii_type {
    struct mpii_object object;
    MPI_Datatype handle; // the user's: a constant or this address
    MPI_Count size;      // bytes of data
    MPI_Count lb, extent;
    MPI_Count true_lb, true_extent;
    bool committed;
    bool dense;    // count of them are count * size bytes at buf, in order. Of committed types only
    bool marked;   // lb and extent were set (5.1.7), rather than follow from the data
    uint8_t align; // of its strictest basic type
    uint8_t basic; // enum mpii_basic of the only predefined type it is made of; MPII_BASIC_MIXED
    const struct mpii_type *element; // that predefined type; itself, if predefined; NULL: several or none
    struct mpii_map *map;            // NULL: no data
    const struct mpii_map *plan; // the map without regard to types; belongs to it; NULL before commit
    struct mpii_type_contents *contents; // NULL: a named type
};

// What a predefined type holds, for reductions and external32.
enum mpii_basic {
    MPII_BASIC_MIXED,
    MPII_BASIC_BYTES, // MPI_BYTE, MPI_PACKED
    MPII_BASIC_CHAR,  // MPI_CHAR, MPI_WCHAR, MPI_CHARACTER: no arithmetic
    MPII_BASIC_I8,    // signed and unsigned integers
    MPII_BASIC_I16,
    MPII_BASIC_I32,
    MPII_BASIC_I64,
    MPII_BASIC_U8,
    MPII_BASIC_U16,
    MPII_BASIC_U32,
    MPII_BASIC_U64,
    MPII_BASIC_F32,
    MPII_BASIC_F64,
    MPII_BASIC_F80,  // long double
    MPII_BASIC_F128, // REAL(16)
    MPII_BASIC_C32,  // complex, of numbers of these bits
    MPII_BASIC_C64,
    MPII_BASIC_C80,
    MPII_BASIC_BOOL8,     // C bool
    MPII_BASIC_LOGICAL32, // Fortran LOGICAL
    MPII_BASIC_PAIR,      // MPI_FLOAT_INT and the like: the element tells which
    MPII_BASIC_I128,      // from here on: Fortran kinds that not every compiler has
    MPII_BASIC_F16,
    MPII_BASIC_C16,
    MPII_BASIC_C128,
    MPII_BASIC_LOGICAL8,
    MPII_BASIC_LOGICAL16,
    MPII_BASIC_LOGICAL64,
    MPII_BASIC_LOGICAL128,
};

// The type behind a handle, or NULL if it is none. Inline: it is on the path of every message.
extern struct mpii_type *const mpii_types_predefined[0x100]; // by handle - 0x200; NULL where there is none
static inline struct mpii_type *mpii_type(MPI_Datatype handle)
{
    uintptr_t index = (uintptr_t)handle - 0x200;

    if (index < 0x100)
        return mpii_types_predefined[index];
    return mpii_object_ok(handle, MPII_TYPE) ? (struct mpii_type *)handle : NULL;
}

// MPI_SUCCESS for a datatype, in the second case one that is committed, which then is in *type;
// otherwise MPI_ERR_TYPE as an error of `function` on `comm`. `name` is the argument's.
int mpii_check_type(const char *function, MPI_Comm comm, MPI_Datatype handle, const char *name,
                    struct mpii_type **type);
int mpii_check_type_committed(const char *function, MPI_Comm comm, MPI_Datatype handle,
                              const char *name, struct mpii_type **type);

// One user more of a type, and one less: frees it when its last user has gone.
static inline void mpii_type_keep(struct mpii_type *type)
{
    mpii_object_keep(&type->object);
}
void mpii_type_drop(struct mpii_type *type);
static inline void mpii_type_release(struct mpii_type *type) // the same, for whom it is seldom the last
{
    if (__builtin_expect(type->object.uses > 1, 1))
        type->object.uses--;
    else
        mpii_type_drop(type);
}

// The packed representation of `count` elements at `buf` is count * size bytes in type map order.
// These move the bytes [skip, skip + bytes) of it, so that a message can be moved piece by piece:
// finding the place takes the logarithm of the number of blocks. For types that are not dense;
// dense ones are memcpy.
void mpii_type_pack(void *to, const void *buf, MPI_Count count, const struct mpii_type *type,
                    MPI_Count skip, size_t bytes);
void mpii_type_unpack(void *buf, MPI_Count count, const struct mpii_type *type, const void *from,
                      MPI_Count skip, size_t bytes);

// Copies `bytes` (at most the smaller of both packed sizes) from one typed buffer to another
// without a temporary where one of the two is dense, with a small one otherwise.
void mpii_type_copy(void *to, MPI_Count to_count, const struct mpii_type *to_type, const void *from,
                    MPI_Count from_count, const struct mpii_type *from_type, MPI_Count bytes);

// The number of whole elements and of basic elements in `bytes` of packed data: MPI_Get_count and
// MPI_Get_elements. MPI_UNDEFINED where the standard says so.
MPI_Count mpii_type_count(const struct mpii_type *type, MPI_Count bytes);
MPI_Count mpii_type_elements(const struct mpii_type *type, MPI_Count bytes);

#pragma GCC visibility pop
