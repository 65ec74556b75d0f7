// SPDX-License-Identifier: BSD-2-Clause
// virtio.h: which virtio devices this machine has, and where their registers are. Private to
// machine/pc; the devices themselves are kernel/virtio's.
#pragma once
#include "machine/machine.h"
#include "machine/pc/cmdline.h"
#include "machine/pc/ranges.h"

// Fills in boot->devices. Core 0, after the final page tables.
void pc_virtio_find(const struct cmdline *cmdline, struct ranges *free, struct boot *boot);
