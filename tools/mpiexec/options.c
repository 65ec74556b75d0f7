// SPDX-License-Identifier: BSD-2-Clause
// options.c: the table of mpiexec's options and the parser over it.
//
// Every option may be written with one dash or two, and "--option=value" for those with one value.
#include "options.h"
#include "say.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    struct options *options;
    struct section_options *section;
    char *error;
    uint32_t depth; // configuration files within each other
};

#define DEPTH_MAX 8
#define SECTIONS_MAX 16 // JOB_SECTIONS_MAX

static bool wrong(struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool wrong(struct parser *parser, const char *format, ...)
{
    va_list arg;

    va_start(arg, format);
    vsnprintf(parser->error, OPTIONS_ERROR_BYTES, format, arg);
    va_end(arg);
    return false;
}

void words_add(struct words *words, const char *word)
{
    words->word = need(realloc(words->word, (words->count + 2) * sizeof *words->word));
    words->word[words->count++] = need(strdup(word));
    words->word[words->count] = NULL;
}

// --- one function for each kind of option: name without dashes, value[] its arguments ---

typedef bool option_fn(struct parser *parser, const char *name, char **value);

static bool take_ranks(struct parser *parser, const char *name, char **value)
{
    if (parse_count(value[0], UINT32_MAX, &parser->section->ranks))
        return true;
    return wrong(parser, "-%s needs a number of ranks, at least 1, not \"%s\"", name, value[0]);
}

static bool take_per_host(struct parser *parser, const char *name, char **value)
{
    if (parse_count(value[0], UINT32_MAX, &parser->options->ranks_per_host))
        return true;
    return wrong(parser, "-%s needs a number of ranks, at least 1, not \"%s\"", name, value[0]);
}

static bool take_cores(struct parser *parser, const char *name, char **value)
{
    if (parse_count(value[0], 256, &parser->options->cores))
        return true;
    return wrong(parser, "--%s needs a number from 1 to 256, not \"%s\"", name, value[0]);
}

static bool take_mem(struct parser *parser, const char *name, char **value)
{
    if (parse_bytes(value[0], &parser->options->mem_bytes))
        return true;
    return wrong(parser, "--%s needs a size such as 512M or 4G, not \"%s\"", name, value[0]);
}

static bool take_timeout(struct parser *parser, const char *name, char **value)
{
    if (parse_seconds(value[0], &parser->options->timeout_s))
        return true;
    return wrong(parser, "--%s needs a number of seconds, not \"%s\"", name, value[0]);
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
        return wrong(parser, "--%s needs a rank, \"all\" or \"none\", not \"%s\"", name, value[0]);
    return true;
}

static bool take_wdir(struct parser *parser, const char *name, char **value)
{
    (void)name;
    parser->section->wdir = value[0];
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

    if (*value[0] == '\0' || strchr(value[0], '=') != NULL)
        return wrong(parser, "-%s needs a variable's name and its value, not \"%s\"", name, value[0]);
    words_add(&env->set, need_format("%s=%s", value[0], value[1]));
    return true;
}

static bool take_x(struct parser *parser, const char *name, char **value)
{
    const char *now;

    if (*value[0] == '\0' || *value[0] == '=')
        return wrong(parser, "-%s needs NAME or NAME=VALUE, not \"%s\"", name, value[0]);
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
    return wrong(parser, "--%s is linux, microvm (or qemu), q35 or auto, not \"%s\"", name, value[0]);
}

static bool take_accel(struct parser *parser, const char *name, char **value)
{
    if (strcmp(value[0], "kvm") == 0)
        parser->options->accel = ACCEL_KVM;
    else if (strcmp(value[0], "tcg") == 0)
        parser->options->accel = ACCEL_TCG;
    else
        return wrong(parser, "--%s is kvm or tcg, not \"%s\"", name, value[0]);
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

static bool take_unsupported(struct parser *parser, const char *name, char **value)
{
    (void)value;
    return wrong(parser, "-%s is not supported; leave it out", name);
}

static bool take_config(struct parser *parser, const char *name, char **value);

static const struct option_spec {
    const char *name;
    int values;
    option_fn *take;
} option_table[] = {
    {"n", 1, take_ranks},
    {"np", 1, take_ranks},
    {"c", 1, take_ranks},
    {"ppn", 1, take_per_host},
    {"N", 1, take_per_host},
    {"npernode", 1, take_per_host},
    {"ranks-per-proc", 1, take_per_host},
    {"configfile", 1, take_config},
    {"wdir", 1, take_wdir},
    {"wd", 1, take_wdir},
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
    {"timings", 0, take_flag},
    {"initial-errhandler", 1, take_silently},
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

static const struct option_spec *option_find(const char *name, size_t bytes)
{
    for (size_t i = 0; i < sizeof option_table / sizeof option_table[0]; i++) {
        const struct option_spec *spec = &option_table[i];

        if (strlen(spec->name) == bytes && memcmp(spec->name, name, bytes) == 0)
            return spec;
    }
    return NULL;
}

static bool section_begin(struct parser *parser)
{
    struct options *options = parser->options;

    if (options->section_count == SECTIONS_MAX)
        return wrong(parser, "more than %d sections", SECTIONS_MAX);
    options->section =
        need(realloc(options->section, (options->section_count + 1) * sizeof *options->section));
    parser->section = &options->section[options->section_count++];
    *parser->section = (struct section_options){.ranks = 0};
    return true;
}

// One option at argv[0]; returns how many arguments it took, 0 if it was wrong.
static int option_take(struct parser *parser, int argc, char **argv)
{
    const char *name = argv[0] + (argv[0][1] == '-' ? 2 : 1);
    const char *equals = strchr(name, '=');
    size_t bytes = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct option_spec *spec = option_find(name, bytes);
    char *joined[] = {NULL, NULL};

    if (bytes == 1 && *name == 'h')
        name = "help", bytes = 4;
    if (bytes == 4 && memcmp(name, "help", 4) == 0) {
        parser->options->action = ACTION_HELP;
        parser->options->help_topic = argc > 1 ? argv[1] : NULL;
        return argc;
    }
    if (spec == NULL || (equals != NULL && spec->values != 1)) {
        wrong(parser, "there is no option %s; see mpiexec --help", argv[0]);
        return 0;
    }
    if (equals != NULL) {
        joined[0] = need(strdup(equals + 1));
        return spec->take(parser, spec->name, joined) ? 1 : 0;
    }
    for (int i = 1; i <= spec->values; i++) {
        if (i < argc)
            continue;
        wrong(parser, "%s needs %s", argv[0], spec->values == 1 ? "a value" : "two values");
        return 0;
    }
    if (!spec->take(parser, spec->name, spec->values > 0 ? &argv[1] : joined))
        return 0;
    return 1 + spec->values;
}

static bool section_end(struct parser *parser)
{
    if (parser->section->argv.count == 0)
        return wrong(parser, parser->options->section_count > 1 || parser->depth > 0
                                 ? "a part between colons names no program"
                                 : "no program given; see mpiexec --help");
    return true;
}

// Parses arguments into the section at hand and those that follow it.
static bool arguments_take(struct parser *parser, int argc, char **argv)
{
    for (int i = 0; i < argc;) {
        struct words *program = &parser->section->argv;

        if (strcmp(argv[i], ":") == 0) {
            if (!section_end(parser) || !section_begin(parser))
                return false;
            i++;
        } else if (program->count == 0 && strcmp(argv[i], "--") == 0 && i + 1 < argc) {
            words_add(program, argv[i + 1]);
            i += 2;
        } else if (program->count == 0 && argv[i][0] == '-' && argv[i][1] != '\0') {
            int taken = option_take(parser, argc - i, &argv[i]);

            if (taken == 0)
                return false;
            i += taken;
        } else {
            words_add(program, argv[i++]); // the program, or an argument of it
        }
    }
    return true;
}

static bool take_config(struct parser *parser, const char *name, char **value)
{
    struct words words = {NULL, 0};

    (void)name;
    if (parser->depth == DEPTH_MAX)
        return wrong(parser, "%s: configuration files name each other in a circle", value[0]);
    if (!config_read(value[0], &words, parser->error))
        return false;
    parser->depth++;
    return arguments_take(parser, (int)words.count, words.word);
}

bool options_parse(struct options *options, int argc, char **argv,
                   char error[static OPTIONS_ERROR_BYTES])
{
    struct parser parser = {.options = options};
    const char *limit = getenv("MPIEXEC_TIMEOUT");

    parser.error = error;
    *options = (struct options){.stdin_rank = 0};
    if (!section_begin(&parser) || !arguments_take(&parser, argc, argv))
        return false;
    if (options->action != ACTION_RUN)
        return true;
    if (!section_end(&parser))
        return false;
    if (options->timeout_s == 0 && limit != NULL && *limit != '\0' &&
        !parse_seconds(limit, &options->timeout_s))
        return wrong(&parser, "MPIEXEC_TIMEOUT is a number of seconds, not \"%s\"", limit);
    if (options->accel != ACCEL_AUTO && options->machine == MACHINE_LINUX)
        return wrong(&parser,
                     "--accel is for a virtual machine; leave it out with --machine linux");
    if (options->accel != ACCEL_AUTO && options->machine == MACHINE_AUTO)
        options->machine = MACHINE_MICROVM;
    return true;
}
