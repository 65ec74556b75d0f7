// SPDX-License-Identifier: BSD-2-Clause
// soak_plan.h: what soak.c draws: the messages of a round, and what their datatypes cover.
//
// All ranks call make_plan with the same random numbers, and so know the same messages.
#pragma once
#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

#define PER_RANK 8 // messages in a round, on average
#define RANKS_MOST 256
#define OPEN_MOST (PER_RANK * RANKS_MOST)
#define RUNS_MAX 8
#define LARGE_BYTES 65536
#define TAGS 3 // in a class: few, so that order matters

enum class { NAMED, ANY_SOURCE, ANY_TAG, ANY, CLASSES };

// What a datatype covers: `runs` pieces of elements, in this order, in an extent of so many.
struct shape {
    int kind, runs, elements, extent;
    int at[RUNS_MAX], length[RUNS_MAX];
};

struct message {
    int from, to, tag, count; // count of base elements
    enum class class;
    uint32_t draw; // decides the sender's datatype and the text
    int early;     // its receives are posted before anybody sends
    int taken;     // the receiver has seen it
};

struct base {
    MPI_Datatype type;
    size_t bytes;
};

static const struct base *base; // of this round
static struct message *plan;
static int planned, size, round_number;
static long bytes_max;
static uint64_t common; // random numbers

static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static int below(uint64_t *state, int limit)
{
    return (int)(draw(state) % (uint32_t)limit);
}

// --- datatypes ---

// The same for the same `seed`. Half of them are plain.
static struct shape shape_of(uint32_t seed)
{
    uint64_t state = seed;
    struct shape s = {.runs = 1, .elements = 1, .extent = 1, .length = {1}};
    int at = 0;

    draw(&state);
    s.kind = below(&state, 10) - 4;
    if (s.kind <= 0)
        return s;
    s.runs = s.kind == 1 ? 1 : 1 + below(&state, RUNS_MAX);
    s.elements = 0;
    for (int r = 0; r < s.runs; r++) {
        // A vector's pieces and gaps are alike.
        if (r == 0 || s.kind != 2)
            s.length[r] = 1 + below(&state, 7);
        else
            s.length[r] = s.length[0];
        s.at[r] = at;
        s.elements += s.length[r];
        if (s.kind == 2)
            at += s.length[r] + (int)(seed % 3);
        else
            at += s.length[r] + (s.kind == 1 ? 0 : below(&state, 3));
    }
    s.extent = s.at[s.runs - 1] + s.length[s.runs - 1];
    // The pieces in any order, and room behind them.
    for (int r = s.runs - 1; s.kind >= 3 && r > 0; r--) {
        int other = below(&state, r + 1), a = s.at[r], l = s.length[r];

        s.at[r] = s.at[other], s.length[r] = s.length[other];
        s.at[other] = a, s.length[other] = l;
    }
    if (s.kind == 5)
        s.extent += below(&state, 4);
    return s;
}

static MPI_Datatype make_type(const struct shape *s)
{
    MPI_Datatype type = base->type, inner, types[RUNS_MAX];
    MPI_Aint at[RUNS_MAX];

    for (int r = 0; r < s->runs; r++) {
        at[r] = s->at[r] * (MPI_Aint)base->bytes;
        types[r] = base->type;
    }
    switch (s->kind) {
    case 1:
        MPI_Type_contiguous(s->elements, base->type, &type);
        break;
    case 2:
        MPI_Type_vector(s->runs, s->length[0], s->runs > 1 ? s->at[1] : 1, base->type, &type);
        break;
    case 3:
        MPI_Type_indexed(s->runs, s->length, s->at, base->type, &type);
        break;
    case 4:
        MPI_Type_create_struct(s->runs, s->length, at, types, &type);
        break;
    case 5:
        MPI_Type_create_hindexed(s->runs, s->length, at, base->type, &inner);
        MPI_Type_create_resized(inner, 0, s->extent * (MPI_Aint)base->bytes, &type);
        MPI_Type_free(&inner);
        break;
    default:
        return type;
    }
    MPI_Type_commit(&type);
    return type;
}

// --- the plan ---

static int is_large(const struct message *m)
{
    return (size_t)m->count * base->bytes > LARGE_BYTES;
}

static int random_elements(int *large)
{
    long bytes;
    int which = below(&common, 2000);

    if (which < 1200)
        bytes = below(&common, 256);
    else if (which < 1700)
        bytes = below(&common, 8192);
    else if (which < 1998 || *large)
        bytes = below(&common, which < 1800 ? LARGE_BYTES : 20000);
    else // now and then
        bytes = *large = which == 1998 ? below(&common, 1 << 20) : (int)draw(&common) % (8 << 20);
    if (*large && bytes > LARGE_BYTES && below(&common, 8) == 0)
        bytes = bytes_max;
    return (int)((bytes < bytes_max ? bytes : bytes_max) / (long)base->bytes);
}

static void make_plan(void)
{
    static const struct base bases[] = {{MPI_BYTE, 1},
                                        {MPI_INT, sizeof(int)},
                                        {MPI_DOUBLE, 8},
                                        {MPI_SHORT, sizeof(short)},
                                        {MPI_CHAR, 1},
                                        {MPI_LONG_LONG, 8},
                                        {MPI_C_DOUBLE_COMPLEX, 16}};
    // Of each receiver: is every receive of it wild, and which classes are early?
    static uint8_t wild[RANKS_MOST], early[RANKS_MOST];
    int large = 0;

    base = &bases[below(&common, 2) ? 0 : below(&common, sizeof bases / sizeof *bases)];
    for (int r = 0; r < size; r++) {
        wild[r] = below(&common, 5) == 0;
        early[r] = (uint8_t)draw(&common);
    }
    for (int i = 0; i < planned; i++) {
        struct message *m = &plan[i];

        m->from = below(&common, size);
        m->to = below(&common, size);
        m->draw = draw(&common);
        m->count = random_elements(&large);
        m->count -= m->count % shape_of(m->draw).elements;
        if (wild[m->to])
            m->class = ANY;
        else if ((m->from + m->to + round_number) % 4 == 0) // all of this pair
            m->class = ANY_TAG;
        else
            m->class = m->draw % 2 && !is_large(m) ? ANY_SOURCE : NAMED;
        m->tag = 10 * (int)m->class + below(&common, TAGS);
        if (is_large(m) && m->class == ANY) // late, so that they can be probed
            early[m->to] &= (uint8_t) ~(1 << ANY);
    }
    for (int i = 0; i < planned; i++) {
        plan[i].early = early[plan[i].to] >> plan[i].class & 1;
        plan[i].taken = 0;
    }
}
