// SPDX-License-Identifier: BSD-2-Clause
// hint.h: why a link of an image may have failed, where the linker's own words do not tell.
#pragma once
#include "tools/wrappers/words.h"

// Names the libraries of the command line that are there as shared libraries only.
void hint_static_libraries(const char *wrapper, const struct words *command);
