// SPDX-License-Identifier: BSD-2-Clause
// p9.h: a back end of kernel/file: 9P2000.L over virtio (VIRTIO 1.2, 5.9), for a VM started by
// hand:
//
//     qemu-system-x86_64 ... -fsdev local,id=f,path=DIR,security_model=none
//                            -device virtio-9p-device,fsdev=f,mount_tag=TAG
//
// A tag that starts with '/' is the place of the directory; any other lies at /TAG. The first
// device's directory is the ranks' working directory.
#pragma once
#include "machine/machine.h"

struct job_files;

// Bytes of memory it needs, 0: there is no such device.
size_t p9_bytes(const struct boot *boot);

// Mounts each device's directory; panics if one cannot be had. Core 0, before any rank runs.
// `memory` is p9_bytes, page aligned and zeroed. `files`: what the launcher says of the devices, or
// NULL.
void p9_init(const struct boot *boot, const struct job_files *files, void *memory);
