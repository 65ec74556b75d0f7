// SPDX-License-Identifier: BSD-2-Clause
// compare.c: `torito compare`: Torito, MPICH and Open MPI side by side.
//
// In each round every benchmark runs with every setting of every library in turn, A B C A B C, so
// that whatever else the machine does meets all of them; the probe runs right before each. The
// report is written from what there is, also when the time for the session is over or a library is
// missing.
#include "tools/torito/compare.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/torito/compare_parts.h"

#define REPEATS 3 // of a disturbed run

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

// ---- preparation

static int find_cpus(struct plan *plan)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return complain("which CPUs may be used? %s", strerror(errno));
    for (int cpu = 0; cpu < CPU_SETSIZE && plan->cpu_count < CPUS_MAX; cpu++)
        if (CPU_ISSET((unsigned)cpu, &set))
            plan->cpu[plan->cpu_count++] = cpu;
    return 0;
}

// Beside this program: ../share/torito/bench.
static int find_source(struct plan *plan)
{
    char path[PATH_MAX];
    ssize_t bytes;

    if (plan->source[0] == '\0') {
        bytes = readlink("/proc/self/exe", path, sizeof path - 64);
        if (bytes < 0)
            return complain("/proc/self/exe: %s", strerror(errno));
        path[bytes] = '\0';
        *strrchr(path, '/') = '\0';
        snprintf(plan->source, sizeof plan->source, "%.*s/../share/torito/bench", PATH_MAX - 32,
                 path);
    }
    snprintf(path, sizeof path, "%.*s/harness.c", PATH_MAX - 16, plan->source);
    if (access(path, R_OK) < 0)
        return complain("the benchmarks' sources are not in %s; --bench FOLDER names them",
                        plan->source);
    return 0;
}

static int make_folders(struct plan *plan)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/build", plan->folder);
    if ((mkdir(plan->folder, 0777) < 0 && errno != EEXIST) ||
        (mkdir(path, 0777) < 0 && errno != EEXIST))
        return complain("%s: %s", path, strerror(errno));
    snprintf(plan->log, sizeof plan->log, "%s/log", plan->folder);
    if (unlink(plan->log) < 0 && errno != ENOENT)
        return complain("%s: %s", plan->log, strerror(errno));
    return 0;
}

// The probe and the pin run on the host as they are: no MPI.
static int build_tools(const struct plan *plan)
{
    static const char *const tools[] = {"probe", "pin"};

    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        struct command command = {0};
        enum run_result result;
        double seconds;
        char *output;

        command_add_words(&command, "cc -O2 -pthread -o");
        command_add(&command, "%s/build/%s", plan->folder, tools[i]);
        command_add(&command, "%s/%s.c", plan->source, tools[i]);
        result = command_run(&command, plan->log, 60, &output, &seconds);
        free(output);
        if (result != RUN_GOOD)
            return complain("%s does not build; the reason is in %s", tools[i], plan->log);
    }
    return 0;
}

// ---- the session

struct run {
    size_t rank_place, benchmark, setting;
    bool given_up; // it was too late once: not again
};

struct session {
    struct run *run;
    size_t runs;
    double start_s;
    size_t done, total;
    size_t disturbed, far;
    double nearest_ns; // a line took in a run
};

static bool ranks_fit(const struct benchmark *b, unsigned ranks)
{
    return ranks >= (b->ranks_least > 0 ? b->ranks_least : 1) &&
           (b->ranks_most == 0 || ranks <= b->ranks_most) &&
           (b->ranks_multiple == 0 || ranks % b->ranks_multiple == 0);
}

// What one round consists of. The settings stand in turn by library already.
static int plan_runs(const struct plan *plan, struct session *session)
{
    size_t room = plan->rank_counts * benchmark_count * setting_count;

    session->run = calloc(room, sizeof *session->run);
    if (session->run == NULL)
        return complain("no memory for %zu runs", room);
    for (size_t r = 0; r < plan->rank_counts; r++)
        for (size_t b = 0; b < benchmark_count; b++)
            for (size_t s = 0; s < setting_count; s++)
                if (ranks_fit(&benchmarks[b], plan->ranks[r]) &&
                    setting_applies(plan, s, b, plan->ranks[r]))
                    session->run[session->runs++] = (struct run){r, b, s, false};
    session->total = session->runs * plan->rounds;
    return session->runs > 0 ? 0 : complain("there is nothing to run");
}

static void say_progress(const struct plan *plan, const struct session *session, unsigned round,
                         const struct run *run)
{
    double left = (double)(session->total - session->done), left_s = 0;
    const struct setting *s = &settings[run->setting];

    if (session->done > 0)
        left_s = (now_s() - session->start_s) / (double)session->done * left;
    fprintf(stderr, "[%zu/%zu, about %.0f s left] round %u, %u ranks: %s, %s %s", session->done + 1,
            session->total, left_s, round, plan->ranks[run->rank_place],
            benchmarks[run->benchmark].name, plan->library[s->library].name, s->name);
}

static void say_result(const struct figures *figures, size_t first, enum run_result result)
{
    const struct figure *figure = first < figures->count ? &figures->at[first] : NULL;

    if (figure != NULL) // 8 bytes say most, if they are there
        for (size_t i = first; i < figures->count; i++)
            if (figures->at[i].bytes == 8)
                figure = &figures->at[i];
    if (figure != NULL && figure->bytes > 0)
        fprintf(stderr, ": %.2f %s at %zu bytes", figure->value,
                benchmarks[figure->benchmark].bandwidth ? "MB/s" : "us", figure->bytes);
    else if (figure != NULL)
        fprintf(stderr, ": %.2f us", figure->value);
    if (figure != NULL && figure->line_ns > 0)
        fprintf(stderr, ", a line in %.0f ns", figure->line_ns);
    if (figure != NULL && figure->others > OTHERS_MOST)
        fprintf(stderr, "; disturbed, others used %.0f %% of a CPU", figure->others * 100);
    if (result == RUN_LATE)
        fprintf(stderr, "; it did not end in time and will not run again");
    else if (result == RUN_FAILED)
        fprintf(stderr, ": it failed");
    fprintf(stderr, "\n");
}

