// SPDX-License-Identifier: BSD-2-Clause
// debug.c: the meeting with gdb (tools/mpiexec/gdb.c).
//
// Every rank waits for debug_go, which nobody but the debugger writes, through the symbols of
// kernel.elf. The debugger may come at any time, in a VM also before there are page tables. So it first
// stops at debug_look, which is called again and again; there memory is what the symbols say, and
// it writes debug_go. Then it stops at debug_begin: there it learns where the copy of the program lies
// that it was asked for, and that its text is mapped, so that breakpoints can be set.
#include "kernel/rank/debug.h"

#define LOOK_NS 10000000ull // a rank that waits looks so often

volatile uint32_t debug_go; // 1: the debugger is there

// For gdb to stop in.
__attribute__((noinline)) static bool debug_look(void)
{
    __asm__ volatile("" : : : "memory"); // called each time, whatever the compiler sees
    return debug_go != 0;
}

// The same; `base`: where the rank's slot begins, which is address 0 of the program.
__attribute__((noinline)) static void debug_begin(uintptr_t base)
{
    __asm__ volatile("" : : "D"(base) : "memory");
}

void debug_wait(const struct rank *rank)
{
    while (!debug_look()) // ends: gdb sets it
        sched_block(machine->now_ns() + LOOK_NS);
    if (rank->index == job_region->debug_rank)
        debug_begin(rank->slot.memory.base);
}
