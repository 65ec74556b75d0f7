// SPDX-License-Identifier: BSD-2-Clause
// compare_summary.c: on how many lines Torito is ahead, and on which it is not.
#include "tools/torito/compare_parts.h"

struct total {
    unsigned lines, ahead;            // of those where both sides have a figure
    unsigned probed, behind_by_probe; // with --vm there is no probe
    struct line least;                // where it is least ahead
    size_t benchmark;                 // of `least`
    unsigned ranks;
};

static void total_add(struct total *total, const struct line *line, size_t benchmark, unsigned ranks)
{
    if (line->ahead == 0)
        return;
    total->lines++;
    total->ahead += line->ahead > 1;
    total->probed += line->ahead_by_probe > 0;
    total->behind_by_probe += line->ahead_by_probe > 0 && line->ahead_by_probe <= 1;
    if (total->least.ahead == 0 || line->ahead < total->least.ahead) {
        total->least = *line;
        total->benchmark = benchmark;
        total->ranks = ranks;
    }
}

static void total_add_table(struct total *total, const struct figures *figures, size_t benchmark,
                            unsigned ranks)
{
    long long bytes = -1;

    while (figures_next_size(figures, benchmark, ranks, &bytes)) {
        struct line line = line_of(figures, benchmark, ranks, (size_t)bytes);

        total_add(total, &line, benchmark, ranks);
    }
}

static void print_table(FILE *file, const struct figures *figures, size_t benchmark, unsigned ranks)
{
    struct total total = {0};

    total_add_table(&total, figures, benchmark, ranks);
    if (total.lines == 0)
        return;
    fprintf(file, "| %s | %u | %u | %u | ", benchmarks[benchmark].what, ranks, total.ahead,
            total.lines - total.ahead);
    if (total.probed > 0)
        fprintf(file, "%u", total.behind_by_probe);
    else
        fprintf(file, "-");
    fprintf(file, " | %.2f |", total.least.ahead);
    if (benchmarks[benchmark].sizeless)
        fprintf(file, " |\n");
    else
        fprintf(file, " %zu |\n", total.least.bytes);
}

static void print_behind(const struct plan *plan, FILE *file, const struct figures *figures,
                         size_t benchmark, unsigned ranks)
{
    long long bytes = -1;

    while (figures_next_size(figures, benchmark, ranks, &bytes)) {
        struct line line = line_of(figures, benchmark, ranks, (size_t)bytes);
        const struct cell *other = &line.best[line.best_other];

        if (line.ahead == 0 || line.ahead > 1)
            continue;
        fprintf(file, "| %s | %u | %zu | %.2f | %.2f | %s, %s | %.2f | ",
                benchmarks[benchmark].what, ranks, line.bytes, line.best[TORITO].value, other->value,
                plan->library[line.best_other].name, settings[other->setting].name, line.ahead);
        fprintf(file, line.ahead_by_probe > 0 ? "%.2f |\n" : "- |\n", line.ahead_by_probe);
    }
}

void summary_print_total(const struct plan *plan, FILE *file, const struct figures *figures)
{
    struct total total = {0};

    for (size_t r = 0; r < plan->rank_counts; r++)
        for (size_t b = 0; b < benchmark_count; b++)
            total_add_table(&total, figures, b, plan->ranks[r]);
    if (total.lines == 0) {
        fprintf(file, "There is no line with figures of Torito and of another library.\n");
        return;
    }
    fprintf(file, "%u of %u lines ahead, %u behind", total.ahead, total.lines,
            total.lines - total.ahead);
    if (total.probed > 0)
        fprintf(file, " (%u by probe)", total.behind_by_probe);
    fprintf(file, "; worst ratio %.2f: %s with %u ranks", total.least.ahead,
            benchmarks[total.benchmark].what, total.ranks);
    if (!benchmarks[total.benchmark].sizeless)
        fprintf(file, ", %zu bytes", total.least.bytes);
    fprintf(file, ".\n");
}

void summary_write(const struct plan *plan, FILE *file, const struct figures *figures)
{
    fprintf(file, "\n## Summary\n\n");
    summary_print_total(plan, file, figures);
    fprintf(file, "\n| benchmark | ranks | lines ahead | behind | behind by probe | least ahead | "
                  "at bytes |\n|---|---:|---:|---:|---:|---:|---:|\n");
    for (size_t r = 0; r < plan->rank_counts; r++)
        for (size_t b = 0; b < benchmark_count; b++)
            print_table(file, figures, b, plan->ranks[r]);
    fprintf(file, "\n### Lines behind\n\n"
                  "| benchmark | ranks | bytes | Torito | best other | which | ahead | by probe |\n"
                  "|---|---:|---:|---:|---:|---|---:|---:|\n");
    for (size_t r = 0; r < plan->rank_counts; r++)
        for (size_t b = 0; b < benchmark_count; b++)
            print_behind(plan, file, figures, b, plan->ranks[r]);
}
