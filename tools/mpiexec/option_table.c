// SPDX-License-Identifier: BSD-2-Clause
// option_table.c: every option of mpiexec, and what each does to struct options.
#include "option_table.h"
#include "abi/job.h"
#include "say.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool option_wrong(struct parser *parser, const char *format, ...)
{
    va_list arg;

    va_start(arg, format);
    vsnprintf(parser->error, OPTIONS_ERROR_BYTES, format, arg);
    va_end(arg);
    return false;
}

// --- one function for each kind of option: name without dashes, value[] its arguments ---

static bool take_ranks(struct parser *parser, const char *name, char **value)
{
    if (parse_count(value[0], UINT32_MAX, &parser->section->ranks))
        return true;
    return option_wrong(parser, "-%s needs a number of ranks, at least 1, not \"%s\"", name,
                        value[0]);
}

static bool take_per_host(struct parser *parser, const char *name, char **value)
{
    if (parse_count(value[0], UINT32_MAX, &parser->options->ranks_per_host))
        return true;
    return option_wrong(parser, "-%s needs a number of ranks, at least 1, not \"%s\"", name,
                        value[0]);
}

static bool take_cores(struct parser *parser, const char *name, char **value)
{
    if (parse_count(value[0], JOB_CORES_MAX, &parser->options->cores))
        return true;
    return option_wrong(parser, "--%s needs a number from 1 to %u, not \"%s\"", name, JOB_CORES_MAX,
                        value[0]);
}

static bool take_mem(struct parser *parser, const char *name, char **value)
{
    if (parse_bytes(value[0], &parser->options->mem_bytes))
        return true;
    return option_wrong(parser, "--%s needs a size such as 512M or 4G, not \"%s\"", name, value[0]);
}

static bool take_timeout(struct parser *parser, const char *name, char **value)
{
    if (parse_seconds(value[0], &parser->options->timeout_s))
        return true;
    return option_wrong(parser, "--%s needs a number of seconds, not \"%s\"", name, value[0]);
}

static bool take_stdin(struct parser *parser, const char *name, char **value)
{
    char *end;
    long rank = strtol(value[0], &end, 10);

    if (strcmp(value[0], "all") == 0)
        parser->options->stdin_rank = STDIN_ALL;
    else if (strcmp(value[0], "none") == 0)
        parser->options->stdin_rank = STDIN_NONE;
    else if (*value[0] != '\0' && *end == '\0' && rank >= 0)
        parser->options->stdin_rank = rank;
    else
        return option_wrong(parser, "--%s needs a rank, \"all\" or \"none\", not \"%s\"", name,
                            value[0]);
    return true;
}

// gdb reads what is typed; the ranks see the end of standard input.
static bool take_gdb(struct parser *parser, const char *name, char **value)
{
    char *end;
    long rank = strtol(value[0], &end, 10);

    if (*value[0] == '\0' || *end != '\0' || rank < 0)
        return option_wrong(parser, "--%s needs the number of a rank, not \"%s\"", name, value[0]);
    parser->options->gdb_rank = rank;
    parser->options->stdin_rank = STDIN_NONE;
    return true;
}

static bool take_trace(struct parser *parser, const char *name, char **value)
{
    parser->options->trace = value[0]; // the last one counts
    parser->options->trace_all = strcmp(name, "trace-all") == 0;
    return true;
}

static bool take_wdir(struct parser *parser, const char *name, char **value)
{
    (void)name;
    parser->section->wdir = value[0];
    return true;
}

static bool take_mount(struct parser *parser, const char *name, char **value)
{
    (void)name;
    words_add(&parser->options->mounts, value[0]);
    return true;
}

static bool take_files(struct parser *parser, const char *name, char **value)
{
    if (strcmp(value[0], "forward") == 0)
        parser->options->files = FILES_FORWARD;
    else if (strcmp(value[0], "9p") == 0)
        parser->options->files = FILES_9P;
    else
        return option_wrong(parser, "--%s is forward or 9p, not \"%s\"", name, value[0]);
    return true;
}

static bool take_path(struct parser *parser, const char *name, char **value)
{
    (void)name;
    parser->section->path = value[0];
    return true;
}

static bool take_env(struct parser *parser, const char *name, char **value)
{
    struct env_options *env = *name == 'g' ? &parser->options->genv : &parser->section->env;

    if (*value[0] == '\0' || *value[0] == '=')
        return option_wrong(parser, "-%s needs a variable's name and its value, not \"%s\"", name,
                            value[0]);
    words_add(&env->set,
              strchr(value[0], '=') != NULL ? value[0] : need_format("%s=%s", value[0], value[1]));
    return true;
}

static bool take_x(struct parser *parser, const char *name, char **value)
{
    const char *now;

    if (*value[0] == '\0' || *value[0] == '=')
        return option_wrong(parser, "-%s needs NAME or NAME=VALUE, not \"%s\"", name, value[0]);
    if (strchr(value[0], '=') != NULL)
        words_add(&parser->section->env.set, value[0]);
    else if ((now = getenv(value[0])) != NULL)
        words_add(&parser->section->env.set, need_format("%s=%s", value[0], now));
    else
        words_add(&parser->options->notes, need_format("-x %s: there is no such variable", value[0]));
    return true;
}

