// SPDX-License-Identifier: BSD-2-Clause
// compare_figures.c: reads tables, keeps the figures, and finds medians among them.
#include "tools/torito/compare_parts.h"

#include <stdlib.h>
#include <string.h>

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end != NULL ? end + 1 : line + strlen(line);
}

bool probe_read(struct probe *probe, const char *output)
{
    probe->line_ns = 0;
    probe->count = 0;
    for (const char *line = output; *line != '\0'; line = next_line(line)) {
        size_t bytes;
        double copy_mbs, both_mbs;

        if (*line == '#')
            continue;
        if (probe->line_ns == 0) {
            if (sscanf(line, "%lf", &probe->line_ns) != 1 || probe->line_ns <= 0)
                return false;
        } else if (sscanf(line, "%zu %lf %lf", &bytes, &copy_mbs, &both_mbs) == 3 && copy_mbs > 0 &&
                   both_mbs > 0 && probe->count < sizeof probe->size / sizeof *probe->size) {
            probe->size[probe->count].bytes = bytes;
            probe->size[probe->count].copy_mbs = copy_mbs;
            probe->size[probe->count++].both_mbs = both_mbs;
        }
    }
    return probe->count > 0;
}

// The size nearest to `bytes` from below: the sizes of the probe may be fewer.
static size_t probe_place(const struct probe *probe, size_t bytes)
{
    size_t place = 0;

    while (place + 1 < probe->count && probe->size[place + 1].bytes <= bytes)
        place++;
    return place;
}

// What is unavoidable: a line must go from core to core, and what a rank receives must be copied.
// Of allgather, alltoall and gather (at the root) that is a block from every other rank. What fits
// into a line comes with it.
double figure_limit(const struct probe *probe, enum limit_kind kind, unsigned ranks, size_t bytes)
{
    size_t place = probe_place(probe, bytes);
    double line_us = probe->line_ns * 1e-3, copy_us;

    if (!probe->valid || kind == LIMIT_NONE)
        return 0;
    if (kind == LIMIT_COPY)
        return probe->size[place].copy_mbs;
    if (kind == LIMIT_BOTH)
        return probe->size[place].both_mbs;
    copy_us = bytes <= 64 ? 0 : (double)bytes / probe->size[place].copy_mbs;
    if (kind == LIMIT_OTHERS && ranks > 0)
        copy_us *= ranks - 1;
    return kind == LIMIT_LINE ? line_us : line_us + copy_us;
}

static void figures_add(struct figures *figures, const struct figure *figure)
{
    if (figures->count == figures->room) {
        size_t room = figures->room > 0 ? 2 * figures->room : 1024;
        struct figure *at = reallocarray(figures->at, room, sizeof *at);

        if (at == NULL) {
            complain("no memory for %zu figures", room);
            exit(1);
        }
        figures->at = at;
        figures->room = room;
    }
    figures->at[figures->count++] = *figure;
}

size_t figures_read(struct figures *figures, const struct figure *figure, const struct probe *probe,
                    const char *output)
{
    const struct benchmark *b = &benchmarks[figure->benchmark];
    struct figure one = *figure;
    struct probe own = *probe; // with what the run itself has measured
    size_t count = 0;

    for (const char *line = output; *line != '\0'; line = next_line(line)) {
        double before_ns, after_ns;
        int fields;

        if (sscanf(line, "# line %lf ns, %lf ns", &before_ns, &after_ns) == 2)
            own.line_ns = (before_ns + after_ns) / 2, one.line_inside = true;
        one.bytes = 0;
        // A run that was too late may end in the middle of a line.
        if (*line == '#' || strchr(line, '\n') == NULL)
            continue;
        fields = b->sizeless ? 1 + sscanf(line, "%lf", &one.value)
                             : sscanf(line, "%zu %lf", &one.bytes, &one.value);
        if (fields != 2 || one.value <= 0)
            continue;
        one.line_ns = own.valid ? own.line_ns : 0;
        one.limit = figure_limit(&own, b->limit, one.ranks, one.bytes);
        figures_add(figures, &one);
        count++;
    }
    return count;
}

void figures_drop(struct figures *figures, size_t first, size_t count)
{
    size_t behind = figures->count - first - count;

    memmove(figures->at + first, figures->at + first + count, behind * sizeof *figures->at);
    figures->count -= count;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double median(double *values, size_t count)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, compare_doubles);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

#define ROUNDS_MAX 1000

