// SPDX-License-Identifier: BSD-2-Clause
// deadlock.c: see deadlock.h. The kernel tells addresses (struct job_wait); the names are in the image.
#include "deadlock.h"
#include "say.h"
#include "symbols.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 40 // one screen

struct row {
    char *what;        // "MPI_Recv(source 1, tag 7, 4 bytes, MPI_COMM_WORLD)"
    char *where;       // "exchange at heat.c:42", "" if unknown
    char *ranks;       // "0-2,5"
    uint32_t from, to; // the last of them
    uint64_t waited_ns;
    bool told; // together with another row
};

static const char *program_of(const struct plan *plan, uint32_t rank)
{
    uint32_t i = 0;

    while (i + 1 < plan->section_count && rank >= plan->section[i].ranks)
        rank -= plan->section[i++].ranks;
    return plan->program[plan->section[i].program].path;
}

// Symbols of the program that was asked for last: mostly there is only one.
static struct symbols *symbols_of(const char *path, bool done)
{
    static struct symbols *symbols;
    static const char *last;

    if (done || last != path) {
        symbols_close(symbols);
        symbols = done ? NULL : symbols_open(path);
        last = done ? NULL : path;
    }
    return symbols;
}

// A barrier jumps to its last step, and so is no frame any more (libmpi/coll/quick.h).
static char *name_find(struct symbols *symbols, uint64_t address)
{
    static const char step[] = "mpii_quick_barrier";
    char *name = symbols_describe(symbols, address);

    if (name == NULL || strncmp(name, step, sizeof step - 1) != 0)
        return name;
    free(name);
    return need(strdup("MPI_Barrier"));
}

static bool is_mpi(const char *text)
{
    return text != NULL && strncmp(text + (text[0] == 'P'), "MPI_", 4) == 0;
}

static bool has_line(const char *text)
{
    return text != NULL && strstr(text, " at ") != NULL;
}

// What a thread outside of MPI waits for.
static const char *thing_of(uint32_t kind)
{
    switch ((enum job_wait_kind)kind) {
    case JOB_WAIT_POLL:
        return "nothing: it looks, and lets others run";
    case JOB_WAIT_OUTSIDE:
        return "time, input or a signal";
    case JOB_WAIT_TURN:
        return "its turn on the core";
    default:
        return "another of its threads, or a lock";
    }
}

// Which function of MPI the program has called, and from where: the outermost, for a library for profiling
// has functions of the same names. Of a wait outside MPI: the first function with a known source.
static void names_find(const struct job_wait *wait, const struct plan *plan, struct row *row)
{
    struct symbols *symbols = symbols_of(program_of(plan, wait->rank), false);
    char *name[JOB_WAIT_FRAMES_MAX + 1] = {NULL};
    uint32_t call = wait->frame_count, caller = 0;

    for (uint32_t i = 0; symbols != NULL && i < wait->frame_count; i++) {
        name[i] = name_find(symbols, wait->frames[i] - wait->slot);
        if (is_mpi(name[i]))
            call = i;
    }
    if ((wait->kind == JOB_WAIT_MPI || wait->kind == JOB_WAIT_POLL) && call < wait->frame_count) {
        const char *start = name[call] + (name[call][0] == 'P');

        row->what = need_format("%.*s%s%s%s%s", (int)strcspn(start, " "), start,
                                wait->text[0] != '\0' ? "(" : "", wait->text,
                                wait->text[0] != '\0' ? ")" : "",
                                wait->kind == JOB_WAIT_POLL ? ", which does not wait" : "");
        caller = call + 1;
    } else {
        row->what = wait->kind == JOB_WAIT_MPI ? need_format("a call of MPI (%s)", wait->text)
                                               : need(strdup(thing_of(wait->kind)));
        while (caller < wait->frame_count && !has_line(name[caller]))
            caller++;
    }
    row->where = need(strdup(name[caller] != NULL ? name[caller] : ""));
    for (uint32_t i = 0; i < wait->frame_count; i++)
        free(name[i]);
}

static void row_make(const struct job_wait *wait, const struct plan *plan, struct row *row)
{
    row->from = row->to = wait->rank;
    row->ranks = need_format("%u", wait->rank);
    row->waited_ns = wait->waited_ns;
    switch ((enum job_wait_kind)wait->kind) {
    case JOB_WAIT_ENDED:
        row->what = need(strdup("nothing: it has ended"));
        row->where = need(strdup(""));
        break;
    case JOB_WAIT_MESSAGE:
        row->what = need_format("(unreceived: %s)", wait->text);
        row->where = need(strdup(""));
        break;
    default:
        names_find(wait, plan, row);
    }
}

