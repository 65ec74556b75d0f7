// SPDX-License-Identifier: BSD-2-Clause
// compare_summary_test.c: which lines count as ahead or behind, and how that is told.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tools/torito/compare_parts.h"

// The real tables are in compare_library.c, which starts compilers.
enum { BCAST, BANDWIDTH };
const struct benchmark benchmarks[] = {
    [BCAST] = {"bcast", "broadcast", .limit = LIMIT_MESSAGE},
    [BANDWIDTH] = {"bw", "bandwidth", .bandwidth = true, .limit = LIMIT_COPY},
};
const size_t benchmark_count = sizeof benchmarks / sizeof *benchmarks;
const struct setting settings[] = {
    {.library = TORITO, .name = "default"},
    {.library = MPICH, .name = "default"},
    {.library = OPEN_MPI, .name = "tuned"},
};
const size_t setting_count = sizeof settings / sizeof *settings;

int complain(const char *format, ...)
{
    (void)format;
    return -1;
}

static void add(struct figures *figures, size_t benchmark, size_t setting,
                const struct probe *probe, const char *lines)
{
    struct figure figure = {.round = 1, .ranks = 2, .benchmark = benchmark, .setting = setting};

    assert(figures_read(figures, &figure, probe, lines) > 0);
}

static char *written(const struct plan *plan, const struct figures *figures)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);

    assert(file != NULL);
    summary_write(plan, file, figures);
    assert(fclose(file) == 0);
    return text;
}

// Ahead at 1 byte, behind at 8 and, by a hair's breadth, equal at 64; nobody else has 512.
static void test_summary(const struct probe *probe, bool probed)
{
    struct plan plan = {.ranks = {2}, .rank_counts = 1};
    struct figures figures = {0};
    char *text;

    plan.library[MPICH].name = "MPICH";
    plan.library[OPEN_MPI].name = "Open MPI";
    add(&figures, BCAST, 0, probe, "1 0.10\n8 0.40\n64 0.50\n512 0.90\n");
    add(&figures, BCAST, 1, probe, "1 0.30\n8 0.50\n64 0.50\n");
    add(&figures, BCAST, 2, probe, "1 0.20\n8 0.30\n64 0.60\n");
    add(&figures, BANDWIDTH, 0, probe, "1 100\n");
    add(&figures, BANDWIDTH, 1, probe, "1 50\n");
    text = written(&plan, &figures);
    assert(strstr(text, probed ? "2 of 4 lines ahead, 2 behind (2 by probe); worst ratio 0.75: "
                                 "broadcast with 2 ranks, 8 bytes.\n"
                               : "2 of 4 lines ahead, 2 behind; worst ratio 0.75: "
                                 "broadcast with 2 ranks, 8 bytes.\n"));
    assert(strstr(text, probed ? "| broadcast | 2 | 1 | 2 | 2 | 0.75 | 8 |\n"
                               : "| broadcast | 2 | 1 | 2 | - | 0.75 | 8 |\n"));
    assert(strstr(text, "| bandwidth | 2 | 1 | 0 | "));
    assert(strstr(text,
                  probed ? "| broadcast | 2 | 8 | 0.40 | 0.30 | Open MPI, tuned | 0.75 | 0.75 |\n"
                         : "| broadcast | 2 | 8 | 0.40 | 0.30 | Open MPI, tuned | 0.75 | - |\n"));
    assert(strstr(text, "| broadcast | 2 | 64 | 0.50 | 0.50 | MPICH, default | 1.00 | "));
    assert(!strstr(text, "| broadcast | 2 | 1 | 0.10") && !strstr(text, "512"));
    free(text);
    free(figures.at);
}

static void test_nothing(void)
{
    struct plan plan = {.ranks = {2}, .rank_counts = 1};
    struct figures figures = {0};
    char *text = written(&plan, &figures);

    assert(strstr(text, "There is no line with figures of Torito and of another library.\n"));
    free(text);
}

int main(void)
{
    struct probe none = {0}, probe = {.valid = true, .line_ns = 50, .count = 1};

    probe.size[0].bytes = 1;
    probe.size[0].copy_mbs = probe.size[0].both_mbs = 1000;
    test_summary(&probe, true);
    test_summary(&none, false);
    test_nothing();
    puts("done 3");
    return 0;
}