static bool is_at(const struct figure *figure, size_t benchmark, unsigned ranks, size_t bytes)
{
    return figure->benchmark == benchmark && figure->ranks == ranks && figure->bytes == bytes;
}

struct cell cell_of_setting(const struct figures *figures, size_t benchmark, size_t setting,
                            unsigned ranks, size_t bytes)
{
    double value[ROUNDS_MAX], of_limit[ROUNDS_MAX];
    size_t values = 0, of_limits = 0;

    for (size_t i = 0; i < figures->count && values < ROUNDS_MAX; i++) {
        const struct figure *figure = &figures->at[i];

        if (figure->setting != setting || !is_at(figure, benchmark, ranks, bytes))
            continue;
        value[values++] = figure->value;
        if (figure->limit > 0)
            of_limit[of_limits++] = figure->value / figure->limit;
    }
    return (struct cell){values, median(value, values), median(of_limit, of_limits), setting};
}

static double cell_value(const struct cell *cell, enum cell_by by)
{
    return by == BY_VALUE ? cell->value : cell->of_limit;
}

bool cell_better(size_t benchmark, const struct cell *a, const struct cell *b, enum cell_by by)
{
    double x = cell_value(a, by), y = cell_value(b, by);

    if (x <= 0 || y <= 0)
        return x > 0;
    return benchmarks[benchmark].bandwidth ? x > y : x < y;
}

struct cell cell_of_library(const struct figures *figures, size_t benchmark,
                            enum library_id library, unsigned ranks, size_t bytes, enum cell_by by)
{
    struct cell best = {0};

    for (size_t s = 0; s < setting_count; s++) {
        struct cell cell;

        if (settings[s].library != library)
            continue;
        cell = cell_of_setting(figures, benchmark, s, ranks, bytes);
        if (cell_better(benchmark, &cell, &best, by))
            best = cell;
    }
    return best;
}

double cell_ratio(size_t benchmark, const struct cell *a, const struct cell *b, enum cell_by by)
{
    double x = cell_value(a, by), y = cell_value(b, by);

    if (x <= 0 || y <= 0)
        return 0;
    return benchmarks[benchmark].bandwidth ? x / y : y / x;
}

double cell_limit(const struct figures *figures, size_t benchmark, unsigned ranks, size_t bytes)
{
    double *limit = calloc(figures->count + 1, sizeof *limit), result;
    size_t count = 0;

    for (size_t i = 0; limit != NULL && i < figures->count; i++)
        if (is_at(&figures->at[i], benchmark, ranks, bytes) && figures->at[i].limit > 0)
            limit[count++] = figures->at[i].limit;
    result = median(limit, count);
    free(limit);
    return result;
}

bool figures_next_size(const struct figures *figures, size_t benchmark, unsigned ranks,
                       long long *bytes)
{
    long long next = -1;

    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *figure = &figures->at[i];
        long long size = (long long)figure->bytes;

        if (is_at(figure, benchmark, ranks, figure->bytes) && size > *bytes &&
            (next < 0 || size < next))
            next = size;
    }
    if (next >= 0)
        *bytes = next;
    return next >= 0;
}

struct line line_of(const struct figures *figures, size_t benchmark, unsigned ranks, size_t bytes)
{
    struct line line = {.bytes = bytes, .best_other = MPICH};
    const struct cell *ours = &line.best[TORITO];

    line.limit = cell_limit(figures, benchmark, ranks, bytes);
    for (size_t s = setting_count; s-- > 0;) // the first of each library stays
        line.first[settings[s].library] = cell_of_setting(figures, benchmark, s, ranks, bytes);
    for (enum library_id id = 0; id < LIBRARY_COUNT; id++) {
        struct cell cell = cell_of_library(figures, benchmark, id, ranks, bytes, BY_PROBE);

        line.best[id] = cell_of_library(figures, benchmark, id, ranks, bytes, BY_VALUE);
        if (id != TORITO && cell_better(benchmark, &cell, &line.best_by_probe, BY_PROBE))
            line.best_by_probe = cell;
    }
    if (cell_better(benchmark, &line.best[OPEN_MPI], &line.best[MPICH], BY_VALUE))
        line.best_other = OPEN_MPI;
    line.ahead = cell_ratio(benchmark, ours, &line.best[line.best_other], BY_VALUE);
    line.ahead_by_probe = cell_ratio(benchmark, ours, &line.best_by_probe, BY_PROBE);
    return line;
}
