// SPDX-License-Identifier: BSD-2-Clause
// options.c: parses mpiexec's command line with the table in option_table.c.
//
// Every option may be written with one dash or two, and "--option=value" for those with one value.
#include "options.h"
#include "abi/job.h"
#include "option_table.h"
#include "say.h"
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 8

void words_add(struct words *words, const char *word)
{
    words->word = need(realloc(words->word, (words->count + 2) * sizeof *words->word));
    words->word[words->count++] = need(strdup(word));
    words->word[words->count] = NULL;
}

static bool section_begin(struct parser *parser)
{
    struct options *options = parser->options;

    if (options->section_count == JOB_SECTIONS_MAX)
        return option_wrong(parser,
                            "a job has at most %u programs; put ranks of one program together",
                            JOB_SECTIONS_MAX);
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
    int values;

    if (bytes == 1 && *name == 'h')
        name = "help", bytes = 4;
    if (bytes == 4 && memcmp(name, "help", 4) == 0) {
        parser->options->action = ACTION_HELP;
        parser->options->help_topic = argc > 1 ? argv[1] : NULL;
        return argc;
    }
    if (spec == NULL || (equals != NULL && spec->values != 1)) {
        option_wrong(parser, "there is no option %s; see mpiexec --help", argv[0]);
        return 0;
    }
    if (equals != NULL) {
        joined[0] = need(strdup(equals + 1));
        return spec->take(parser, spec->name, joined) ? 1 : 0;
    }
    values = option_values(spec, argc > 1 ? argv[1] : NULL);
    if (values >= argc) {
        option_wrong(parser, "%s needs %s", argv[0], values == 1 ? "a value" : "two values");
        return 0;
    }
    if (!spec->take(parser, spec->name, values > 0 ? &argv[1] : joined))
        return 0;
    return 1 + values;
}

static bool section_end(struct parser *parser)
{
    if (parser->section->argv.count == 0)
        return option_wrong(parser, parser->options->section_count > 1 || parser->depth > 0
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

bool option_take_config(struct parser *parser, const char *name, char **value)
{
    struct words words = {NULL, 0};

    (void)name;
    if (parser->depth == DEPTH_MAX)
        return option_wrong(parser, "%s: configuration files name each other in a circle", value[0]);
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
    *options = (struct options){.stdin_rank = 0, .gdb_rank = -1};
    if (!section_begin(&parser) || !arguments_take(&parser, argc, argv))
        return false;
    if (options->action != ACTION_RUN)
        return true;
    if (!section_end(&parser))
        return false;
    if (options->timeout_s == 0 && limit != NULL && *limit != '\0' &&
        !parse_seconds(limit, &options->timeout_s))
        return option_wrong(&parser, "MPIEXEC_TIMEOUT is a number of seconds, not \"%s\"", limit);
    if (options->files != FILES_AUTO && options->machine == MACHINE_LINUX)
        return option_wrong(&parser,
                            "--files is for a virtual machine; leave it out with --machine linux");
    if (options->accel != ACCEL_AUTO && options->machine == MACHINE_LINUX)
        return option_wrong(&parser,
                            "--accel is for a virtual machine; leave it out with --machine linux");
    if ((options->accel != ACCEL_AUTO || options->files != FILES_AUTO) &&
        options->machine == MACHINE_AUTO)
        options->machine = MACHINE_MICROVM;
    return true;
}
