// SPDX-License-Identifier: BSD-2-Clause
// topo.h: `torito topo`: what the kernel of an image sees of a machine.
#pragma once

// argv[0] is the subcommand's name. Returns the exit status, or does not return.
int topo_command(int argc, char *argv[]);
