// SPDX-License-Identifier: BSD-2-Clause
// hint.c: after "cannot find -lNAME", whether only libNAME.so is there.
#include "tools/wrappers/hint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Where compilers look beside -L.
static const char *const system_dirs[] = {
    "/usr/local/lib",
    "/usr/lib/x86_64-linux-gnu",
    "/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/lib64",
    "/lib",
};

// Returns whether -LDIR or -L DIR stands at place `at`, and DIR.
static bool option_value(const struct words *command, size_t at, const char *option,
                         const char **value)
{
    const char *word = command->word[at];

    if (strncmp(word, option, 2) != 0 || (word[2] == '\0' && at + 1 == command->count))
        return false;
    *value = word[2] != '\0' ? word + 2 : command->word[at + 1];
    return true;
}

static struct words search_dirs(const struct words *command)
{
    struct words dirs = {0};

    for (size_t i = 0; i < command->count; i++) {
        const char *dir;

        if (option_value(command, i, "-L", &dir))
            words_add(&dirs, dir);
    }
    for (size_t i = 0; i < sizeof(system_dirs) / sizeof(system_dirs[0]); i++)
        words_add(&dirs, system_dirs[i]);
    return dirs;
}

// Returns the path of libNAME + ending in the first folder that has it, or NULL.
static char *find_library(const struct words *dirs, const char *name, const char *ending)
{
    for (size_t i = 0; i < dirs->count; i++) {
        char *path = words_format("%s/lib%s%s", dirs->word[i], name, ending);

        if (access(path, F_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

void hint_static_libraries(const char *wrapper, const struct words *command)
{
    struct words dirs = search_dirs(command);

    for (size_t i = 0; i < command->count; i++) {
        const char *name, *shared;

        if (!option_value(command, i, "-l", &name) || name[0] == ':' ||
            find_library(&dirs, name, ".a") != NULL)
            continue;
        shared = find_library(&dirs, name, ".so");
        if (shared != NULL)
            fprintf(stderr,
                    "%s: -l%s is there as a shared library only (%s): an image needs lib%s.a\n",
                    wrapper, name, shared, name);
    }
}
