// SPDX-License-Identifier: BSD-2-Clause
// compare_library.c: the benchmarks, the libraries, and the settings that each library is given.
//
// Every library may show its best: the report counts the best of its settings at each size. What
// helps is known from measurements: Open MPI's collectives in shared memory are off unless raised,
// its single-copy transfers help large messages and may harm middle ones, and with more ranks than
// CPUs whoever spins without yielding loses everything.
#include "tools/torito/compare_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILD_S 60

#define OVER_UCX "--mca pml ucx --mca opal_common_ucx_tls any --mca opal_common_ucx_devices any"

const struct benchmark benchmarks[] = {
    {"latency", "latency", .ranks_least = 2, .ranks_most = 2, .limit = LIMIT_MESSAGE},
    {"multi_lat", "latency of several pairs at once", .ranks_least = 4, .ranks_most = RANKS_MAX,
     .ranks_multiple = 2, .limit = LIMIT_MESSAGE},
    {"bw", "bandwidth", .bandwidth = true, .ranks_least = 2, .ranks_most = 2, .limit = LIMIT_COPY},
    {"bibw", "bidirectional bandwidth", .bandwidth = true, .ranks_least = 2, .ranks_most = 2,
     .limit = LIMIT_BOTH},
    {"mbw_mr", "bandwidth of all pairs at once", .bandwidth = true, .ranks_least = 2,
     .ranks_most = RANKS_MAX, .ranks_multiple = 2, .limit = LIMIT_COPY},
    {"barrier", "barrier", .collective = true, .sizeless = true, .limit = LIMIT_LINE},
    {"bcast", "broadcast", .collective = true, .limit = LIMIT_MESSAGE},
    {"gather", "gather", .collective = true, .limit = LIMIT_OTHERS},
    {"scatter", "scatter", .collective = true, .limit = LIMIT_MESSAGE},
    {"reduce", "reduce", .collective = true, .floats = true, .limit = LIMIT_MESSAGE},
    {"allreduce", "allreduce", .collective = true, .floats = true, .limit = LIMIT_MESSAGE},
    {"allgather", "allgather", .collective = true, .limit = LIMIT_OTHERS},
    {"alltoall", "alltoall", .collective = true, .limit = LIMIT_OTHERS},
    {"ibarrier", "nonblocking barrier", .collective = true, .nonblocking = true, .sizeless = true,
     .limit = LIMIT_LINE},
    {"ibcast", "nonblocking broadcast", .collective = true, .nonblocking = true,
     .limit = LIMIT_MESSAGE},
    {"igather", "nonblocking gather", .collective = true, .nonblocking = true, .limit = LIMIT_OTHERS},
    {"iscatter", "nonblocking scatter", .collective = true, .nonblocking = true,
     .limit = LIMIT_MESSAGE},
    {"ireduce", "nonblocking reduce", .collective = true, .nonblocking = true, .floats = true,
     .limit = LIMIT_MESSAGE},
    {"iallreduce", "nonblocking allreduce", .collective = true, .nonblocking = true, .floats = true,
     .limit = LIMIT_MESSAGE},
    {"iallgather", "nonblocking allgather", .collective = true, .nonblocking = true,
     .limit = LIMIT_OTHERS},
    {"ialltoall", "nonblocking alltoall", .collective = true, .nonblocking = true,
     .limit = LIMIT_OTHERS},
    {"init", "MPI_Init", .sizeless = true, .limit = LIMIT_NONE},
};
const size_t benchmark_count = sizeof benchmarks / sizeof *benchmarks;
_Static_assert(sizeof benchmarks / sizeof *benchmarks <= BENCHMARKS_MAX, "struct library");

#define EVERY_CHOICE(bytes_) \
    "bcast=" bytes_ ",gather=" bytes_ ",scatter=" bytes_ ",allgather=" bytes_ ",alltoall=" bytes_ \
    ",reduce=" bytes_ ",allreduce=" bytes_

const struct setting settings[] = {
    {TORITO, "default", "", "", .guest = true},
    {MPICH, "default", "", "", .guest = true},
    {OPEN_MPI, "default", "", "", .guest = false},
    // Debian's MPICH sends all through UCX: shared memory of either kind, with or without CMA.
    {MPICH, "posix+cma", "", "UCX_TLS=self,posix,cma", .guest = true, .patient = true},
    {OPEN_MPI, "coll sm", "--mca coll_sm_priority 100", "", .collectives_only = true, .patient = true},
    {MPICH, "posix", "", "UCX_TLS=self,posix", .patient = true},
    {OPEN_MPI, "vader without CMA", "--mca btl_vader_single_copy_mechanism none", "", .patient = true},
    {MPICH, "sysv+cma", "", "UCX_TLS=self,sysv,cma", .patient = true},
    {OPEN_MPI, "coll sm, without CMA",
     "--mca coll_sm_priority 100 --mca btl_vader_single_copy_mechanism none", "",
     .collectives_only = true, .patient = true},
    {MPICH, "late rendezvous", "", "UCX_TLS=self,posix,cma UCX_RNDV_THRESH=65536", .patient = true},
    {OPEN_MPI, "over UCX", OVER_UCX, "", .patient = true},
    {OPEN_MPI, "yield", "", "", .crowded_only = true, .patient = true},
    {TORITO, "cells", "", "TORITO_COLL=" EVERY_CHOICE("4096"), .choice = "cells"},
    {TORITO, "buffers", "", "TORITO_COLL=" EVERY_CHOICE("0"), .choice = "buffers"},
};
const size_t setting_count = sizeof settings / sizeof *settings;

