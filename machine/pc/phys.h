// SPDX-License-Identifier: BSD-2-Clause
// phys.h: reading physical memory, as a value that parsers take, so that tests can feed them bytes.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct phys {
    // Copies bytes; false if they cannot be read.
    bool (*read)(const struct phys *phys, uint64_t address, void *to, size_t bytes);
    const void *context; // the reader's own
    uint64_t context_start, context_bytes;
};

// The machine's own memory. Before the final page tables it goes through a window (phys.c).
extern struct phys phys_machine;
