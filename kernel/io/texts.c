// SPDX-License-Identifier: BSD-2-Clause
// texts.c: the files the kernel makes up, in the formats of proc(5).
//
// /proc/self/maps is what glibc's pthread_getattr_np finds the main stack with: the line that holds
// the stack must start where it really does, so joined regions are shown in parts.
#include "kernel/io/texts.h"
#include "kernel/io/special.h"
#include "lib/lib.h"

__attribute__((format(printf, 2, 3))) static void text_add(struct text *text, const char *line, ...)
{
    size_t room = text->length < text->size ? text->size - text->length : 0;
    va_list list;

    va_start(list, line);
    text->length += (size_t)format_list(room ? text->to + text->length : NULL, room, line, list);
    va_end(list);
}

// The address behind `from` where what a region is used for changes, at most `end`.
static uintptr_t part_end(const struct slot *slot, uintptr_t from, uintptr_t end)
{
    const uintptr_t edge[] = {slot->brk_start, ROUND_UP(slot->brk, PAGE_BYTES), slot->stack_low,
                              slot->stack_high};

    for (size_t i = 0; i < sizeof edge / sizeof edge[0]; i++)
        if (from < edge[i] && edge[i] < end)
            end = edge[i];
    return end;
}

static const char *part_name(const struct rank *rank, uintptr_t at)
{
    const struct slot *slot = &rank->slot;

    if (at < slot->brk_start)
        return special_image(rank);
    if (at < slot->brk)
        return "[heap]";
    return at >= slot->stack_low && at < slot->stack_high ? "[stack]" : "";
}

static void add_region(const struct rank *rank, struct text *text, uintptr_t start, uintptr_t end,
                       int prot)
{
    while (start < end) {
        uintptr_t to = part_end(&rank->slot, start, end);
        const char *name = part_name(rank, start);

        text_add(text, "%012lx-%012lx %c%c%cp 00000000 00:00 0 %s%s\n", start, to,
                 prot & PROT_R ? 'r' : '-', prot & PROT_W ? 'w' : '-', prot & PROT_X ? 'x' : '-',
                 *name ? "                  " : "", name);
        start = to;
    }
}

void text_maps(const struct rank *rank, struct text *text)
{
    for (uint32_t i = 0; i < rank->slot.region_count; i++) {
        const struct slot_region *region = &rank->slot.region[i];

        add_region(rank, text, region->start, region->end, region->prot);
    }
}

static size_t region_bytes(const struct rank *rank, int prot)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < rank->slot.region_count; i++) {
        const struct slot_region *region = &rank->slot.region[i];

        if ((region->prot & prot) == prot)
            bytes += region->end - region->start;
    }
    return bytes;
}

// Memory of a slot is there as soon as it is mapped: what is accessible counts as resident.
void text_status(const struct rank *rank, struct text *text)
{
    const char *name = special_image(rank);

    for (const char *at = name; *at; at++)
        if (*at == '/')
            name = at + 1;
    text_add(text, "Name:\t%.*s\nUmask:\t0%x%x%x\nState:\tR (running)\n", 15, name,
             rank->umask >> 6 & 7, rank->umask >> 3 & 7, rank->umask & 7);
    text_add(text, "Tgid:\t%u\nPid:\t%u\n", rank_pid(rank), rank_pid(rank));
    text_add(text, "VmSize:\t%8lu kB\nVmRSS:\t%8lu kB\n", region_bytes(rank, 0) >> 10,
             region_bytes(rank, PROT_R) >> 10);
    text_add(text, "VmStk:\t%8lu kB\n", (rank->slot.stack_high - rank->slot.stack_low) >> 10);
    text_add(text, "Threads:\t%u\nCpus_allowed_list:\t%u\n", rank->thread_count, rank->core);
}

void text_statm(const struct rank *rank, struct text *text)
{
    size_t code = region_bytes(rank, PROT_R | PROT_X) / PAGE_BYTES;
    size_t data = region_bytes(rank, PROT_R | PROT_W) / PAGE_BYTES;

    text_add(text, "%lu %lu 0 %lu 0 %lu 0\n", region_bytes(rank, 0) / PAGE_BYTES,
             region_bytes(rank, PROT_R) / PAGE_BYTES, code, data);
}

void text_cpus(const struct rank *rank, struct text *text)
{
    if (rank->services.cores > 1)
        text_add(text, "0-%u\n", rank->services.cores - 1);
    else
        text_add(text, "0\n");
}

// The processor's name as CPUID leaves 0x80000002 to 4 spell it, 48 bytes; empty if it has none.
static void processor_name(char name[49])
{
    uint32_t word[12] = {0};
    uint32_t eax = 0x80000000, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    for (uint32_t i = 0; i < 3 && eax >= 0x80000004; i++) {
        uint32_t leaf = 0x80000002 + i;

        __asm__ volatile("cpuid"
                         : "+a"(leaf), "=b"(word[i * 4 + 1]), "=c"(word[i * 4 + 2]),
                           "=d"(word[i * 4 + 3]));
        word[i * 4] = leaf;
    }
    memcpy(name, word, sizeof word);
    name[48] = '\0';
}

void text_cpuinfo(const struct rank *rank, struct text *text)
{
    char name[49];

    processor_name(name);
    for (uint32_t core = 0; core < rank->services.cores; core++)
        text_add(text, "processor\t: %u\nmodel name\t: %s\ncpu cores\t: %u\n\n", core, name,
                 rank->services.cores);
}

// Free is what this rank can still have: memory is dedicated, the neighbours' is not for it.
void text_meminfo(const struct rank *rank, struct text *text)
{
    const struct slot_memory *memory = &rank->slot.memory;
    uint64_t free_bytes = memory->end - memory->start - region_bytes(rank, PROT_W);

    text_add(text, "MemTotal:       %8lu kB\nMemFree:        %8lu kB\nMemAvailable:   %8lu kB\n",
             machine->memory_bytes() >> 10, free_bytes >> 10, free_bytes >> 10);
}