static bool take_env_pass(struct parser *parser, const char *name, char **value)
{
    struct env_options *env = *name == 'g' ? &parser->options->genv : &parser->section->env;
    const char *kind = name + (*name == 'g' ? 4 : 3); // behind "genv" or "env"

    env->pass = strcmp(kind, "all") == 0    ? ENV_ALL
                : strcmp(kind, "none") == 0 ? ENV_NONE
                                            : ENV_LIST;
    env->list = env->pass == ENV_LIST ? value[0] : NULL;
    return true;
}

static bool take_hosts(struct parser *parser, const char *name, char **value)
{
    (void)name;
    return hosts_add(parser->options, value[0], parser->error);
}

static bool take_hostfile(struct parser *parser, const char *name, char **value)
{
    (void)name;
    return hosts_add_file(parser->options, value[0], parser->error);
}

static bool take_machine(struct parser *parser, const char *name, char **value)
{
    static const struct {
        const char *name;
        enum machine_kind kind;
    } known[] = {{"linux", MACHINE_LINUX},     {"process", MACHINE_LINUX},
                 {"microvm", MACHINE_MICROVM}, {"qemu", MACHINE_MICROVM},
                 {"q35", MACHINE_Q35},         {"auto", MACHINE_AUTO}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(value[0], known[i].name) == 0) {
            parser->options->machine = known[i].kind;
            return true;
        }
    }
    return option_wrong(parser, "--%s is linux, microvm (or qemu), q35 or auto, not \"%s\"", name,
                        value[0]);
}

static bool take_accel(struct parser *parser, const char *name, char **value)
{
    if (strcmp(value[0], "kvm") == 0)
        parser->options->accel = ACCEL_KVM;
    else if (strcmp(value[0], "tcg") == 0)
        parser->options->accel = ACCEL_TCG;
    else
        return option_wrong(parser, "--%s is kvm or tcg, not \"%s\"", name, value[0]);
    return true;
}

static bool take_qemu(struct parser *parser, const char *name, char **value)
{
    (void)name;
    parser->options->qemu = value[0];
    return true;
}

static bool take_prefix(struct parser *parser, const char *name, char **value)
{
    bool tag = strcmp(name, "tag-output") == 0;

    parser->options->prefix = tag ? PREFIX_TAG : PREFIX_PATTERN;
    parser->options->prefix_pattern = strcmp(name, "prepend-pattern") == 0 ? value[0] : "[%r] ";
    return true;
}

static bool take_file_pattern(struct parser *parser, const char *name, char **value)
{
    *(*name == 'o' ? &parser->options->outfile : &parser->options->errfile) = value[0];
    return true;
}

static bool take_binding(struct parser *parser, const char *name, char **value)
{
    static const char *const fine[] = {"core", "hwthread", "none", "slot", "user"};

    if (strcmp(name, "bind-to") == 0)
        parser->options->no_bind = strcmp(value[0], "none") == 0; // the last one counts
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        if (strcmp(value[0], fine[i]) == 0)
            return true;
    }
    words_add(&parser->options->notes,
              need_format("-%s %s has no effect: each rank is bound to a core, neighbours first",
                          name, value[0]));
    return true;
}

static bool take_flag(struct parser *parser, const char *name, char **value)
{
    struct options *options = parser->options;
    const struct {
        const char *name;
        bool *flag;
    } flag[] = {{"v", &options->verbose},
                {"verbose", &options->verbose},
                {"q", &options->quiet},
                {"quiet", &options->quiet},
                {"strace", &options->strace},
                {"timings", &options->timings},
                {"core", &options->core},
                {"report-bindings", &options->report_bindings},
                {"display-map", &options->display_map}};

    (void)value;
    for (size_t i = 0; i < sizeof flag / sizeof flag[0]; i++) {
        if (strcmp(name, flag[i].name) == 0)
            *flag[i].flag = true;
    }
    return true;
}

static bool take_version(struct parser *parser, const char *name, char **value)
{
    (void)name, (void)value;
    parser->options->action = ACTION_VERSION;
    return true;
}

static bool take_nothing(struct parser *parser, const char *name, char **value)
{
    words_add(&parser->options->notes,
              need_format("-%s%s%s has no effect here", name, value[0] != NULL ? " " : "",
                          value[0] != NULL ? value[0] : ""));
    return true;
}

// Accepted without a word: what it asks for is what happens anyway.
static bool take_silently(struct parser *parser, const char *name, char **value)
{
    (void)parser, (void)name, (void)value;
    return true;
}

// libmpi reads it where an error is the first to need a handler.
static bool take_initial_errhandler(struct parser *parser, const char *name, char **value)
{
    static const char *const known[] = {"mpi_errors_are_fatal", "mpi_errors_abort",
                                        "mpi_errors_return"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(value[0], known[i]) == 0) {
            words_add(&parser->section->env.set,
                      need_format("TORITO_INITIAL_ERRHANDLER=%s", known[i]));
            return true;
        }
    return option_wrong(parser, "-%s knows %s, %s and %s, not \"%s\"", name, known[0], known[1],
                        known[2], value[0]);
}

