// SPDX-License-Identifier: BSD-2-Clause
// forward.h: the back end of kernel/file that has the launcher make the calls.
#pragma once
struct job_files;

// Mounts what the launcher offers. Core 0, before any rank runs; job_region and core_count are set.
void forward_init(struct job_files *offered);
