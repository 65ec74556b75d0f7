// SPDX-License-Identifier: BSD-2-Clause
// time.c: the host's clocks, read through the vDSO like any program does (vdso(7)).
#include "lib/lib.h"
#include "machine/linux/host.h"
#include <elf.h>
#include <linux/time.h>

typedef int clock_gettime_fn(int clock, struct timespec *time);
static clock_gettime_fn *vdso_clock_gettime;

static uint64_t clock_ns(int clock)
{
    struct timespec time;

    if (!vdso_clock_gettime || vdso_clock_gettime(clock, &time))
        host2(__NR_clock_gettime, clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t linux_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t linux_wall_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

// The vDSO is a small shared library; its dynamic section gives symbols, strings and their number.
void time_start(uintptr_t vdso)
{
    const Elf64_Ehdr *ehdr = (const void *)vdso;
    const Elf64_Phdr *phdr;
    const Elf64_Dyn *dynamic = NULL;
    const Elf64_Sym *symbols = NULL;
    const char *strings = NULL;
    const uint32_t *hash = NULL;
    uintptr_t base = 0;

    if (!vdso)
        return;
    phdr = (const void *)(vdso + ehdr->e_phoff);
    for (unsigned i = 0; i < ehdr->e_phnum; i++) {
        if (phdr[i].p_type == PT_LOAD)
            base = vdso + phdr[i].p_offset - phdr[i].p_vaddr;
        if (phdr[i].p_type == PT_DYNAMIC)
            dynamic = (const void *)(vdso + phdr[i].p_offset);
    }
    for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag == DT_SYMTAB)
            symbols = (const void *)(base + dynamic->d_un.d_ptr);
        if (dynamic->d_tag == DT_STRTAB)
            strings = (const void *)(base + dynamic->d_un.d_ptr);
        if (dynamic->d_tag == DT_HASH)
            hash = (const void *)(base + dynamic->d_un.d_ptr);
    }
    if (!symbols || !strings || !hash)
        return;
    for (uint32_t i = 0; i < hash[1]; i++) // hash[1]: the number of symbols
        if (symbols[i].st_shndx != SHN_UNDEF &&
            strcmp(strings + symbols[i].st_name, "__vdso_clock_gettime") == 0)
            vdso_clock_gettime = (clock_gettime_fn *)(base + symbols[i].st_value);
}