// Read by libmpi (coll/match.h).
static bool take_check_collectives(struct parser *parser, const char *name, char **value)
{
    (void)name, (void)value;
    words_add(&parser->options->genv.set, need_format("TORITO_CHECK_COLLECTIVES=1"));
    return true;
}

static bool take_unsupported(struct parser *parser, const char *name, char **value)
{
    (void)value;
    return option_wrong(parser, "-%s is not supported; leave it out", name);
}

static const struct option_spec option_table[] = {
    {"n", 1, take_ranks},
    {"np", 1, take_ranks},
    {"c", 1, take_ranks},
    {"ppn", 1, take_per_host},
    {"N", 1, take_per_host},
    {"npernode", 1, take_per_host},
    {"ranks-per-proc", 1, take_per_host},
    {"configfile", 1, option_take_config},
    {"wdir", 1, take_wdir},
    {"wd", 1, take_wdir},
    {"mount", 1, take_mount},
    {"files", 1, take_files},
    {"path", 1, take_path},
    {"host", 1, take_hosts},
    {"hosts", 1, take_hosts},
    {"H", 1, take_hosts},
    {"f", 1, take_hostfile},
    {"hostfile", 1, take_hostfile},
    {"machinefile", 1, take_hostfile},
    {"env", 2, take_env},
    {"genv", 2, take_env},
    {"envlist", 1, take_env_pass},
    {"genvlist", 1, take_env_pass},
    {"envall", 0, take_env_pass},
    {"genvall", 0, take_env_pass},
    {"envnone", 0, take_env_pass},
    {"genvnone", 0, take_env_pass},
    {"x", 1, take_x},
    {"bind-to", 1, take_binding},
    {"map-by", 1, take_binding},
    {"rank-by", 1, take_binding},
    {"oversubscribe", 0, take_silently},
    {"report-bindings", 0, take_flag},
    {"display-map", 0, take_flag},
    {"l", 0, take_prefix},
    {"prepend-rank", 0, take_prefix},
    {"tag-output", 0, take_prefix},
    {"prepend-pattern", 1, take_prefix},
    {"outfile-pattern", 1, take_file_pattern},
    {"errfile-pattern", 1, take_file_pattern},
    {"timeout", 1, take_timeout},
    {"stdin", 1, take_stdin},
    {"v", 0, take_flag},
    {"verbose", 0, take_flag},
    {"q", 0, take_flag},
    {"quiet", 0, take_flag},
    {"V", 0, take_version},
    {"version", 0, take_version},
    {"info", 0, take_version},
    {"machine", 1, take_machine},
    {"accel", 1, take_accel},
    {"cores", 1, take_cores},
    {"mem", 1, take_mem},
    {"qemu", 1, take_qemu},
    {"strace", 0, take_flag},
    {"check-collectives", 0, take_check_collectives},
    {"timings", 0, take_flag},
    {"gdb", 1, take_gdb},
    {"trace", 1, take_trace},
    {"trace-all", 1, take_trace},
    {"core", 0, take_flag},
    {"initial-errhandler", 1, take_initial_errhandler},
    {"allow-run-as-root", 0, take_silently},
    {"mca", 2, take_nothing},
    {"gmca", 2, take_nothing},
    {"pmixmca", 2, take_nothing},
    {"prtemca", 2, take_nothing},
    {"iface", 1, take_nothing},
    {"launcher", 1, take_nothing},
    {"launcher-exec", 1, take_nothing},
    {"bootstrap", 1, take_nothing},
    {"rmk", 1, take_nothing},
    {"demux", 1, take_nothing},
    {"pmi", 1, take_nothing},
    {"localhost", 1, take_nothing},
    {"topolib", 1, take_nothing},
    {"disable-auto-cleanup", 0, take_nothing},
    {"disable-hostname-propagation", 0, take_nothing},
    {"nolocal", 0, take_nothing},
    {"nooversubscribe", 0, take_nothing},
    {"use-hwthread-cpus", 0, take_nothing},
    {"s", 1, take_nothing},
    {"soft", 1, take_unsupported},
    {"arch", 1, take_unsupported},
    {"file", 1, take_unsupported},
    {"memory-alloc-kinds", 1, take_unsupported},
};

int option_values(const struct option_spec *spec, const char *first)
{
    bool both = spec->take == take_env && first != NULL && strchr(first, '=') != NULL;

    return both ? 1 : spec->values;
}

const struct option_spec *option_find(const char *name, size_t bytes)
{
    for (size_t i = 0; i < sizeof option_table / sizeof option_table[0]; i++) {
        const struct option_spec *spec = &option_table[i];

        if (strlen(spec->name) == bytes && memcmp(spec->name, name, bytes) == 0)
            return spec;
    }
    return NULL;
}
