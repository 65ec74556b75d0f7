// SPDX-License-Identifier: BSD-2-Clause
// symbols.h: names and source lines of addresses in an ELF file, read with libdw.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct symbols;

// NULL if the file cannot be read. Looks at nothing but the file itself and a debug file beside it.
struct symbols *symbols_open(const char *path);
void symbols_close(struct symbols *symbols);

// "main at heat.c:42", "main" without line numbers, NULL if nothing is known; allocated. `address` is
// the file's own (of its symbol table), of an instruction, not of the one after a call.
char *symbols_describe(struct symbols *symbols, uint64_t address);
