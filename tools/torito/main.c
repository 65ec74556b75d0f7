// SPDX-License-Identifier: BSD-2-Clause
// main.c: torito, the tool for what other MPIs have no tool for: one subcommand per table row.
#include <stdio.h>
#include <string.h>

#include "tools/torito/compare.h"
#include "tools/torito/info.h"
#include "tools/torito/iso.h"
#include "tools/torito/profile.h"
#include "tools/torito/topo.h"

static const struct subcommand {
    const char *name;
    const char *purpose;
    int (*run)(int argc, char *argv[]); // argv[0] is the subcommand's name; returns the exit status
} subcommands[] = {
    {"compare", "Torito, MPICH and Open MPI side by side", compare_command},
    {"info", "what an image holds and where it can start", info_command},
    {"iso", "a CD that starts an image on a PC", iso_command},
    {"profile", "where the time went, by a timeline of mpiexec --trace", profile_command},
    {"topo", "what the kernel in an image sees of a machine", topo_command},
};

#define SUBCOMMAND_COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

static void print_help(FILE *stream)
{
    fprintf(stream, "Usage: torito SUBCOMMAND [ARGUMENT]...\n"
                    "Works on the images that mpicc, mpicxx and mpifort make.\n"
                    "\n");
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        fprintf(stream, "  %-10s %s\n", subcommands[i].name, subcommands[i].purpose);
    fprintf(stream, "\n"
                    "  --help     this text; torito SUBCOMMAND --help tells more\n"
                    "  --version  the version\n");
}

int main(int argc, char *argv[])
{
    const char *name = argc > 1 ? argv[1] : NULL;

    if (name == NULL) {
        print_help(stderr);
        return 2;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("torito %s\n", TORITO_VERSION);
        return 0;
    }
    for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
        if (strcmp(name, subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "torito: no subcommand \"%s\": torito --help lists them\n", name);
    return 2;
}
