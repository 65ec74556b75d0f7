// SPDX-License-Identifier: BSD-2-Clause
// indexed.c: datatypes of blocks at listed displacements (MPI 4.1, 5.1.2).
//
// The four constructors differ in two ways: the displacements count extents or bytes, and the
// blocks have a length each or all the same one.
#include "libmpi/type/make.h"

struct indexed {
    const char *function;
    int combiner;
    bool large;
    MPI_Count count;
    MPI_Count blocklength;       // of all blocks, if `lengths` is empty
    struct mpii_numbers lengths; // of each
    struct mpii_numbers displacements;
};

static bool has_lengths(const struct indexed *indexed)
{
    return indexed->combiner == MPI_COMBINER_INDEXED || indexed->combiner == MPI_COMBINER_HINDEXED;
}

static bool is_in_bytes(const struct indexed *indexed)
{
    return indexed->combiner == MPI_COMBINER_HINDEXED ||
           indexed->combiner == MPI_COMBINER_HINDEXED_BLOCK;
}

static int indexed_check(const struct indexed *indexed)
{
    int rc = mpii_check_count(indexed->function, indexed->count, "count");

    if (rc == MPI_SUCCESS && has_lengths(indexed))
        rc = mpii_check_lengths(indexed->function, indexed->lengths, indexed->count);
    else if (rc == MPI_SUCCESS && indexed->blocklength < 0)
        rc = mpii_error(indexed->function, MPI_COMM_NULL, MPI_ERR_ARG, "blocklength is %lld",
                        (long long)indexed->blocklength);
    if (rc == MPI_SUCCESS)
        rc = mpii_check_array(indexed->function, indexed->displacements, indexed->count,
                              "array_of_displacements");
    return rc;
}

static void indexed_record(struct mpii_making *making, const struct indexed *indexed,
                           struct mpii_type *old)
{
    struct mpii_needs needs = {.numbers = 1 + (has_lengths(indexed) ? indexed->count : 1),
                               .types = 1};

    if (is_in_bytes(indexed))
        needs.addresses = indexed->count;
    else
        needs.numbers += indexed->count;
    mpii_make_begin(making, indexed->function, indexed->combiner, indexed->large, needs);
    mpii_make_number(making, indexed->count);
    if (has_lengths(indexed))
        mpii_make_numbers(making, indexed->lengths, indexed->count);
    else
        mpii_make_number(making, indexed->blocklength);
    if (is_in_bytes(indexed))
        mpii_make_addresses(making, indexed->displacements, indexed->count);
    else
        mpii_make_numbers(making, indexed->displacements, indexed->count);
    mpii_make_type(making, old);
}

static int indexed_make(const struct indexed *indexed, MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    struct mpii_making making;
    struct mpii_type *old;
    int rc = mpii_check_making(indexed->function, newtype, oldtype, &old);

    if (rc == MPI_SUCCESS)
        rc = indexed_check(indexed);
    if (rc != MPI_SUCCESS)
        return rc;
    indexed_record(&making, indexed, old);
    for (MPI_Count i = 0; i < indexed->count; i++) {
        MPI_Count offset = mpii_number(indexed->displacements, i);
        MPI_Count blocklength =
            has_lengths(indexed) ? mpii_number(indexed->lengths, i) : indexed->blocklength;

        if (blocklength == 0)
            continue; // its displacement does not matter, however large
        if (!is_in_bytes(indexed) && __builtin_mul_overflow(offset, old->extent, &offset))
            mpii_make_too_large(&making);
        mpii_make_add(&making, old, offset, blocklength, 1, 0);
    }
    return mpii_make_end(&making, newtype);
}

#pragma weak MPI_Type_indexed = PMPI_Type_indexed
int PMPI_Type_indexed(int count, const int array_of_blocklengths[],
                      const int array_of_displacements[], MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    struct indexed indexed = {.function = __func__,
                              .combiner = MPI_COMBINER_INDEXED,
                              .count = count,
                              .lengths = {array_of_blocklengths, false},
                              .displacements = {array_of_displacements, false}};

    return indexed_make(&indexed, oldtype, newtype);
}

