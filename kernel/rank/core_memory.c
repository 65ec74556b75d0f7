// SPDX-License-Identifier: BSD-2-Clause
// core_memory.c: see core_memory.h. Only the running core's lists are touched: no lock.
#include "kernel/rank/core_memory.h"
#include "kernel/rank/rank.h"
#include "lib/lib.h"

#define SIZE_LOG2_MIN 7 // 128 bytes, the block's header included
#define SIZE_LOG2_MAX 40
#define CHUNK_BYTES (64ul << 10) // small blocks are cut from chunks of this size

struct block {
    uint64_t size_log2;
    struct block *next;
};

#define HEADER_BYTES 64 // what is handed out starts on a cache line of its own

struct core_memory {
    struct block *free[SIZE_LOG2_MAX + 1];
    void *state;
};

static struct core_memory *memories; // by core

void core_memory_init(void *lists)
{
    memories = lists;
}

static struct core_memory *memory_of(uint32_t core)
{
    return &memories[core];
}

size_t core_memory_bytes(uint32_t cores)
{
    return cores * sizeof(struct core_memory);
}

void **core_state_of(uint32_t core)
{
    return &memory_of(core)->state;
}

static bool refill(struct core_memory *memory, uint32_t size_log2)
{
    size_t size = 1ul << size_log2, chunk = size > CHUNK_BYTES ? size : CHUNK_BYTES;
    intptr_t at = slot_map(&rank_self()->slot, 0, chunk, PROT_R | PROT_W, false);

    if (at < 0)
        return false;
    for (size_t offset = 0; offset < chunk; offset += size) {
        struct block *block = (struct block *)(at + (intptr_t)offset);

        block->size_log2 = size_log2;
        block->next = memory->free[size_log2];
        memory->free[size_log2] = block;
    }
    return true;
}

void *core_memory_alloc(size_t bytes)
{
    struct core_memory *memory = memory_of(core_self()->index);
    uint32_t size_log2 = SIZE_LOG2_MIN;
    struct block *block;

    while (size_log2 < SIZE_LOG2_MAX && 1ul << size_log2 < bytes + HEADER_BYTES)
        size_log2++;
    if (1ul << size_log2 < bytes + HEADER_BYTES)
        return NULL;
    if (!memory->free[size_log2] && !refill(memory, size_log2))
        return NULL;
    block = memory->free[size_log2];
    memory->free[size_log2] = block->next;
    return (char *)block + HEADER_BYTES;
}

void core_memory_free(void *memory)
{
    struct core_memory *lists = memory_of(core_self()->index);
    struct block *block = (struct block *)((char *)memory - HEADER_BYTES);

    block->next = lists->free[block->size_log2];
    lists->free[block->size_log2] = block;
}
