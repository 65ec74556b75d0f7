// SPDX-License-Identifier: BSD-2-Clause
// section.h: choice buffers of module mpi_f08, which come by descriptor: TYPE(*), DIMENSION(..).
//
// A buffer that is a section of an array, such as a(1:9:2), is as good as a dense array of its elements
// (MPI 4.1, 19.1.12). Calls that are over when they return work on a dense copy. Those that go on
// are given a datatype that describes where the elements lie; calls that have no datatype for the
// purpose (reductions, and those with a count for each rank) refuse what is not contiguous.
#pragma once
#include "libmpi/mpii.h"
#include <stddef.h>

#pragma GCC visibility push(hidden)

// The C descriptor of gfortran (ISO_Fortran_binding.h), which clang does not find.
struct mpii_dimension {
    ptrdiff_t lower, extent,
        stride; // stride in bytes; extent -1: the last one of an assumed-size array
};

struct mpii_descriptor {
    void *base;
    size_t element_bytes;
    int version;
    int8_t rank, attribute;
    int16_t type;
    struct mpii_dimension dimension[15];
};

struct mpii_section {
    const struct mpii_descriptor *of;
    char *copy; // NULL: it is contiguous
};

// Is it in one piece?
bool mpii_section_contiguous(const struct mpii_descriptor *of);

// For blocking calls: the address of the buffer or of a dense copy. *rc as for mpii_fortran_handles.
void *mpii_section_begin(int *rc, struct mpii_section *section, const struct mpii_descriptor *of);

// Afterwards; `writes`: the call has written to the buffer.
void mpii_section_end(const struct mpii_section *section, bool writes);

// For calls that go on with `count` elements of `type`: the address of the buffer. If it is not
// contiguous, *count and *type become what is there, and *made is set: the caller frees *type.
void *mpii_section_layout(int *rc, const struct mpii_descriptor *of, MPI_Count *count,
                          MPI_Datatype *type, bool *made);

// For calls that need a buffer in one piece: its address, or an error.
void *mpii_section_whole(int *rc, const struct mpii_descriptor *of);

#pragma GCC visibility pop
