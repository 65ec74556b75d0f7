// SPDX-License-Identifier: BSD-2-Clause
// command.h: what a compiler's command line asks for.
#pragma once
#include "tools/wrappers/words.h"

enum command_kind {
    COMMAND_QUERY,   // asks the compiler about itself, or names no input: neither -I nor -l needed
    COMMAND_COMPILE, // stops before the link
    COMMAND_LINK_OBJECT, // links something that is no image: -shared, -r
    COMMAND_LINK_IMAGE,
};

struct command {
    enum command_kind kind;
    const char *output;    // of an image link: -o, or a.out
    bool dry_run;          // -###: the compiler only prints what it would do
    const char *no_pie;    // the argument that forbids a position-independent image, or NULL
    const char *linker;    // of -fuse-ld= and --ld-path=, when it is not GNU ld; or NULL
    const char *sanitizer; // -fsanitize= of a kind whose run-time is no static library; or NULL
    const char *profile;   // -pg, -p; or NULL
    const char *shared_library; // the first input file that exists as a shared library only, or NULL
    struct words arguments;     // for the compiler
};

// Reads the user's arguments (without the wrapper's own options). Of an image link it drops from
// `arguments` what would bend the link away from an image: -static, -pie, -static-pie, -rdynamic,
// -Bdynamic and their spellings; and for a shared library with its static one beside it, it takes that.
void command_read(struct command *command, const struct words *user);
