// SPDX-License-Identifier: BSD-2-Clause
// symbols.h: function names from the image's symbol table, on machines that can read the image.
#pragma once
#include <stdint.h>

struct symbol {
    uint64_t addr;  // in: an address of the image as it was linked
    uint64_t start; // out: of the function
    char name[64];  // out: cut if longer; "" if unknown
};

// Looks up all of them in one pass. Only while the job ends: by one core, once.
void symbols_find(struct symbol symbol[], uint32_t count);
