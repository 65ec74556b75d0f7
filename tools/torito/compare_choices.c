// SPDX-License-Identifier: BSD-2-Clause
// compare_choices.c: `torito compare --choices`: up to which size collectives should go through cells.
//
// libmpi has two algorithms for each collective of the table: through cells, and straight between the
// users' buffers (libmpi/coll/choice.c). The session runs each benchmark with either one at all
// sizes up to that of a cell. Of all bounds the one is taken with which the sizes together lose
// least against the faster algorithm at each: it does not depend on a single figure.
#include "tools/torito/compare_parts.h"

#include <errno.h>
#include <string.h>

// The columns of libmpi/coll/choice_table.inc. There is no benchmark of MPI_Scan.
static const char *const columns[] = {"bcast",    "gather", "scatter",   "allgather",
                                      "alltoall", "reduce", "allreduce", "scan"};

struct pair {
    size_t bytes;
    double cells, buffers; // as multiples of what the hardware allows, if that is known
};

static size_t benchmark_named(const char *name)
{
    size_t b = 0;

    while (b < benchmark_count && strcmp(benchmarks[b].name, name) != 0)
        b++;
    return b;
}

static double figure_of(const struct cell *cell)
{
    return cell->of_limit > 0 ? cell->of_limit : cell->value;
}

static size_t collect(const struct figures *figures, size_t benchmark, unsigned ranks,
                      struct pair pairs[], size_t room)
{
    long long bytes = -1;
    size_t count = 0;

    while (count < room && figures_next_size(figures, benchmark, ranks, &bytes)) {
        struct cell cells = {0}, buffers = {0};

        for (size_t s = 0; s < setting_count; s++)
            if (settings[s].choice != NULL)
                *(strcmp(settings[s].choice, "cells") == 0 ? &cells : &buffers) =
                    cell_of_setting(figures, benchmark, s, ranks, (size_t)bytes);
        if (cells.rounds > 0 && buffers.rounds > 0)
            pairs[count++] = (struct pair){(size_t)bytes, figure_of(&cells), figure_of(&buffers)};
    }
    return count;
}

// What is lost if cells are used up to `bound`. At each size at most as much as if the time doubled: a
// figure far off is one that something disturbed.
static double loss(const struct pair pairs[], size_t count, size_t bound)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        const struct pair *p = &pairs[i];
        double chosen = p->bytes <= bound ? p->cells : p->buffers;
        double lost = chosen / (p->cells < p->buffers ? p->cells : p->buffers) - 1;

        sum += lost < 1 ? lost : 1;
    }
    return sum;
}

size_t choice_bound(const struct figures *figures, size_t benchmark, unsigned ranks)
{
    struct pair pairs[40];
    size_t count = collect(figures, benchmark, ranks, pairs, sizeof pairs / sizeof *pairs);
    size_t best = 0;

    if (count == 0)
        return CHOICE_BYTES_MAX; // nothing was measured: cells do not make a root wait
    for (size_t i = 0; i < count; i++)
        if (loss(pairs, count, pairs[i].bytes) <= loss(pairs, count, best))
            best = pairs[i].bytes;
    for (size_t i = 0; i < count; i++)
        printf("%-10s %4u ranks %6zu bytes: cells %8.2f buffers %8.2f%s\n",
               benchmarks[benchmark].name, ranks, pairs[i].bytes, pairs[i].cells, pairs[i].buffers,
               pairs[i].bytes == best ? "  <- through cells up to here" : "");
    return best;
}

int choices_write(const struct plan *plan, const struct figures *figures)
{
    char path[PATH_MAX];
    FILE *file;

    snprintf(path, sizeof path, "%.*s/choice_table.inc", PATH_MAX - 32, plan->folder);
    file = fopen(path, "we");
    if (file == NULL)
        return complain("%s: %s", path, strerror(errno));
    fprintf(file,
            "// SPDX-License-Identifier: BSD-2-Clause\n"
            "// choice_table.inc: up to how many bytes go through cells: choice.c. Made by `torito "
            "compare --choices`.\n"
            "// Ranks up to; bcast, gather, scatter, allgather, alltoall, reduce, allreduce, "
            "scan.\n");
    for (size_t r = 0; r < plan->rank_counts; r++) {
        fprintf(file, "{%u, {", plan->ranks[r]);
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
            size_t b = benchmark_named(columns[i]);

            fprintf(file, "%s%zu", i > 0 ? ", " : "",
                    b < benchmark_count ? choice_bound(figures, b, plan->ranks[r])
                                        : CHOICE_BYTES_MAX);
        }
        fprintf(file, "}},\n");
    }
    if (fclose(file) != 0)
        return complain("%s: %s", path, strerror(errno));
    printf("%s\n", path);
    return 0;
}
