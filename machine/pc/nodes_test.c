// SPDX-License-Identifier: BSD-2-Clause
// nodes_test.c: dividing memory by nodes.
#include "machine/pc/nodes.h"
#include <stdio.h>

#define MIB (1ull << 20)

static unsigned done, failed;
static struct share shares[4];

static void check(bool ok, const char *what)
{
    done++;
    if (!ok) {
        failed++;
        printf("FAILED: %s\n", what);
    }
}

// Two nodes of 0..low and low..1024 MiB; all but the first MiB is free, with a hole at 300 MiB.
static void machine(struct firmware *firmware, struct ranges *free, uint64_t low_mib)
{
    *firmware = (struct firmware){.node_count = 2, .node_memory_count = 2};
    firmware->node_memory[0] = (struct firmware_node_memory){0, low_mib * MIB, 0};
    firmware->node_memory[1] = (struct firmware_node_memory){low_mib * MIB, 1024 * MIB, 1};
    free->count = 0;
    ranges_add(free, MIB, 300 * MIB);
    ranges_add(free, 301 * MIB, 1024 * MIB);
}

static void test_divided(void)
{
    static struct firmware firmware;
    struct ranges free;

    machine(&firmware, &free, 512);
    check(nodes_share(&firmware, &free, (uint32_t[]){2, 1}, 3, 4096, shares) == 2, "two shares");
    check(shares[0].part_bytes == 211 * MIB && shares[0].ranks == 2, "node 0: 299 + 211, twice");
    check(ranges_contain(&shares[0].memory, 301 * MIB, 512 * MIB) &&
              !ranges_overlap(&shares[0].memory, 512 * MIB, 1024 * MIB),
          "node 0 ends where node 1 begins");
    check(shares[1].part_bytes == 512 * MIB, "node 1 for one");
    check(nodes_share(&firmware, &free, (uint32_t[]){3, 0}, 3, 4096, shares) == 2 &&
              shares[0].part_bytes == 149 * MIB + MIB / 2 && shares[1].ranks == 0,
          "all on one node: its memory, a little more than half of what all would give");
    firmware.node_memory[0].end = 512 * MIB - 100; // not whole pages: the page belongs to nobody
    firmware.node_memory[1].start = 512 * MIB - 100;
    check(nodes_share(&firmware, &free, (uint32_t[]){1, 1}, 2, 4096, shares) == 2 &&
              !ranges_overlap(&shares[0].memory, 512 * MIB - 4096, 1024 * MIB) &&
              !ranges_overlap(&shares[1].memory, 0, 512 * MIB),
          "whole pages");
}

static void test_shared(void)
{
    static struct firmware firmware;
    struct ranges free;

    machine(&firmware, &free, 64);
    check(nodes_share(&firmware, &free, (uint32_t[]){1, 1}, 2, 4096, shares) == 1 &&
              shares[0].ranks == 2 && shares[0].part_bytes == 361 * MIB + MIB / 2,
          "a node with too little memory: equal parts");
    machine(&firmware, &free, 512);
    check(nodes_share(&firmware, &free, (uint32_t[]){1, 0}, 2, 4096, shares) == 1,
          "a rank whose node nobody knows: equal parts");
    firmware.node_count = 0;
    check(nodes_share(&firmware, &free, NULL, 2, 4096, shares) == 1 && shares[0].ranks == 2,
          "no nodes");
    firmware.node_count = 2;
    firmware.node_memory_count = 0;
    check(nodes_share(&firmware, &free, (uint32_t[]){1, 1}, 2, 4096, shares) == 1,
          "no memory told");
}

int main(void)
{
    test_divided();
    test_shared();
    printf("done %u\n", done);
    return failed != 0;
}
