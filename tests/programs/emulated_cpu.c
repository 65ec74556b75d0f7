// SPDX-License-Identifier: BSD-2-Clause
// emulated_cpu.c: an emulator runs string instructions byte by byte, so none may be offered as fast: a libc
// would copy by them. Prints "ok".
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#define HYPERVISOR (1u << 31)  // leaf 1, ECX
#define FAST_STRINGS (1u << 9) // leaf 7, EBX: ERMS
#define FAST_SHORT (1u << 4)   // leaf 7, EDX: FSRM

static int emulated(void)
{
    unsigned a, b, c, d;
    char name[12];

    __cpuid(1, a, b, c, d);
    if (!(c & HYPERVISOR))
        return 0;
    __cpuid(0x40000000, a, b, c, d);
    memcpy(name, &b, 4);
    memcpy(name + 4, &c, 4);
    memcpy(name + 8, &d, 4);
    return memcmp(name, "TCGTCGTCGTCG", sizeof name) == 0;
}

int main(void)
{
    unsigned a, b = 0, c, d = 0;

    __cpuid_count(7, 0, a, b, c, d);
    if (emulated() && (b & FAST_STRINGS || d & FAST_SHORT)) {
        printf("fast string instructions: EBX %#x, EDX %#x\n", b, d);
        return 1;
    }
    printf("ok\n");
    return 0;
}
