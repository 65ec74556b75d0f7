// SPDX-License-Identifier: BSD-2-Clause
// compare_figures_test.c: tables as the benchmarks print them, whole and torn, and what is made of them.
#include <assert.h>
#include <stdlib.h>

#include "tools/torito/compare_parts.h"

// The real tables are in compare_library.c, which starts compilers; here one of each kind will do.
enum { LATENCY, BANDWIDTH, BARRIER, ALLGATHER };
const struct benchmark benchmarks[] = {
    [LATENCY] = {"latency", "latency", .limit = LIMIT_MESSAGE},
    [BANDWIDTH] = {"bw", "bandwidth", .bandwidth = true, .limit = LIMIT_COPY},
    [BARRIER] = {"barrier", "barrier", .sizeless = true, .limit = LIMIT_LINE},
    [ALLGATHER] = {"allgather", "allgather", .limit = LIMIT_OTHERS},
};
const size_t benchmark_count = sizeof benchmarks / sizeof *benchmarks;
const struct setting settings[] = {
    {.library = TORITO, .name = "default"},
    {.library = OPEN_MPI, .name = "default"},
    {.library = OPEN_MPI, .name = "tuned"},
};
const size_t setting_count = sizeof settings / sizeof *settings;

int complain(const char *format, ...)
{
    (void)format;
    return -1;
}

static const char *const probe_table = "# Torito hardware limits\n"
                                       "# Line one way(ns)\n"
                                       "50.00\n"
                                       "# Size         Copy (MB/s)    Both copy (MB/s)\n"
                                       "1                   250.00              500.00\n"
                                       "1024              10000.00            16000.00\n"
                                       "65536             20000.00            30000.00\n";

static struct probe good_probe(void)
{
    struct probe probe = {0};

    probe.valid = probe_read(&probe, probe_table);
    assert(probe.valid);
    return probe;
}

static bool near(double a, double b)
{
    return a > b - 1e-6 && a < b + 1e-6;
}

static void test_probe(void)
{
    struct probe probe = good_probe(), bad = {0};

    assert(near(probe.line_ns, 50) && probe.count == 3);
    assert(probe.size[1].bytes == 1024 && near(probe.size[1].both_mbs, 16000));
    assert(!probe_read(&bad, ""));
    assert(!probe_read(&bad, "# Line one way(ns)\n50.00\n"));
    assert(!probe_read(&bad, "no CPU\n"));
}

static void test_limit(void)
{
    struct probe probe = good_probe(), none = {0};

    assert(near(figure_limit(&probe, LIMIT_LINE, 2, 0), 0.05));
    assert(near(figure_limit(&probe, LIMIT_MESSAGE, 2, 8), 0.05));
    assert(near(figure_limit(&probe, LIMIT_MESSAGE, 2, 65536), 0.05 + 65536 / 20000.0));
    // Between two sizes of the probe the lower one counts.
    assert(near(figure_limit(&probe, LIMIT_MESSAGE, 2, 2048), 0.05 + 2048 / 10000.0));
    assert(near(figure_limit(&probe, LIMIT_OTHERS, 4, 1024), 0.05 + 3 * 1024 / 10000.0));
    assert(near(figure_limit(&probe, LIMIT_COPY, 2, 65536), 20000));
    assert(near(figure_limit(&probe, LIMIT_BOTH, 2, 1 << 20), 30000));
    assert(figure_limit(&probe, LIMIT_NONE, 2, 8) == 0);
    assert(figure_limit(&none, LIMIT_LINE, 2, 8) == 0);
}

