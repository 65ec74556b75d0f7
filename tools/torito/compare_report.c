// SPDX-License-Identifier: BSD-2-Clause
// compare_report.c: the report in Markdown, and every single figure as CSV.
#include "tools/torito/compare_parts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static FILE *open_in(const struct plan *plan, const char *name)
{
    char path[PATH_MAX];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", plan->folder, name);
    file = fopen(path, "we");
    if (file == NULL)
        complain("%s: %s", path, strerror(errno));
    return file;
}

static int close_written(FILE *file, const char *name)
{
    bool bad = ferror(file) != 0;

    if (fclose(file) != 0 || bad)
        return complain("%s is not complete: %s", name, strerror(errno));
    return 0;
}

static int csv_write(const struct plan *plan, const struct figures *figures)
{
    FILE *file = open_in(plan, "figures.csv");

    if (file == NULL)
        return -1;
    fprintf(file, "round,ranks,benchmark,bytes,library,setting,value,unit,line_ns,limit,others\n");
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure *f = &figures->at[i];
        const struct setting *s = &settings[f->setting];

        fprintf(file, "%u,%u,%s,%zu,%s,\"%s\",%.3f,%s,%.2f,%.3f,%.2f\n", f->round, f->ranks,
                benchmarks[f->benchmark].name, f->bytes, plan->library[s->library].name, s->name,
                f->value, benchmarks[f->benchmark].bandwidth ? "MB/s" : "us", f->line_ns, f->limit,
                f->others);
    }
    return close_written(file, "figures.csv");
}

// Three digits that count, whatever the size of the number.
static void print_value(FILE *file, double value)
{
    fprintf(file, value >= 100 ? " %.0f |" : value >= 10 ? " %.1f |" : " %.2f |", value);
}

static void print_cell(FILE *file, const struct cell *cell)
{
    if (cell->rounds == 0)
        fprintf(file, " - |");
    else
        print_value(file, cell->value);
}

static void print_by_limit(FILE *file, const struct cell *cell)
{
    if (cell->rounds == 0 || cell->of_limit == 0)
        fprintf(file, " - |");
    else
        print_value(file, cell->of_limit);
}

static void print_ahead(FILE *file, double ahead)
{
    if (ahead > 0)
        fprintf(file, ahead > 1 ? " %.2f |" : " **%.2f** |", ahead);
    else
        fprintf(file, " - |");
}

static void print_line(const struct plan *plan, FILE *file, size_t benchmark, const struct line *line)
{
    const struct cell *other = &line->best[line->best_other];

    fprintf(file, "|");
    if (!benchmarks[benchmark].sizeless)
        fprintf(file, " %zu |", line->bytes);
    if (line->limit > 0)
        print_value(file, line->limit);
    else
        fprintf(file, " - |");
    print_cell(file, &line->first[TORITO]);
    for (enum library_id id = MPICH; id < LIBRARY_COUNT; id++) {
        print_cell(file, &line->first[id]);
        print_cell(file, &line->best[id]);
    }
    if (other->rounds > 0)
        fprintf(file, " %s, %s |", plan->library[line->best_other].name,
                settings[other->setting].name);
    else
        fprintf(file, " - |");
    print_by_limit(file, &line->first[TORITO]);
    print_by_limit(file, &line->best_by_probe);
    print_ahead(file, line->ahead);
    print_ahead(file, line->ahead_by_probe);
    fprintf(file, "\n");
}

static void print_table(const struct plan *plan, FILE *file, const struct figures *figures,
                        size_t benchmark, unsigned ranks)
{
    const struct benchmark *b = &benchmarks[benchmark];
    long long bytes = -1;

    if (!figures_next_size(figures, benchmark, ranks, &bytes))
        return;
    fprintf(file, "\n### %s, %u ranks, %s\n\n", b->what, ranks, b->bandwidth ? "MB/s" : "us");
    fprintf(file,
            "|%s hardware | Torito | MPICH | MPICH, best | Open MPI | Open MPI, best | best other "
            "| Torito : hardware | best other : hardware | ahead | ahead by probe |\n|",
            b->sizeless ? "" : " bytes |");
    for (int column = b->sizeless ? 1 : 0; column < 12; column++)
        fprintf(file, "%s|", column == 7 ? "---" : "---:");
    fprintf(file, "\n");
    do {
        struct line line = line_of(figures, benchmark, ranks, (size_t)bytes);

        print_line(plan, file, benchmark, &line);
    } while (figures_next_size(figures, benchmark, ranks, &bytes));
    fprintf(file, "\n![%s, %u ranks](%s-%u.svg)\n", b->what, ranks, b->name, ranks);
}