#pragma weak MPI_Type_indexed_c = PMPI_Type_indexed_c
int PMPI_Type_indexed_c(MPI_Count count, const MPI_Count array_of_blocklengths[],
                        const MPI_Count array_of_displacements[], MPI_Datatype oldtype,
                        MPI_Datatype *newtype)
{
    struct indexed indexed = {.function = __func__,
                              .combiner = MPI_COMBINER_INDEXED,
                              .large = true,
                              .count = count,
                              .lengths = {array_of_blocklengths, true},
                              .displacements = {array_of_displacements, true}};

    return indexed_make(&indexed, oldtype, newtype);
}

#pragma weak MPI_Type_create_hindexed = PMPI_Type_create_hindexed
int PMPI_Type_create_hindexed(int count, const int array_of_blocklengths[],
                              const MPI_Aint array_of_displacements[], MPI_Datatype oldtype,
                              MPI_Datatype *newtype)
{
    struct indexed indexed = {.function = __func__,
                              .combiner = MPI_COMBINER_HINDEXED,
                              .count = count,
                              .lengths = {array_of_blocklengths, false},
                              .displacements = {array_of_displacements, true}};

    return indexed_make(&indexed, oldtype, newtype);
}

#pragma weak MPI_Type_create_hindexed_c = PMPI_Type_create_hindexed_c
int PMPI_Type_create_hindexed_c(MPI_Count count, const MPI_Count array_of_blocklengths[],
                                const MPI_Count array_of_displacements[], MPI_Datatype oldtype,
                                MPI_Datatype *newtype)
{
    struct indexed indexed = {.function = __func__,
                              .combiner = MPI_COMBINER_HINDEXED,
                              .large = true,
                              .count = count,
                              .lengths = {array_of_blocklengths, true},
                              .displacements = {array_of_displacements, true}};

    return indexed_make(&indexed, oldtype, newtype);
}

#pragma weak MPI_Type_create_indexed_block = PMPI_Type_create_indexed_block
int PMPI_Type_create_indexed_block(int count, int blocklength, const int array_of_displacements[],
                                   MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    struct indexed indexed = {.function = __func__,
                              .combiner = MPI_COMBINER_INDEXED_BLOCK,
                              .count = count,
                              .blocklength = blocklength,
                              .displacements = {array_of_displacements, false}};

    return indexed_make(&indexed, oldtype, newtype);
}

#pragma weak MPI_Type_create_indexed_block_c = PMPI_Type_create_indexed_block_c
int PMPI_Type_create_indexed_block_c(MPI_Count count, MPI_Count blocklength,
                                     const MPI_Count array_of_displacements[], MPI_Datatype oldtype,
                                     MPI_Datatype *newtype)
{
    struct indexed indexed = {.function = __func__,
                              .combiner = MPI_COMBINER_INDEXED_BLOCK,
                              .large = true,
                              .count = count,
                              .blocklength = blocklength,
                              .displacements = {array_of_displacements, true}};

    return indexed_make(&indexed, oldtype, newtype);
}

#pragma weak MPI_Type_create_hindexed_block = PMPI_Type_create_hindexed_block
int PMPI_Type_create_hindexed_block(int count, int blocklength,
                                    const MPI_Aint array_of_displacements[], MPI_Datatype oldtype,
                                    MPI_Datatype *newtype)
{
    struct indexed indexed = {.function = __func__,
                              .combiner = MPI_COMBINER_HINDEXED_BLOCK,
                              .count = count,
                              .blocklength = blocklength,
                              .displacements = {array_of_displacements, true}};

    return indexed_make(&indexed, oldtype, newtype);
}

#pragma weak MPI_Type_create_hindexed_block_c = PMPI_Type_create_hindexed_block_c
int PMPI_Type_create_hindexed_block_c(MPI_Count count, MPI_Count blocklength,
                                      const MPI_Count array_of_displacements[],
                                      MPI_Datatype oldtype, MPI_Datatype *newtype)
{
    struct indexed indexed = {.function = __func__,
                              .combiner = MPI_COMBINER_HINDEXED_BLOCK,
                              .large = true,
                              .count = count,
                              .blocklength = blocklength,
                              .displacements = {array_of_displacements, true}};

    return indexed_make(&indexed, oldtype, newtype);
}
