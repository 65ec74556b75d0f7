// SPDX-License-Identifier: BSD-2-Clause
// vector.c: see vector.h. Intel SDM volume 1, chapter 13.
#include "machine/x86/vector.h"
#include "lib/lib.h"
#include <cpuid.h>

#define FXSAVE_BYTES 512
#define XSAVE_HEADER_BYTES 64
#define OSXSAVE (1u << 27) // CPUID.1:ECX

static void save_xsave(void *area)
{
    // The header's reserved part must be zero for XRSTOR, and XSAVE leaves it alone.
    uint64_t *header = (uint64_t *)((char *)area + FXSAVE_BYTES);

    for (unsigned i = 0; i < XSAVE_HEADER_BYTES / 8; i++)
        header[i] = 0;
    __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(-1), "d"(-1) : "memory");
}

static void restore_xsave(const void *area)
{
    __asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(-1), "d"(-1) : "memory");
}

static void save_fxsave(void *area)
{
    __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

static void restore_fxsave(const void *area)
{
    __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void vector_init(struct machine *m)
{
    uint32_t eax, ebx, ecx, edx;

    m->vector_bytes = FXSAVE_BYTES + XSAVE_HEADER_BYTES;
    m->vector_save = save_fxsave;
    m->vector_restore = restore_fxsave;
    __cpuid(1, eax, ebx, ecx, edx);
    if (!(ecx & OSXSAVE))
        return;
    __cpuid_count(0xd, 0, eax, ebx, ecx, edx); // EBX: bytes for what XCR0 enables
    m->vector_bytes = ROUND_UP(ebx, 64u);
    m->vector_save = save_xsave;
    m->vector_restore = restore_xsave;
}
