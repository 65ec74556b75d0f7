// SPDX-License-Identifier: BSD-2-Clause
// nodes.h: which memory the ranks of each NUMA node share.
//
// All ranks of a node get parts of one size, in the node's own memory. That is worth much less than memory
// itself: if on some node it would cost a rank more than half of what equal parts of all the memory
// give it, nodes are not looked at, and there is one share for all.
#pragma once
#include "machine/pc/firmware.h"
#include "machine/pc/ranges.h"

struct share {
    struct ranges memory;
    uint32_t ranks;      // that share it
    uint64_t part_bytes; // each
};

// `ranks_on` counts the ranks of each node; `shares` has room for each of them, and for one at least.
// Returns how many shares were made: one for each node, with the node's number, or 1.
uint32_t nodes_share(const struct firmware *firmware, const struct ranges *free,
                     const uint32_t *ranks_on, uint32_t ranks, uint64_t unit, struct share *shares);
