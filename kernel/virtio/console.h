// SPDX-License-Identifier: BSD-2-Clause
// console.h: virtio-console (VIRTIO 1.2, 5.3) as the machine's console, where it has no other: a VM
// started by hand whose VMM gives it no serial line.
#pragma once
#include "machine/machine.h"

// Bytes of memory it needs, 0: there is no such device, or no need.
size_t virtio_console_bytes(const struct boot *boot);

// Core 0, before any rank runs. `memory` is page aligned and zeroed.
void virtio_console_init(const struct boot *boot, void *memory);
