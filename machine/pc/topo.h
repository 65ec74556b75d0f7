// SPDX-License-Identifier: BSD-2-Clause
// topo.h: the machine as the kernel sees it, for people.
#pragma once
#include "machine/pc/bootinfo.h"
#include "machine/pc/firmware.h"

// Core 0, after the ranks' memory has been divided: prints it all on the console.
void topo_print(uint32_t magic, const struct bootinfo *info, const struct ranges *ram,
                const struct firmware *firmware, uint32_t cores, uint32_t ranks);
