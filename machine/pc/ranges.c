// SPDX-License-Identifier: BSD-2-Clause
// ranges.c: arithmetic on ordered lists of address ranges.
#include "machine/pc/ranges.h"

static void delete_at(struct ranges *set, uint32_t at, uint32_t count)
{
    set->count -= count;
    for (uint32_t i = at; i < set->count; i++)
        set->range[i] = set->range[i + count];
}

static bool insert_at(struct ranges *set, uint32_t at, uint64_t start, uint64_t end)
{
    if (set->count == RANGES_MAX)
        return false;
    for (uint32_t i = set->count; i > at; i--)
        set->range[i] = set->range[i - 1];
    set->range[at] = (struct range){start, end};
    set->count++;
    return true;
}

void ranges_add(struct ranges *set, uint64_t start, uint64_t end)
{
    uint32_t first = 0, last;

    if (start >= end)
        return;
    while (first < set->count && set->range[first].end < start)
        first++;
    // All that overlap or touch become one with the new range.
    for (last = first; last < set->count && set->range[last].start <= end; last++) {
        if (set->range[last].start < start)
            start = set->range[last].start;
        if (set->range[last].end > end)
            end = set->range[last].end;
    }
    delete_at(set, first, last - first);
    insert_at(set, first, start, end);
}

void ranges_remove(struct ranges *set, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    for (uint32_t i = 0; i < set->count;) {
        struct range old = set->range[i];

        if (old.end <= start || old.start >= end) {
            i++;
        } else if (old.start >= start && old.end <= end) {
            delete_at(set, i, 1);
        } else if (old.start >= start) {
            set->range[i++].start = end;
        } else if (old.end <= end) {
            set->range[i++].end = start;
        } else { // two pieces; the larger one if there is no room for both
            set->range[i].end = start;
            if (!insert_at(set, i + 1, end, old.end) && old.end - end > start - old.start)
                set->range[i] = (struct range){end, old.end};
            return;
        }
    }
}

bool ranges_contain(const struct ranges *set, uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->range[i].start <= start && end <= set->range[i].end)
            return true;
    return false;
}

bool ranges_overlap(const struct ranges *set, uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->range[i].start < end && start < set->range[i].end)
            return true;
    return false;
}

uint64_t ranges_take(struct ranges *set, uint64_t bytes, uint64_t align, uint64_t limit)
{
    for (uint32_t i = 0; i < set->count; i++) {
        uint64_t start = (set->range[i].start + align - 1) / align * align;
        uint64_t end = set->range[i].end < limit ? set->range[i].end : limit;

        if (start && start < end && bytes <= end - start) {
            ranges_remove(set, start, start + bytes);
            return start;
        }
    }
    return 0;
}

uint64_t ranges_bytes(const struct ranges *set)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < set->count; i++)
        bytes += set->range[i].end - set->range[i].start;
    return bytes;
}

static uint64_t parts_of(const struct ranges *set, uint64_t bytes)
{
    uint64_t parts = 0;

    for (uint32_t i = 0; i < set->count; i++)
        parts += (set->range[i].end - set->range[i].start) / bytes;
    return parts;
}

uint64_t ranges_share(const struct ranges *set, uint32_t parts, uint64_t unit)
{
    // Invariant: `fits` units fit `parts` times, `fails` units do not.
    uint64_t fits = 0, fails = ranges_bytes(set) / parts / unit + 1;

    while (fails - fits > 1) {
        uint64_t middle = fits + (fails - fits) / 2;

        if (parts_of(set, middle * unit) >= parts)
            fits = middle;
        else
            fails = middle;
    }
    return fits * unit;
}

bool ranges_part(const struct ranges *set, uint64_t bytes, uint32_t index, struct range *out)
{
    for (uint32_t i = 0; i < set->count; i++) {
        uint64_t here = (set->range[i].end - set->range[i].start) / bytes;

        if (index < here) {
            out->start = set->range[i].start + index * bytes;
            out->end = out->start + bytes;
            return true;
        }
        index -= (uint32_t)here;
    }
    return false;
}