static void test_read(void)
{
    struct probe probe = good_probe();
    struct figures figures = {0};
    struct figure latency = {.round = 1, .ranks = 2, .benchmark = LATENCY};
    struct figure barrier = {.round = 1, .ranks = 2, .benchmark = BARRIER};
    long long bytes = -1;

    // The last line is torn: the run was too late.
    assert(figures_read(&figures, &latency, &probe,
                        "# Torito MPI Latency Test\n# Size     Avg Latency(us)\n"
                        "8                     0.50\n# line 30.0 ns, 50.0 ns\n"
                        "1                     0.40\n16    1.2") == 2);
    assert(figures_read(&figures, &barrier, &probe, "#   Avg Latency(us)\n      1.80\n") == 1);
    assert(figures_read(&figures, &latency, &probe, "") == 0);
    assert(figures.count == 3 && near(figures.at[2].value, 1.8) && figures.at[2].bytes == 0);
    assert(near(figures.at[0].limit, 0.05) && near(figures.at[0].line_ns, 50));
    // What the run itself has measured counts more.
    assert(near(figures.at[1].limit, 0.04) && near(figures.at[1].line_ns, 40));
    // Sizes come in order, whatever the order of the figures.
    assert(figures_next_size(&figures, LATENCY, 2, &bytes) && bytes == 1);
    assert(figures_next_size(&figures, LATENCY, 2, &bytes) && bytes == 8);
    assert(!figures_next_size(&figures, LATENCY, 2, &bytes) && bytes == 8);
    figures_drop(&figures, 0, 1);
    assert(figures.count == 2 && figures.at[0].bytes == 1);
    free(figures.at);
}

static void test_median(void)
{
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2};

    assert(near(median(odd, 3), 2));
    assert(near(median(even, 4), 2.5));
    assert(median(odd, 0) == 0);
}

// Three rounds of one size; the cores were far apart in the second round of the tuned setting.
static void test_cells(void)
{
    static const struct {
        size_t setting;
        const char *line;
        double line_ns;
    } run[] = {
        {0, "8 0.10\n", 50}, {0, "8 0.10\n", 50},  {0, "8 0.90\n", 50},
        {1, "8 0.40\n", 50}, {1, "8 0.50\n", 50},  {1, "8 0.60\n", 50},
        {2, "8 0.30\n", 50}, {2, "8 0.90\n", 150}, {2, "8 0.70\n", 100},
    };
    struct probe probe = good_probe();
    struct figures figures = {0};
    struct cell ours, first, tuned, best;

    for (size_t i = 0; i < sizeof run / sizeof *run; i++) {
        struct figure figure = {.ranks = 2, .benchmark = LATENCY, .setting = run[i].setting};

        probe.line_ns = run[i].line_ns;
        assert(figures_read(&figures, &figure, &probe, run[i].line) == 1);
    }
    ours = cell_of_setting(&figures, LATENCY, 0, 2, 8);
    first = cell_of_setting(&figures, LATENCY, 1, 2, 8);
    tuned = cell_of_setting(&figures, LATENCY, 2, 2, 8);
    assert(ours.rounds == 3 && near(ours.value, 0.1) && near(ours.of_limit, 2));
    assert(near(first.value, 0.5) && near(first.of_limit, 10));
    assert(near(tuned.value, 0.7) && near(tuned.of_limit, 6));
    best = cell_of_library(&figures, LATENCY, OPEN_MPI, 2, 8, BY_VALUE);
    assert(best.setting == 1 && near(cell_ratio(LATENCY, &ours, &best, BY_VALUE), 5));
    best = cell_of_library(&figures, LATENCY, OPEN_MPI, 2, 8, BY_PROBE);
    assert(best.setting == 2 && near(cell_ratio(LATENCY, &ours, &best, BY_PROBE), 3));
    best = cell_of_library(&figures, LATENCY, MPICH, 2, 8, BY_VALUE);
    assert(best.rounds == 0 && cell_ratio(LATENCY, &ours, &best, BY_VALUE) == 0);
    assert(cell_better(LATENCY, &ours, &best, BY_VALUE));
    assert(!cell_better(LATENCY, &best, &ours, BY_VALUE));
    // Of bandwidths the greater is the better.
    assert(cell_better(BANDWIDTH, &first, &ours, BY_VALUE));
    assert(near(cell_ratio(BANDWIDTH, &first, &ours, BY_VALUE), 5));
    assert(near(cell_limit(&figures, LATENCY, 2, 8), 0.05));
    free(figures.at);
}

int main(void)
{
    test_probe();
    test_limit();
    test_read();
    test_median();
    test_cells();
    puts("done 5");
    return 0;
}