// How a run went, once. Its figures are the last `count` ones.
struct attempt {
    enum run_result result;
    size_t count;
    double others;
    double line_ns; // 0: not measured in the run
};

// The probe and the run once.
static struct attempt attempt_run(const struct plan *plan, const struct run *run,
                                  struct figure figure, struct figures *figures)
{
    struct attempt attempt = {0};
    struct probe probe;
    struct load load;
    char *output = NULL;

    load_begin(plan, &load);
    probe_run(plan, figure.ranks, &probe);
    attempt.result = benchmark_run(plan, run->benchmark, run->setting, figure.ranks, &output);
    figure.others = attempt.others = load_of_others(plan, &load);
    // What was printed before the time was over counts; what a failed run printed may be anything.
    if (attempt.result != RUN_FAILED)
        attempt.count = figures_read(figures, &figure, &probe, output);
    free(output);
    for (size_t i = figures->count - attempt.count; i < figures->count; i++)
        if (figures->at[i].line_inside && figures->at[i].line_ns > attempt.line_ns)
            attempt.line_ns = figures->at[i].line_ns;
    return attempt;
}

// 0: nothing is wrong with it.
static double badness(const struct session *session, const struct attempt *attempt)
{
    double others = attempt->others > OTHERS_MOST ? attempt->others / OTHERS_MOST : 0;
    double far = attempt->line_ns > FAR_LINE * session->nearest_ns
                     ? attempt->line_ns / session->nearest_ns
                     : 0;

    return others + far;
}

// A run that others disturbed, or whose cores were far from each other, is repeated, and the best one counts:
// by these two, not by its figures.
static void measure(const struct plan *plan, struct session *session, unsigned round,
                    struct run *run, struct figures *figures)
{
    struct figure figure = {.round = round,
                            .ranks = plan->ranks[run->rank_place],
                            .benchmark = run->benchmark,
                            .setting = run->setting};
    size_t first = figures->count;
    struct attempt best;

    say_progress(plan, session, round, run);
    best = attempt_run(plan, run, figure, figures);
    for (int repeat = 0; repeat <= REPEATS; repeat++) {
        struct attempt again;

        if (best.line_ns > 0 && (session->nearest_ns == 0 || best.line_ns < session->nearest_ns))
            session->nearest_ns = best.line_ns;
        if (repeat == REPEATS || best.result != RUN_GOOD || badness(session, &best) == 0)
            break;
        again = attempt_run(plan, run, figure, figures);
        if (again.result == RUN_GOOD && badness(session, &again) < badness(session, &best)) {
            figures_drop(figures, first, best.count);
            best = again;
        } else {
            figures_drop(figures, figures->count - again.count, again.count);
        }
    }
    run->given_up = best.result == RUN_LATE;
    session->disturbed += best.others > OTHERS_MOST;
    session->far += best.line_ns > FAR_LINE * session->nearest_ns;
    say_result(figures, first, best.result);
}

static void interrupt(int signal)
{
    (void)signal;
    compare_interrupted = 1;
}

static void run_session(const struct plan *plan, struct session *session, struct figures *figures)
{
    // The second Ctrl-C is not caught.
    sigaction(SIGINT, &(struct sigaction){.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND},
              NULL);
    session->start_s = now_s();
    for (unsigned round = 1; round <= plan->rounds; round++)
        for (size_t i = 0; i < session->runs; i++, session->done++) {
            if (now_s() - session->start_s > plan->session_s || compare_interrupted) {
                complain("%s: the report has %zu of %zu runs",
                         compare_interrupted ? "interrupted" : "the time is over", session->done,
                         session->total);
                compare_interrupted = 0; // the plots are still to be made
                return;
            }
            if (!session->run[i].given_up)
                measure(plan, session, round, &session->run[i], figures);
        }
}

int compare_command(int argc, char *argv[])
{
    static struct plan plan = {.ranks = {2}, .rank_counts = 1, .folder = "compare"};
    struct figures figures = {0};
    struct session session = {0};
    int status = 0;

    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(compare_usage, stdout);
        return 0;
    }
    if (options_read(&plan, argc, argv) < 0)
        return 2;
    if (find_cpus(&plan) < 0 || find_source(&plan) < 0 || make_folders(&plan) < 0 ||
        build_tools(&plan) < 0)
        return 1;
    libraries_find(&plan);
    libraries_build(&plan);
    if (plan.vm)
        vm_prepare(&plan);
    if (plan_runs(&plan, &session) < 0) {
        free(session.run);
        return 1;
    }
    run_session(&plan, &session, &figures);
    if (session.disturbed > 0)
        complain("%zu of %zu runs were disturbed by others, however often repeated",
                 session.disturbed, session.done);
    if (session.far > 0)
        complain("in %zu of %zu runs the cores were far from each other, however often repeated",
                 session.far, session.done);
    if (plan.choices)
        status = choices_write(&plan, &figures) < 0;
    else if (report_write(&plan, &figures) < 0 || plots_write(&plan, &figures) < 0)
        status = 1;
    else {
        summary_print_total(&plan, stdout, &figures);
        printf("%s/report.md\n", plan.folder);
    }
    free(session.run);
    free(figures.at);
    return status;
}
