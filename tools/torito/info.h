// SPDX-License-Identifier: BSD-2-Clause
// info.h: `torito info`: what an image holds and where it can start.
#pragma once

// Prints it for each of the files named by argv[1] and on. Returns the exit status: 0, or 1 if one of
// them is no image or could not start everywhere.
int info_command(int argc, char *argv[]);
