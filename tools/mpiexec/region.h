// SPDX-License-Identifier: BSD-2-Clause
// region.h: creates the memory that the launcher and the kernel share, and lays the job out in it.
#pragma once
#include "channel.h"
#include "plan.h"

struct region {
    int fd; // a file in memory, closed on exec; it has no name anywhere
    size_t bytes;
    struct job *job;
    uint64_t nonce;
    uint32_t ranks;
    uint64_t waits_offset; // what struct job says, out of the program's reach
    uint32_t waits_max;
    struct channel *out; // one for each rank
    struct channel *in;
    uint32_t in_count;         // 0, 1 or one for each rank
    struct files_region files; // where nothing is mounted: all zero
};

// Fills all of struct job but its magic. `kick_fd` as in struct job; `tsc_khz` 0 if unknown.
// Says what is wrong and exits.
void region_create(struct region *region, const struct plan *plan, int kick_fd, uint64_t tsc_khz);

// Sets the magic: from now on the kernel may find the job. Its `bytes` may be more on a VM, where the
// region is a whole number of large pages.
void region_publish(struct region *region);
