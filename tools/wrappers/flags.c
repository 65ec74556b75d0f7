// SPDX-License-Identifier: BSD-2-Clause
// flags.c: the flags, one place for all of the wrappers; cmake/torito.pc.in says the same for
// pkg-config.
#define _GNU_SOURCE // readlink
#include "tools/wrappers/flags.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct flags flags_find(const char *wrapper, enum language language)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (length < 0) {
        fprintf(stderr, "%s: cannot read /proc/self/exe to find the installation: mount /proc\n",
                wrapper);
        exit(1);
    }
    path[length] = '\0';
    for (int level = 0; level < 2; level++) { // PREFIX/bin/mpicc
        char *slash = strrchr(path, '/');

        if (slash == NULL) {
            fprintf(stderr, "%s: %s does not lie in PREFIX/bin: install Torito again\n", wrapper,
                    path);
            exit(1);
        }
        *slash = '\0';
    }
    return (struct flags){.language = language, .prefix = words_format("%s", path)};
}

void flags_include_dirs(const struct flags *flags, struct words *words)
{
    words_add_format(words, "%s/include", flags->prefix);
}

void flags_library_dirs(const struct flags *flags, struct words *words)
{
    // The shim stands in for libgcc_s, which exists as a shared library only, by libgcc_eh.
    words_add_format(words, "%s/lib/torito/shim", flags->prefix);
    words_add_format(words, "%s/lib", flags->prefix);
}

void flags_libraries(const struct flags *flags, struct words *words)
{
    if (flags->language == LANGUAGE_FORTRAN)
        words_add(words, "mpifort");
    words_add(words, "mpi");
    words_add(words, "torito"); // the kernel
}

static void add_prefixed(struct words *words, const char *option, const struct words *values)
{
    for (size_t i = 0; i < values->count; i++)
        words_add_format(words, "%s%s", option, values->word[i]);
}

void flags_compile(const struct flags *flags, struct words *words)
{
    struct words dirs = {0};

    flags_include_dirs(flags, &dirs);
    add_prefixed(words, "-I", &dirs);
    if (flags->language == LANGUAGE_FORTRAN && sizeof TORITO_FORTRAN_FLAGS > 1)
        words_add(words, TORITO_FORTRAN_FLAGS);
}

void flags_link(const struct flags *flags, struct words *words)
{
    struct words dirs = {0};
    struct words libraries = {0};

    // -Bstatic, --no-dynamic-linker: what -static-pie does to a default link of a PIE, and what build
    // systems keep. --no-export-dynamic: or CMake's -rdynamic would copy all symbols to .dynsym,
    // whose size tells the linker script of shared libraries. -zmax-page-size: newer rust-vmm loads
    // segments aligned to 2 MiB only; image.ld pads nothing for it (and FindMPI would drop "-z,").
    words_add(words, "-Wl,-Bstatic,--no-dynamic-linker,--no-export-dynamic,"
                     "-zmax-page-size=0x200000");
    words_add_format(words, "-Wl,-T,%s/lib/torito/image.ld", flags->prefix);
    if (flags->language == LANGUAGE_FORTRAN) // see libmpi/fortran/threads.c
        words_add(words, "-Wl,-u,mpii_fortran_threads");
    flags_library_dirs(flags, &dirs);
    flags_libraries(flags, &libraries);
    add_prefixed(words, "-L", &dirs);
    add_prefixed(words, "-l", &libraries);
}
