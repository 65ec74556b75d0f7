// SPDX-License-Identifier: BSD-2-Clause
// make.h: how a constructor makes a datatype.
//
//   mpii_make_begin    takes the call's name, and room for the contents
//   mpii_make_number.. record the arguments, in the order of 5.1.13's tables
//   mpii_make_add      puts copies of an old type at displacements; as often as needed
//   mpii_make_end      gives the handle, or reports the first thing that went wrong
//
// The forms with int and with MPI_Count arguments share their code: struct mpii_numbers is either
// array.
#pragma once
#include "libmpi/type/contents.h"
#include "libmpi/type/map.h"

#pragma GCC visibility push(hidden)

struct mpii_making {
    const char *function;
    int failed; // MPI_SUCCESS, MPI_ERR_NO_MEM, or MPI_ERR_VALUE_TOO_LARGE: 2^63 bytes or more
    struct mpii_type_contents *contents;
    struct mpii_map_builder map;
    MPI_Count size;
    MPI_Count true_lb, true_ub; // if size > 0
    MPI_Count lb, ub;           // if marked
    bool marked;
    bool mixed; // of different predefined types
    uint8_t align;
    const struct mpii_type *element;
};

// How many of each the contents are to hold.
struct mpii_needs {
    MPI_Count numbers;   // counts: int, or with a large form MPI_Count
    MPI_Count addresses; // displacements: MPI_Aint, or with a large form MPI_Count
    MPI_Count integers;  // always int
    MPI_Count types;
};

void mpii_make_begin(struct mpii_making *making, const char *function, int combiner, bool large,
                     struct mpii_needs needs);

void mpii_make_number(struct mpii_making *making, MPI_Count number);
void mpii_make_numbers(struct mpii_making *making, struct mpii_numbers numbers, MPI_Count count);
void mpii_make_address(struct mpii_making *making, MPI_Count address);
void mpii_make_addresses(struct mpii_making *making, struct mpii_numbers addresses, MPI_Count count);
void mpii_make_integer(struct mpii_making *making, int integer);
void mpii_make_integers(struct mpii_making *making, const int *integers, MPI_Count count);
void mpii_make_type(struct mpii_making *making, struct mpii_type *type);

// Puts `count` blocks, `stride` bytes apart, of `blocklength` copies, an extent apart, at `offset`.
// The numbers may be zero.
void mpii_make_add(struct mpii_making *making, const struct mpii_type *type, MPI_Count offset,
                   MPI_Count blocklength, MPI_Count count, MPI_Count stride);

// Sets the markers of 5.1.7, in place of any from old types.
void mpii_make_mark(struct mpii_making *making, MPI_Count lb, MPI_Count extent);

// For what is computed before it is added: the error of a number that 64 bits do not hold.
void mpii_make_too_large(struct mpii_making *making);

// *newtype, or an error of the function.
int mpii_make_end(struct mpii_making *making, MPI_Datatype *newtype);

// The same for a type that only helps to make another: NULL on error, which making->failed then
// tells.
struct mpii_type *mpii_make_end_helper(struct mpii_making *making);

// Reports making->failed as an error of the function.
int mpii_make_error(const struct mpii_making *making);

// Instead of mpii_make_add and mpii_make_end_helper: a type that is like `old` but for its
// contents.
struct mpii_type *mpii_make_end_clone(struct mpii_making *making, const struct mpii_type *old);

// What constructors check of their arguments, each with the class the standard names.
int mpii_check_count(const char *function, MPI_Count count, const char *name);
int mpii_check_array(const char *function, struct mpii_numbers array, MPI_Count count,
                     const char *name);
int mpii_check_lengths(const char *function, struct mpii_numbers lengths, MPI_Count count);
// Of newtype and oldtype, then in *old; and that MPI is running.
int mpii_check_making(const char *function, const MPI_Datatype *newtype, MPI_Datatype oldtype,
                      struct mpii_type **old);

#pragma GCC visibility pop
