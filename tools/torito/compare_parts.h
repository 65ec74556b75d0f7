// SPDX-License-Identifier: BSD-2-Clause
// compare_parts.h: what the files of `torito compare` share.
//
// A session is a list of figures. Each was measured by one run of one benchmark with one setting of
// one library. Right before that run the probe measured the hardware, and within it, before and after each
// size, the benchmark itself what a line takes (bench/line.h): they belong together, for the cores of a
// virtual machine wander between near and far.
#pragma once
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum library_id { TORITO, MPICH, OPEN_MPI, LIBRARY_COUNT };

enum { CPUS_MAX = 1024, RANKS_MAX = 1024, RANK_COUNTS_MAX = 16, BENCHMARKS_MAX = 32 };

// What the hardware allows at best; see figure_limit.
enum limit_kind { LIMIT_NONE, LIMIT_LINE, LIMIT_MESSAGE, LIMIT_OTHERS, LIMIT_COPY, LIMIT_BOTH };

struct benchmark {
    const char *name; // of the program, too; nonblocking: without the letter in front
    const char *what; // for headings
    bool collective;
    bool nonblocking; // option -n of the program
    bool bandwidth;   // MB/s, more is better; else microseconds
    bool sizeless;
    bool floats; // its least size is one float
    unsigned ranks_least, ranks_most, ranks_multiple;
    enum limit_kind limit;
};
extern const struct benchmark benchmarks[];
extern const size_t benchmark_count;

// One way to run a library. The first of each library is what a user gets who sets nothing.
struct setting {
    enum library_id library;
    const char *name;
    const char *arguments;   // for its mpiexec, separated by blanks
    const char *environment; // "NAME=VALUE NAME=VALUE"
    bool collectives_only;
    bool crowded_only;  // only with more ranks than CPUs
    bool guest;         // also in a guest, with --vm
    bool patient;       // runs with the library's own way to yield, if crowded
    const char *choice; // "cells" or "buffers", for --choices alone; or NULL
};
extern const struct setting settings[];
extern const size_t setting_count;

struct library {
    const char *name;
    char compiler[PATH_MAX], launcher[PATH_MAX];
    char version[32];
    bool found;
    bool built[BENCHMARKS_MAX];
};

struct plan {
    unsigned rounds;
    unsigned ranks[RANK_COUNTS_MAX];
    size_t rank_counts;
    bool quick;
    bool vm;            // virtual machines instead of processes
    bool choices;       // Torito's algorithms against each other
    const char *only;   // names of benchmarks, or NULL for all
    const char *folder; // for the report
    double run_s, session_s;
    int cpu[CPUS_MAX]; // those we may use
    unsigned cpu_count;
    char source[PATH_MAX]; // where the benchmarks lie
    char log[PATH_MAX];    // gets what the programs write to standard error
    struct library library[LIBRARY_COUNT];
    // With --vm:
    unsigned cores; // of a VM; 0: one for each rank
    char guest_kernel[PATH_MAX];
    bool kvm;
    unsigned tsc_khz;
};

// The hardware, as one call of the probe saw it.
struct probe {
    bool valid;
    double line_ns;
    size_t count;
    struct {
        size_t bytes;
        double copy_mbs, both_mbs;
    } size[40];
};

struct figure {
    unsigned round, ranks;
    size_t benchmark, setting;
    size_t bytes;     // 0 if sizeless
    double value;     // microseconds or MB/s
    double line_ns;   // of its own probe; 0: there was none
    bool line_inside; // measured in the run itself, not before it
    double limit;     // in the unit of `value`; 0: none
    double others;    // CPUs' worth of time that others used during the run
};

struct figures {
    struct figure *at;
    size_t count, room;
};

// ---- compare_options.c

extern const char *const compare_usage;
// Writes it to standard error, with a prefix, and returns -1.
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
// 0, or -1 with a message. Fills in what depends on --quick.
int options_read(struct plan *plan, int argc, char *argv[]);

// ---- compare_library.c

// Fills in what is there, and says on standard error what is not.
void libraries_find(struct plan *plan);
void libraries_build(struct plan *plan);
bool setting_applies(const struct plan *plan, size_t setting, size_t benchmark, unsigned ranks);

// ---- compare_run.c

// Set by Ctrl-C: what runs ends, nothing more is started, and the report has what there is.
extern volatile sig_atomic_t compare_interrupted;

struct command {
    const char *word[256];
    size_t words;
    const char *environment; // added, separated by blanks; or NULL
    char text[8192];         // what command_add copied
    size_t text_bytes;
};