static const struct {
    const char *name, *compiler, *launcher, *packages;
} known[LIBRARY_COUNT] = {
    [TORITO] = {"Torito", "mpicc", "mpiexec", NULL}, // beside this program
    [MPICH] = {"MPICH", "mpicc.mpich", "mpiexec.mpich", "mpich libmpich-dev"},
    [OPEN_MPI] = {"Open MPI", "mpicc.openmpi", "mpiexec.openmpi", "openmpi-bin libopenmpi-dev"},
};

bool setting_applies(const struct plan *plan, size_t setting, size_t benchmark, unsigned ranks)
{
    const struct setting *s = &settings[setting];
    const struct benchmark *b = &benchmarks[benchmark];

    if ((plan->vm && !s->guest) || plan->choices != (s->choice != NULL))
        return false;
    return plan->library[s->library].built[benchmark] && (b->collective || !s->collectives_only) &&
           (ranks > plan->cpu_count || !s->crowded_only);
}

static bool find_beside(char path[PATH_MAX], const char *name)
{
    char self[PATH_MAX];
    ssize_t bytes = readlink("/proc/self/exe", self, sizeof self - 1);

    if (bytes < 0)
        return false;
    self[bytes] = '\0';
    *strrchr(self, '/') = '\0';
    return snprintf(path, PATH_MAX, "%s/%s", self, name) < PATH_MAX && access(path, X_OK) == 0;
}

static bool find_in_path(char path[PATH_MAX], const char *name)
{
    const char *folders = getenv("PATH");

    while (folders != NULL && *folders != '\0') {
        size_t bytes = strcspn(folders, ":");

        if (snprintf(path, PATH_MAX, "%.*s/%s", (int)bytes, folders, name) < PATH_MAX &&
            access(path, X_OK) == 0)
            return true;
        folders += bytes + (folders[bytes] == ':');
    }
    return false;
}

// The first number with a dot in what `mpiexec --version` says.
static void find_version(struct library *library, const char *log)
{
    struct command command = {0};
    char *output;
    double seconds;

    command_add(&command, "%s", library->launcher);
    command_add(&command, "--version");
    command_run(&command, log, 10, &output, &seconds);
    snprintf(library->version, sizeof library->version, "of unknown version");
    for (const char *at = output; *at != '\0'; at++) {
        size_t digits = strspn(at, "0123456789");
        size_t bytes = strspn(at, "0123456789.");

        if (digits > 0 && bytes > digits && bytes < sizeof library->version) {
            snprintf(library->version, sizeof library->version, "%.*s", (int)bytes, at);
            break;
        }
        at += digits > 0 ? digits - 1 : 0;
    }
    free(output);
}

void libraries_find(struct plan *plan)
{
    for (size_t id = 0; id < LIBRARY_COUNT; id++) {
        struct library *library = &plan->library[id];
        bool (*find)(char *, const char *) = id == TORITO ? find_beside : find_in_path;

        library->name = known[id].name;
        if (plan->choices && id != TORITO)
            continue;
        library->found = find(library->compiler, known[id].compiler) &&
                         find(library->launcher, known[id].launcher);
        if (library->found)
            find_version(library, plan->log);
        else
            complain("%s is not there, so it goes on without it%s%s", library->name,
                     id == TORITO ? "" : "; to have it: apt-get install ",
                     id == TORITO ? "" : known[id].packages);
    }
}

static bool build(const struct plan *plan, size_t id, const struct benchmark *benchmark)
{
    const char *name = benchmark->name + (benchmark->nonblocking ? 1 : 0);
    struct command command = {0};
    enum run_result result;
    char *output;
    double seconds;

    command_add(&command, "%s", plan->library[id].compiler);
    command_add(&command, "-O2");
    command_add(&command, "-o");
    command_add(&command, "%s/build/%s-%d", plan->folder, benchmark->name, (int)id);
    command_add(&command, "%s/%s.c", plan->source, name);
    if (strcmp(name, "init") != 0)
        command_add(&command, "%s/harness.c", plan->source);
    command_add(&command, "%s/line.c", plan->source);
    result = command_run(&command, plan->log, BUILD_S, &output, &seconds);
    free(output);
    return result == RUN_GOOD;
}

// Is the name in the list, whose separator is a comma?
static bool list_has(const char *list, const char *name)
{
    size_t bytes = strlen(name);

    while (*list != '\0') {
        size_t item = strcspn(list, ",");

        if (item == bytes && strncmp(list, name, bytes) == 0)
            return true;
        list += item + (list[item] == ',');
    }
    return false;
}

void libraries_build(struct plan *plan)
{
    for (size_t id = 0; id < LIBRARY_COUNT; id++) {
        struct library *library = &plan->library[id];
        unsigned good = 0, wanted = 0;

        for (size_t b = 0; library->found && b < benchmark_count; b++) {
            if (plan->only != NULL && !list_has(plan->only, benchmarks[b].name))
                continue;
            wanted++;
            library->built[b] = build(plan, id, &benchmarks[b]);
            good += library->built[b];
            if (!library->built[b])
                complain("%s: %s does not build; the reason is in %s", library->name,
                         benchmarks[b].name, plan->log);
        }
        if (library->found)
            fprintf(stderr, "%s %s: %u of %u programs built\n", library->name, library->version,
                    good, wanted);
    }
}
