// SPDX-License-Identifier: BSD-2-Clause
// link.h: runs the compiler; after the link of an image, checks what came out.
#pragma once
#include "tools/wrappers/command.h"
#include "tools/wrappers/words.h"

// Becomes the compiler. Does not return.
_Noreturn void compiler_become(const char *wrapper, const struct words *command);

// Refuses what cannot become an image, before the compiler is bothered with it. Returns false after
// printing why.
bool link_is_possible(const char *wrapper, const struct command *user);

// Runs the link and checks the image it wrote; an image that breaks a rule is removed. Returns the
// exit status.
int link_image(const char *wrapper, const struct words *command, const char *output);
