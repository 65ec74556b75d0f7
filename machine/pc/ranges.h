// SPDX-License-Identifier: BSD-2-Clause
// ranges.h: sets of physical addresses: which memory there is, which is free, who gets what.
//
// A set is an ordered list of disjoint ranges that do not touch. It has a fixed size: what does not
// fit any more is left out of the set (memory is lost, never given away twice).
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define RANGES_MAX 96

struct range {
    uint64_t start, end;
};

struct ranges {
    uint32_t count;
    struct range range[RANGES_MAX];
};

void ranges_add(struct ranges *set, uint64_t start, uint64_t end);
void ranges_remove(struct ranges *set, uint64_t start, uint64_t end);
bool ranges_contain(const struct ranges *set, uint64_t start, uint64_t end);
bool ranges_overlap(const struct ranges *set, uint64_t start, uint64_t end);

// Takes `bytes` from the lowest place that has them and ends below `limit`. 0: none.
uint64_t ranges_take(struct ranges *set, uint64_t bytes, uint64_t align, uint64_t limit);

uint64_t ranges_bytes(const struct ranges *set);

// The size, a multiple of `unit`, of the largest `parts` equal parts that can be cut from the set, each
// within one range. 0 if there is less than one unit for each.
uint64_t ranges_share(const struct ranges *set, uint32_t parts, uint64_t unit);
// The index'th of the parts of `bytes` each.
bool ranges_part(const struct ranges *set, uint64_t bytes, uint32_t index, struct range *out);
