// SPDX-License-Identifier: BSD-2-Clause
// flags.h: what a compiler is told so that it finds Torito and its link makes an image.
#pragma once
#include "tools/wrappers/words.h"

enum language { LANGUAGE_C, LANGUAGE_CXX, LANGUAGE_FORTRAN };

struct flags {
    enum language language;
    const char *prefix; // the installation this wrapper is part of, found from where it lies
};

// Finds the installation. Ends the program with a message if that fails.
struct flags flags_find(const char *wrapper, enum language language);

// Each appends to `words`.
void flags_include_dirs(const struct flags *flags, struct words *words);
void flags_library_dirs(const struct flags *flags, struct words *words);
void flags_libraries(const struct flags *flags, struct words *words);

// What any compiler needs, complete by itself: these are for other build systems to copy. They
// consist of -I, -L, -l, -f and -Wl, only, which is what CMake's FindMPI and Meson keep of them.
void flags_compile(const struct flags *flags, struct words *words);
void flags_link(const struct flags *flags, struct words *words);
