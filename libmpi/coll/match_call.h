// SPDX-License-Identifier: BSD-2-Clause
// match_call.h: what is compared of two calls of collectives.
#pragma once
#include "libmpi/coll/coll.h"
#include "libmpi/coll/signature.h"

#pragma GCC visibility push(hidden)

struct mpii_match_data {
    bool each; // one for each rank; else the same for all
    struct mpii_signature *of;
};

struct mpii_match_call {
    const char *function; // as the user writes it, without _c
    enum mpii_coll_kind kind;
    int rank, size; // in the communicator
    int root;
    MPI_Op op;                         // MPI_OP_NULL: none
    bool user_op;                      // whose handles differ from rank to rank
    struct mpii_match_data send, recv; // `of` is NULL: not for this rank
    struct mpii_signature data[];
};

// One allocation. NULL: no memory.
struct mpii_match_call *mpii_match_call_new(const struct mpii_collective *collective,
                                            const struct mpii_coll_call *call);

// The first thing in which this rank's call does not fit that of another: the class of the error and, in
// `text`, what is wrong. MPI_SUCCESS: they fit.
int mpii_match_compare(const struct mpii_match_call *mine, const struct mpii_match_call *other,
                       char *text, size_t bytes);

#pragma GCC visibility pop
