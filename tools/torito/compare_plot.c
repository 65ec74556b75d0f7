// SPDX-License-Identifier: BSD-2-Clause
// compare_plot.c: one SVG for each benchmark and number of ranks, by gnuplot.
//
// The script that made a plot stays beside it, with the data in it: for other colours or axes.
#include "tools/torito/compare_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PLOT_S 30

static const char *const colour[LIBRARY_COUNT] = {
    [TORITO] = "#c0392b", [MPICH] = "#2c7fb8", [OPEN_MPI] = "#41ab5d"};

// A data block for each library that has figures, its best setting at each size; and the hardware.
static unsigned print_blocks(FILE *file, const struct figures *figures, size_t benchmark,
                             unsigned ranks)
{
    unsigned present = 0;

    for (unsigned id = 0; id <= LIBRARY_COUNT; id++) {
        unsigned points = 0;
        long long bytes = -1;

        fprintf(file, "$data%u << END\n", id);
        while (figures_next_size(figures, benchmark, ranks, &bytes)) {
            struct cell cell = {0};
            double value;

            if (id < LIBRARY_COUNT)
                cell = cell_of_library(figures, benchmark, id, ranks, (size_t)bytes, BY_VALUE);
            value = id < LIBRARY_COUNT ? cell.value
                                       : cell_limit(figures, benchmark, ranks, (size_t)bytes);
            if (value <= 0)
                continue;
            fprintf(file, "%lld %.4f\n", bytes, value);
            points++;
        }
        fprintf(file, "END\n");
        if (points > 0)
            present |= 1u << id;
    }
    return present;
}

static void print_curves(const struct plan *plan, FILE *file, unsigned present, bool sizeless)
{
    const char *separator = "plot ";

    for (unsigned id = 0; id <= LIBRARY_COUNT; id++) {
        if (!(present & 1u << id))
            continue;
        if (sizeless)
            fprintf(file, "%s$data%u using (%u):2 with boxes fill solid 0.8", separator, id, id);
        else
            fprintf(file, "%s$data%u using 1:2 with %s", separator, id,
                    id < LIBRARY_COUNT ? "linespoints pt 7 ps 0.4 lw 2" : "lines dt 2 lw 2");
        fprintf(file, " lc rgb '%s' title '%s'", id < LIBRARY_COUNT ? colour[id] : "#555555",
                id < LIBRARY_COUNT ? plan->library[id].name : "hardware limit");
        separator = ", ";
    }
    fprintf(file, "\n");
}

static void print_script(const struct plan *plan, FILE *file, const struct figures *figures,
                         size_t benchmark, unsigned ranks)
{
    const struct benchmark *b = &benchmarks[benchmark];
    unsigned present;

    fprintf(file,
            "# gnuplot %s-%u.gp\n"
            "set terminal svg size 800,500 font 'sans,13' background 'white'\n"
            "set output '%s-%u.svg'\n"
            "set title '%s, %u ranks (each library at its best setting)'\n"
            "set ylabel '%s'\nset grid lc rgb '#dddddd'\nset key %s left\n",
            b->name, ranks, b->name, ranks, b->what, ranks, b->bandwidth ? "MB/s" : "microseconds",
            b->sizeless ? "outside bottom" : "top");
    if (b->sizeless)
        fprintf(file, "set boxwidth 0.6\nset xrange [-1:%d]\nunset xtics\nset logscale y\n",
                LIBRARY_COUNT + 1);
    else
        fprintf(file, "set xlabel 'bytes'\nset logscale x 2\nset logscale y\n"
                      "set format x '%%.0b%%B'\n");
    present = print_blocks(file, figures, benchmark, ranks);
    print_curves(plan, file, present, b->sizeless);
}

static bool plot(const struct plan *plan, const struct figures *figures, size_t benchmark,
                 unsigned ranks)
{
    struct command command = {0};
    char name[128], path[PATH_MAX];
    enum run_result result;
    double seconds;
    char *output;
    FILE *file;

    snprintf(name, sizeof name, "%s-%u.gp", benchmarks[benchmark].name, ranks);
    snprintf(path, sizeof path, "%s/%s", plan->folder, name);
    file = fopen(path, "we");
    if (file == NULL) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    print_script(plan, file, figures, benchmark, ranks);
    fclose(file);
    // The script names its output without a folder.
    command_add(&command, "sh");
    command_add(&command, "-c");
    command_add(&command, "cd \"$1\" && exec gnuplot \"$2\"");
    command_add(&command, "sh");
    command_add(&command, "%s", plan->folder);
    command_add(&command, "%s", name);
    result = command_run(&command, plan->log, PLOT_S, &output, &seconds);
    free(output);
    return result == RUN_GOOD;
}

static bool gnuplot_found(const struct plan *plan)
{
    struct command command = {0};
    enum run_result result;
    double seconds;
    char *output;

    command_add(&command, "gnuplot");
    command_add(&command, "--version");
    result = command_run(&command, plan->log, PLOT_S, &output, &seconds);
    free(output);
    return result == RUN_GOOD;
}

int plots_write(const struct plan *plan, const struct figures *figures)
{
    unsigned failed = 0;

    if (!gnuplot_found(plan)) {
        complain("no plots without gnuplot: apt-get install gnuplot-nox");
        return 0;
    }
    for (size_t r = 0; r < plan->rank_counts; r++)
        for (size_t b = 0; b < benchmark_count; b++) {
            long long bytes = -1;

            if (figures_next_size(figures, b, plan->ranks[r], &bytes))
                failed += !plot(plan, figures, b, plan->ranks[r]);
        }
    if (failed > 0)
        complain("%u plots failed; the reason is in %s", failed, plan->log);
    return failed > 0 ? -1 : 0;
}
