// SPDX-License-Identifier: BSD-2-Clause
// core_memory.h: memory that the ranks of one core share, for messages on their way.
//
// Blocks of powers of two; a freed block serves the next request of its size on the same core. It is taken
// from the slot of the rank that asks and stays where it is until the job ends.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Bytes of the kernel's memory for the lists of so many cores, and where they are; zeroed. Once.
size_t core_memory_bytes(uint32_t cores);
void core_memory_init(void *lists);

// On the running core, for the running rank. NULL: its slot has no memory left.
void *core_memory_alloc(size_t bytes);
void core_memory_free(void *memory);

// One word per core for libmpi.
void **core_state_of(uint32_t core);
