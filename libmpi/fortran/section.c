// SPDX-License-Identifier: BSD-2-Clause
// section.c: sections of arrays as contiguous memory: where their elements lie, and dense copies.
#include "libmpi/fortran/section.h"
#include "libmpi/fortran/fortran.h"
#include <stdlib.h>
#include <string.h>

#if __has_include(<ISO_Fortran_binding.h>)
#include <ISO_Fortran_binding.h>
#define SAME(ours, theirs) \
    _Static_assert(offsetof(struct mpii_descriptor, ours) == offsetof(CFI_cdesc_t, theirs), #theirs)
SAME(base, base_addr);
SAME(element_bytes, elem_len);
SAME(rank, rank);
SAME(type, type);
SAME(dimension, dim);
_Static_assert(sizeof(struct mpii_dimension) == sizeof(CFI_dim_t), "CFI_dim_t");
_Static_assert(offsetof(struct mpii_dimension, stride) == offsetof(CFI_dim_t, sm), "sm");
#endif

// An element by itself, rank 0, is where an array begins: how much follows is up to the call.
bool mpii_section_contiguous(const struct mpii_descriptor *of)
{
    ptrdiff_t dense = (ptrdiff_t)of->element_bytes;
    bool contiguous = true;

    for (int i = 0; i < of->rank; i++) {
        const struct mpii_dimension *dimension = &of->dimension[i];

        if (dimension->extent == 0)
            return true;
        contiguous = contiguous && (dimension->extent == 1 || dimension->stride == dense);
        dense *= dimension->extent;
    }
    return contiguous;
}

static size_t elements(const struct mpii_descriptor *of)
{
    size_t count = 1;

    for (int i = 0; i < of->rank; i++)
        count *= (size_t)of->dimension[i].extent; // an assumed-size array is contiguous
    return count;
}

// Copies all elements, in array element order, between the section and dense memory.
static void copy(const struct mpii_descriptor *of, char *dense, bool to_section)
{
    ptrdiff_t at[15] = {0};
    size_t count = elements(of), bytes = of->element_bytes;
    char *element = of->base;

    for (size_t i = 0; i < count; i++, dense += bytes) {
        if (to_section)
            memcpy(element, dense, bytes);
        else
            memcpy(dense, element, bytes);
        for (int d = 0; d < of->rank; d++) {
            element += of->dimension[d].stride;
            if (++at[d] < of->dimension[d].extent)
                break;
            element -= at[d] * of->dimension[d].stride;
            at[d] = 0;
        }
    }
}

void *mpii_section_begin(int *rc, struct mpii_section *section, const struct mpii_descriptor *of)
{
    *section = (struct mpii_section){of, NULL};
    if (*rc != MPI_SUCCESS || mpii_section_contiguous(of))
        return mpii_fortran_buffer(of->base);
    section->copy = malloc(elements(of) * of->element_bytes);
    if (section->copy)
        copy(of, section->copy, false); // a call may write less than all
    else
        *rc = mpii_error("MPI", MPI_COMM_NULL, MPI_ERR_NO_MEM,
                         "no memory for a copy of a section of an array");
    return section->copy;
}

void mpii_section_end(const struct mpii_section *section, bool writes)
{
    if (section->copy && writes)
        copy(section->of, section->copy, true);
    free(section->copy);
}

void *mpii_section_whole(int *rc, const struct mpii_descriptor *of)
{
    if (*rc == MPI_SUCCESS && !mpii_section_contiguous(of))
        *rc = mpii_error("MPI", MPI_COMM_NULL, MPI_ERR_BUFFER,
                         "the buffer is a section of an array and not contiguous, which this call "
                         "does not support: copy it to an array of its own");
    return mpii_fortran_buffer(of->base);
}
