// SPDX-License-Identifier: BSD-2-Clause
// naive_type.h: datatypes as the standard defines them: a list of (basic type, displacement),
// spelled out.
//
// Every constructor makes the datatype and, from the definition in MPI 4.1, chapter 5 alone, its
// list.
#pragma once
#include "libmpi/type.h"

#define NAIVE_ENTRIES 4000

struct naive_entry {
    MPI_Datatype type; // as MPI_Get_elements counts: never a pair
    MPI_Count at, size;
};

struct naive_type {
    MPI_Datatype handle; // the real one
    int entries;
    struct naive_entry *entry;
    bool marked; // 5.1.7's markers, if any
    MPI_Count lb, ub;
    int align;
};

unsigned naive_random(unsigned below); // the same sequence in every run

// A random datatype, built of up to `depth` constructors around a basic one. Not committed.
struct naive_type naive_make(int depth);
void naive_free(struct naive_type *type);

// The bounds, by 5.1.6 and 5.1.7.
void naive_bounds(const struct naive_type *type, MPI_Count *lb, MPI_Count *extent);
void naive_true_bounds(const struct naive_type *type, MPI_Count *lb, MPI_Count *extent);
MPI_Count naive_size(const struct naive_type *type);

// Copies all data of `count` elements at `memory` to `packed`, or back.
void naive_move(const struct naive_type *type, int count, char *memory, char *packed, bool unpacks);
