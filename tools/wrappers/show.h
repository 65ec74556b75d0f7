// SPDX-License-Identifier: BSD-2-Clause
// show.h: the options that print instead of compiling, as MPICH and Open MPI users know them.
#pragma once
#include <stdio.h>

#include "tools/wrappers/flags.h"

struct wrapper {
    const char *name; // as called: mpicc, mpif90, ...
    struct flags flags;
    struct words compiler; // one word, or more for CC="ccache gcc"
};

// Prints a command line so that a shell, and CMake, read the same words again.
void show_command(FILE *stream, const struct words *command);

// Prints what -showme:TOPIC asks for. Returns false if there is no such topic.
bool show_topic(const struct wrapper *wrapper, const char *topic);

void show_compile_info(const struct wrapper *wrapper);
void show_link_info(const struct wrapper *wrapper);

// -help, -showme:help.
void show_help(const struct wrapper *wrapper);
