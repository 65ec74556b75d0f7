// SPDX-License-Identifier: BSD-2-Clause
// iso.h: `torito iso`: an image on a CD that a PC boots from.
#pragma once

// argv[0] is "iso". Returns the exit status: 0; 1 if the CD could not be made, with a sentence on
// standard error and nothing left behind; 2 if the command line is wrong.
int iso_command(int argc, char *argv[]);