static void print_line_time(FILE *file, const struct figures *figures)
{
    double least = 0, most = 0;
    bool inside = false;

    for (size_t i = 0; i < figures->count; i++) {
        double ns = figures->at[i].line_ns;

        inside = inside || figures->at[i].line_inside;
        if (ns > 0 && (least == 0 || ns < least))
            least = ns;
        if (ns > most)
            most = ns;
    }
    if (most > 0)
        fprintf(file,
                "One cache line from core to core took %.0f ns to %.0f ns; each figure is paired "
                "with %s.\n",
                least, most,
                inside ? "what two ranks measured in the same run" : "the probe right before it");
    else
        fprintf(file, "The hardware was not probed: that takes two CPUs.\n");
}

static void print_processor(FILE *file, const struct plan *plan)
{
    FILE *info = fopen("/proc/cpuinfo", "re");
    char line[256];

    fprintf(file, "%u CPUs", plan->cpu_count);
    while (info != NULL && fgets(line, sizeof line, info) != NULL)
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL) {
            line[strcspn(line, "\n")] = '\0';
            fprintf(file, " (%s)", strchr(line, ':') + 2);
            break;
        }
    if (info != NULL)
        fclose(info);
}

static void print_disturbed(FILE *file, const struct figures *figures)
{
    size_t disturbed = 0, far = 0;
    double nearest_ns = 1e9;

    for (size_t i = 0; i < figures->count; i++)
        disturbed += figures->at[i].others > OTHERS_MOST;
    if (disturbed > 0)
        fprintf(file,
                "**%zu of %zu figures come from runs that other processes disturbed** (column "
                "\"others\" in figures.csv).\n",
                disturbed, figures->count);
    for (size_t i = 0; i < figures->count; i++)
        if (figures->at[i].line_inside && figures->at[i].line_ns < nearest_ns)
            nearest_ns = figures->at[i].line_ns;
    for (size_t i = 0; i < figures->count; i++)
        far += figures->at[i].line_inside && figures->at[i].line_ns > FAR_LINE * nearest_ns;
    if (far > 0)
        fprintf(
            file,
            "**%zu of %zu figures come from runs whose cores were far from each other** (column "
            "\"line_ns\").\n",
            far, figures->count);
}

static void print_machines(FILE *file, const struct plan *plan)
{
    fprintf(file, "In virtual machines of QEMU by %s with ", plan->kvm ? "KVM" : "TCG");
    if (plan->cores > 0)
        fprintf(file, "%u core%s", plan->cores, plan->cores == 1 ? "" : "s");
    else
        fprintf(file, "a core for each rank");
    fprintf(file, "; MPICH under %s.\n", plan->guest_kernel);
}

static void print_heading(const struct plan *plan, FILE *file, const struct figures *figures)
{
    unsigned rounds = 0;

    for (size_t i = 0; i < figures->count; i++)
        if (figures->at[i].round > rounds)
            rounds = figures->at[i].round;
    fprintf(file, "# Torito, MPICH and Open MPI side by side\n\n");
    print_processor(file, plan);
    for (size_t id = 0; id < LIBRARY_COUNT; id++) {
        const struct library *library = &plan->library[id];

        fprintf(file, "; %s %s", library->name, library->found ? library->version : "missing");
    }
    fprintf(file, ". Run in turn, %u round%s, each rank bound to a CPU, medians.\n", rounds,
            rounds == 1 ? "" : "s");
    if (plan->vm)
        print_machines(file, plan);
    else
        print_line_time(file, figures);
    print_disturbed(file, figures);
    fprintf(file,
            "\n\"Best\" is the best of a library's settings at that size, and \"ahead\" compares "
            "Torito with the best of all of\nthem: 2.00 is twice as fast. \"Hardware\" is what a "
            "cache line and the copies that cannot be avoided take, or for\nbandwidths the rate of "
            "memcpy; \": hardware\" is the median of each figure by its own probe, and \"ahead by "
            "probe\"\ncompares these: it does not depend on how near the cores were.\n");
}

static int markdown_write(const struct plan *plan, const struct figures *figures)
{
    FILE *file = open_in(plan, "report.md");

    if (file == NULL)
        return -1;
    print_heading(plan, file, figures);
    summary_write(plan, file, figures);
    fprintf(file, "\n## Tables\n");
    for (size_t r = 0; r < plan->rank_counts; r++)
        for (size_t b = 0; b < benchmark_count; b++)
            print_table(plan, file, figures, b, plan->ranks[r]);
    return close_written(file, "report.md");
}

int report_write(const struct plan *plan, const struct figures *figures)
{
    int csv = csv_write(plan, figures), markdown = markdown_write(plan, figures);

    return csv < 0 || markdown < 0 ? -1 : 0;
}