void command_add(struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void command_add_words(struct command *command, const char *words); // separated by blanks

enum run_result { RUN_GOOD, RUN_FAILED, RUN_LATE };

// Runs the command, with its standard error appended to the file `log`, and returns its standard
// output (to be freed; also after a failure) and how long it took. Nothing of it is left then.
enum run_result command_run(const struct command *command, const char *log, double limit_s,
                            char **output, double *seconds);

// The probe, and one benchmark with one setting. The output is to be freed.
void probe_run(const struct plan *plan, unsigned ranks, struct probe *probe);
enum run_result benchmark_run(const struct plan *plan, size_t benchmark, size_t setting,
                              unsigned ranks, char **output);

// ---- compare_vm.c

// Once the programs are built. Without a guest MPICH is left out, with a message.
void vm_prepare(struct plan *plan);
// The command that runs a benchmark with these arguments in a VM.
void vm_add(const struct plan *plan, struct command *command, size_t benchmark, size_t setting,
            unsigned ranks, const char *arguments);
// Leaves of a guest's console what the benchmark printed; says whether it ended well.
bool vm_output(char *console);

// ---- compare_load.c

struct load {
    double wall_s, busy_s, own_s;
};

// More than that of load_of_others, and a run counts as disturbed.
#define OTHERS_MOST 0.1

void load_begin(const struct plan *plan, struct load *load);
// How many CPUs' worth of time others have used since then, of those we may use.
double load_of_others(const struct plan *plan, const struct load *begin);

// ---- compare_figures.c

// A line that takes so many times as long as the fastest of the session: the cores were far apart.
#define FAR_LINE 2.5

bool probe_read(struct probe *probe, const char *output);
double figure_limit(const struct probe *probe, enum limit_kind kind, unsigned ranks, size_t bytes);
// Adds the lines of a table; `figure` tells the rest. Returns how many there were.
size_t figures_read(struct figures *figures, const struct figure *figure, const struct probe *probe,
                    const char *output);
void figures_drop(struct figures *figures, size_t first, size_t count);
double median(double *values, size_t count); // sorts them; 0 if there are none

// One cell of the report: medians over the rounds.
struct cell {
    size_t rounds; // 0: there is nothing
    double value;
    double of_limit; // value by its own limit; 0 if there is none
    size_t setting;  // which it was
};
struct cell cell_of_setting(const struct figures *figures, size_t benchmark, size_t setting,
                            unsigned ranks, size_t bytes);
// By what cells are compared: what was measured, or that divided by what its own probe allowed.
enum cell_by { BY_VALUE, BY_PROBE };
// Is `a` better? What there is is better than nothing.
bool cell_better(size_t benchmark, const struct cell *a, const struct cell *b, enum cell_by by);
// The best of all settings of a library.
struct cell cell_of_library(const struct figures *figures, size_t benchmark,
                            enum library_id library, unsigned ranks, size_t bytes, enum cell_by by);
// How many times `a` is faster; 0 if one of them is missing.
double cell_ratio(size_t benchmark, const struct cell *a, const struct cell *b, enum cell_by by);
double cell_limit(const struct figures *figures, size_t benchmark, unsigned ranks, size_t bytes);
// The next size above `bytes` for which there are figures; false if there is none. -1 starts.
bool figures_next_size(const struct figures *figures, size_t benchmark, unsigned ranks,
                       long long *bytes);

// One line of a table, and how far Torito is ahead on it of the best of the others: 2 is twice as
// fast, 0 is unknown, for one side is missing.
struct line {
    size_t bytes;
    double limit;
    struct cell first[LIBRARY_COUNT]; // at its default
    struct cell best[LIBRARY_COUNT];
    enum library_id best_other;
    struct cell best_by_probe; // of all the others
    double ahead, ahead_by_probe;
};
struct line line_of(const struct figures *figures, size_t benchmark, unsigned ranks, size_t bytes);

// ---- compare_choices.c

enum { CHOICE_BYTES_MAX = 4096 }; // what a cell holds

// Up to which size cells serve best; for choices_write, which writes the table for libmpi.
size_t choice_bound(const struct figures *figures, size_t benchmark, unsigned ranks);
int choices_write(const struct plan *plan, const struct figures *figures);

// ---- compare_summary.c

// On how many lines Torito is ahead, where least, and each line where it is behind.
void summary_write(const struct plan *plan, FILE *file, const struct figures *figures);
// The same in one line.
void summary_print_total(const struct plan *plan, FILE *file, const struct figures *figures);

// ---- compare_report.c and compare_plot.c: 0, or -1 with a message on standard error

int report_write(const struct plan *plan, const struct figures *figures);
int plots_write(const struct plan *plan, const struct figures *figures);
