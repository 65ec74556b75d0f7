// SPDX-License-Identifier: BSD-2-Clause
// match_call.c: see match_call.h.
#include "libmpi/coll/match_call.h"
#include <stdio.h>
#include <stdlib.h>

static const struct mpii_signature *data_of(const struct mpii_match_data *data, int rank)
{
    return &data->of[data->each ? rank : 0];
}

// --- what a call is ---

// A vector that is the same on all ranks.
static bool has_vector(enum mpii_coll_kind kind)
{
    return kind == MPII_COLL_VECTOR || kind == MPII_COLL_REDUCE;
}

static void data_take(struct mpii_match_call *match, struct mpii_match_data *data,
                      struct mpii_signature *at, const struct mpii_side *side)
{
    data->each = side->layout >= MPII_LAYOUT_LIST;
    data->of = at;
    for (int i = 0; i < (data->each ? match->size : 1); i++) {
        const struct mpii_type *type =
            side->layout == MPII_LAYOUT_EACH ? mpii_type(side->datatypes[i]) : side->type;

        at[i] = mpii_signature_of(type, mpii_side_count(side, i));
    }
}

// Which sides count on this rank, and what stands for one in place.
static void sides_take(struct mpii_match_call *match, const struct mpii_coll_call *call)
{
    const enum mpii_coll_kind kind = match->kind;

    if (has_vector(kind)) {
        data_take(match, &match->recv, match->data, &call->recv);
        return;
    }
    if (kind == MPII_COLL_OTHER)
        return;
    if (call->receives && !(call->in_place && kind == MPII_COLL_SCATTER))
        data_take(match, &match->recv, match->data, &call->recv);
    if (call->sends && (!call->in_place || kind == MPII_COLL_SCATTER)) {
        data_take(match, &match->send, match->data + match->size, &call->send);
    } else if (kind == MPII_COLL_ALLGATHER && match->recv.of) {
        match->data[match->size] = *data_of(&match->recv, match->rank);
        match->send.of = &match->data[match->size];
    } else if (kind == MPII_COLL_ALLTOALL) {
        match->send = match->recv;
    }
}

struct mpii_match_call *mpii_match_call_new(const struct mpii_collective *collective,
                                            const struct mpii_coll_call *call)
{
    size_t size = (size_t)call->comm->size;
    struct mpii_match_call *match = calloc(1, sizeof *match + 2 * size * sizeof match->data[0]);

    if (!match)
        return NULL;
    match->function = call->function + (call->function[0] == 'P');
    match->kind = collective->kind;
    match->rank = call->comm->rank;
    match->size = call->comm->size;
    match->root = call->root;
    match->op = MPI_OP_NULL;
    if (collective->kind == MPII_COLL_REDUCE) {
        match->op = call->op_handle;
        match->user_op = !mpii_op_predefined(call->op_handle);
    }
    if (!call->comm->remote) // there, what is given and what is expected are the other group's
        sides_take(match, call);
    else
        match->root = MPII_NO_ROOT;
    return match;
}

// --- comparing ---

static size_t name_length(const char *function)
{
    size_t length = strlen(function);

    return length > 2 && strcmp(function + length - 2, "_c") == 0 ? length - 2 : length;
}

static bool same_function(const char *a, const char *b)
{
    size_t length = name_length(a);

    return length == name_length(b) && memcmp(a, b, length) == 0;
}

static const char *op_name(const struct mpii_match_call *call)
{
    static const struct {
        MPI_Op op;
        const char *name;
    } known[] = {
        {MPI_SUM, "MPI_SUM"},        {MPI_MIN, "MPI_MIN"},       {MPI_MAX, "MPI_MAX"},
        {MPI_PROD, "MPI_PROD"},      {MPI_BAND, "MPI_BAND"},     {MPI_BOR, "MPI_BOR"},
        {MPI_BXOR, "MPI_BXOR"},      {MPI_LAND, "MPI_LAND"},     {MPI_LOR, "MPI_LOR"},
        {MPI_LXOR, "MPI_LXOR"},      {MPI_MINLOC, "MPI_MINLOC"}, {MPI_MAXLOC, "MPI_MAXLOC"},
        {MPI_REPLACE, "MPI_REPLACE"}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (call->op == known[i].op)
            return known[i].name;
    return "one of the user's";
}

struct text {
    char *at;
    size_t bytes;
};

// What `from` gives to a rank, and what that rank expects. `vector`: both have the same part.
static int compare_data(const struct mpii_signature *given, int from,
                        const struct mpii_signature *expected, int to, bool vector, struct text text)
{
    if (given->bytes != expected->bytes) {
        snprintf(text.at, text.bytes,
                 vector ? "rank %d has %lld bytes, and rank %d %lld"
                        : "rank %d gives %lld bytes to rank %d, which expects %lld",
                 from, (long long)given->bytes, to, (long long)expected->bytes);
        return MPI_ERR_COUNT;
    }
    if (!mpii_signature_same_types(given, expected)) {
        snprintf(text.at, text.bytes,
                 vector ? "rank %d has data of other types than rank %d"
                        : "rank %d gives data of other types than rank %d expects",
                 from, to);
        return MPI_ERR_TYPE;
    }
    return MPI_SUCCESS;
}

static int compare_vectors(const struct mpii_match_call *mine, const struct mpii_match_call *other,
                           struct text text)
{
    int rc = MPI_SUCCESS;

    for (int i = 0; rc == MPI_SUCCESS && i < (mine->recv.each ? mine->size : 1); i++)
        if (mine->recv.of && other->recv.of)
            rc = compare_data(&mine->recv.of[i], mine->rank, &other->recv.of[i], other->rank, true,
                              text);
    return rc;
}

// From one to another, if anything goes there.
static int compare_way(const struct mpii_match_call *from, const struct mpii_match_call *to,
                       struct text text)
{
    if (!from->send.of || !to->recv.of)
        return MPI_SUCCESS;
    if (from->root != MPII_NO_ROOT && from->root != from->rank && from->root != to->rank)
        return MPI_SUCCESS;
    return compare_data(data_of(&from->send, to->rank), from->rank, data_of(&to->recv, from->rank),
                        to->rank, false, text);
}

int mpii_match_compare(const struct mpii_match_call *mine, const struct mpii_match_call *other,
                       char *text, size_t bytes)
{
    struct text to = {text, bytes};
    int rc;

    if (!same_function(mine->function, other->function)) {
        snprintf(text, bytes, "rank %d calls %.*s, and rank %d %.*s", mine->rank,
                 (int)name_length(mine->function), mine->function, other->rank,
                 (int)name_length(other->function), other->function);
        return MPI_ERR_OTHER;
    }
    if (mine->root != other->root) {
        snprintf(text, bytes, "root is %d on rank %d, and %d on rank %d", mine->root, mine->rank,
                 other->root, other->rank);
        return MPI_ERR_ROOT;
    }
    if (mine->user_op != other->user_op || (!mine->user_op && mine->op != other->op)) {
        snprintf(text, bytes, "op is %s on rank %d, and %s on rank %d", op_name(mine), mine->rank,
                 op_name(other), other->rank);
        return MPI_ERR_OP;
    }
    if (has_vector(mine->kind))
        return compare_vectors(mine, other, to);
    rc = compare_way(mine, other, to);
    return rc == MPI_SUCCESS ? compare_way(other, mine, to) : rc;
}
