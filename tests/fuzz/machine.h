// SPDX-License-Identifier: BSD-2-Clause
// machine.h: a MiB of physical memory for the parsers of machine/pc, and what their results must hold.
#pragma once
#include "machine/pc/phys.h"
#include "machine/pc/ranges.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t memory[1 << 20];

static bool memory_read(const struct phys *phys, uint64_t address, void *to, size_t bytes)
{
    (void)phys;
    if (address > sizeof memory || bytes > sizeof memory - address)
        return false;
    memcpy(to, memory + address, bytes);
    return true;
}

static const struct phys memory_phys = {.read = memory_read};

static inline void must(bool holds)
{
    if (!holds)
        __builtin_trap();
}

// An ordered set of disjoint ranges that do not touch.
static inline void must_be_set(const struct ranges *set)
{
    must(set->count <= RANGES_MAX);
    for (uint32_t i = 0; i < set->count; i++) {
        must(set->range[i].start < set->range[i].end);
        must(i == 0 || set->range[i - 1].end < set->range[i].start);
    }
}

// The byte at `sum` becomes such that all add up to 0.
static inline void memory_seal(uint32_t at, uint32_t bytes, uint32_t sum)
{
    uint8_t total = 0;

    memory[at + sum] = 0;
    for (uint32_t i = 0; i < bytes; i++)
        total = (uint8_t)(total + memory[at + i]);
    memory[at + sum] = (uint8_t)-total;
}
