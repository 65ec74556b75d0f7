// SPDX-License-Identifier: BSD-2-Clause
// serve.h: files for a job in a VM (tools/files), served by threads of this process until it ends.
#pragma once
#include "start.h"

// Once the VM has been started. Says what is wrong and exits.
void serve_files(const struct plan *plan, const struct region *region, const struct child *child);
