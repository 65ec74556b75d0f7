// SPDX-License-Identifier: BSD-2-Clause
// nodes.c: dividing free memory by NUMA nodes.
#include "machine/pc/nodes.h"
#include "lib/lib.h"
#include "machine/machine.h"

// The part of `free` that lies on the node.
static void node_memory(const struct firmware *firmware, const struct ranges *free, uint32_t node,
                        struct ranges *out)
{
    out->count = 0;
    for (uint32_t m = 0; m < firmware->node_memory_count; m++) {
        const struct firmware_node_memory *memory = &firmware->node_memory[m];

        for (uint32_t i = 0; memory->node == node && i < free->count; i++) {
            struct range range = free->range[i];

            if (range.start < memory->start)
                range.start = memory->start;
            if (range.end > memory->end)
                range.end = memory->end;
            range.start = ROUND_UP(range.start, PAGE_BYTES);
            range.end = ROUND_DOWN(range.end, PAGE_BYTES);
            if (range.start < range.end)
                ranges_add(out, range.start, range.end);
        }
    }
}

uint32_t nodes_share(const struct firmware *firmware, const struct ranges *free,
                     const uint32_t *ranks_on, uint32_t ranks, uint64_t unit, struct share *shares)
{
    uint64_t equal = ranges_share(free, ranks, unit);
    uint32_t placed = 0;
    bool fair = true;

    for (uint32_t node = 0; node < firmware->node_count; node++) {
        struct share *share = &shares[node];

        placed += ranks_on[node];
        share->ranks = ranks_on[node];
        share->part_bytes = 0;
        node_memory(firmware, free, node, &share->memory);
        if (share->ranks)
            share->part_bytes = ranges_share(&share->memory, share->ranks, unit);
        fair = fair && (!share->ranks || share->part_bytes >= equal / 2);
    }
    // placed: every core's node is known
    if (firmware->node_count && fair && placed == ranks)
        return firmware->node_count;
    shares[0] = (struct share){.memory = *free, .ranks = ranks, .part_bytes = equal};
    return 1;
}