static bool same(const struct row *a, const struct row *b)
{
    return strcmp(a->what, b->what) == 0 && strcmp(a->where, b->where) == 0;
}

static void rank_add(struct row *row, uint32_t rank)
{
    char *ranks = row->ranks;

    if (rank == row->to)
        return; // another thread of it
    if (rank == row->to + 1) {
        const char *dash = row->to > row->from ? strrchr(ranks, '-') : NULL;
        size_t keep = dash != NULL ? (size_t)(dash - ranks) : strlen(ranks);

        row->ranks = need_format("%.*s-%u", (int)keep, ranks, rank);
    } else {
        row->ranks = need_format("%s,%u", ranks, rank);
        row->from = rank;
    }
    row->to = rank;
    free(ranks);
}

// Gathers into each row those below that say the same.
static void rows_join(struct row *row, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = i + 1; k < count && !row[i].told; k++) {
            if (row[k].told || !same(&row[i], &row[k]))
                continue;
            rank_add(&row[i], row[k].from);
            row[k].told = true;
            if (row[k].waited_ns > row[i].waited_ns)
                row[i].waited_ns = row[k].waited_ns;
        }
    }
}

static void row_say(const struct row *row, int ranks_width, int what_width)
{
    char waited[32] = "";
    char *line;

    if (row->waited_ns > 0)
        snprintf(waited, sizeof waited, "%.3f s", (double)row->waited_ns / 1e9);
    line = need_format("  %-*s  %-*s  %9s  %s", ranks_width, row->ranks, what_width, row->what,
                       waited, row->where);
    for (size_t end = strlen(line); end > 0 && line[end - 1] == ' ';)
        line[--end] = '\0';
    say_raw(line, strlen(line));
    say_raw("\n", 1);
    free(line);
}

static void rows_say(const struct row *row, uint32_t count)
{
    int ranks_width = (int)strlen("rank"), what_width = (int)strlen("waits for");
    struct row head = {.ranks = "rank", .what = "waits for", .where = "called from"};
    uint32_t told = 0;

    for (uint32_t i = 0; i < count; i++) {
        int ranks = (int)strlen(row[i].ranks), what = (int)strlen(row[i].what);

        if (row[i].told)
            continue;
        ranks_width = ranks > ranks_width && ranks < 30 ? ranks : ranks_width;
        what_width = what > what_width && what < 80 ? what : what_width;
    }
    row_say(&head, ranks_width, what_width);
    for (uint32_t i = 0; i < count; i++) {
        if (row[i].told)
            continue;
        if (told++ < LINES_MAX)
            row_say(&row[i], ranks_width, what_width);
    }
    if (told > LINES_MAX) {
        char *line = need_format("  ... and %u more\n", told - LINES_MAX);

        say_raw(line, strlen(line));
        free(line);
    }
}

static bool any_in_mpi(const struct ending *ending)
{
    for (uint32_t i = 0; i < ending->wait_count; i++)
        if (ending->waits[i].kind == JOB_WAIT_MPI || ending->waits[i].kind == JOB_WAIT_POLL)
            return true;
    return false;
}

// By rank, for cores may have told in any order. Of a rank that nothing is known of the core was busy all the
// time. Returns how many.
static uint32_t rows_make(struct row *row, const struct ending *ending, const struct plan *plan)
{
    uint32_t count = 0;

    for (uint32_t rank = 0; rank < plan->ranks; rank++) {
        uint32_t before = count;

        for (uint32_t i = 0; i < ending->wait_count; i++)
            if (ending->waits[i].rank == rank)
                row_make(&ending->waits[i], plan, &row[count++]);
        if (count == before && ending->waits_lost == 0)
            row[count++] = (struct row){.what = need(strdup("nothing: its core computes")),
                                        .where = need(strdup("")),
                                        .ranks = need_format("%u", rank),
                                        .from = rank,
                                        .to = rank};
    }
    symbols_of(NULL, true);
    return count;
}

void waits_say(const struct ending *ending, const struct plan *plan)
{
    struct row *row = need(calloc(ending->wait_count + plan->ranks, sizeof *row));
    uint32_t count = rows_make(row, ending, plan);

    if (any_in_mpi(ending)) {
        rows_join(row, count);
        rows_say(row, count);
    }
    if (ending->waits_lost > 0)
        say("%u more threads wait, for which there was no room", ending->waits_lost);
    for (uint32_t i = 0; i < count; i++) {
        free(row[i].what);
        free(row[i].where);
        free(row[i].ranks);
    }
    free(row);
}
