// SPDX-License-Identifier: BSD-2-Clause
// option_table.h: between the parser (options.c) and the table of options it works with.
#pragma once
#include "options.h"

struct parser {
    struct options *options;
    struct section_options *section; // the one at hand
    char *error;
    uint32_t depth; // configuration files within each other
};

struct option_spec {
    const char *name; // without dashes
    int values;
    // `value`: so many arguments; NULLs if none. False with a reason in parser->error.
    bool (*take)(struct parser *parser, const char *name, char **value);
};

// How many arguments it takes if `first` comes next, or NULL: of -env one, where that is NAME=VALUE.
int option_values(const struct option_spec *spec, const char *first);

// The option called name[0 .. bytes), or NULL.
const struct option_spec *option_find(const char *name, size_t bytes);

// Notes why the command line is wrong; returns false.
bool option_wrong(struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// -configfile: goes on parsing in a file.
bool option_take_config(struct parser *parser, const char *name, char **value);
