// SPDX-License-Identifier: BSD-2-Clause
// regs.h: the registers of an interrupted or calling thread, as the entry code pushes them.
//
// The same layout serves system calls and exceptions on both machines. machine/x86/entry.S pushes
// and pops it and knows the offsets by number; the assertions below hold it to them.
#pragma once

// In `vector` when kernel_syscall changed more than rax: every register is then restored.
#define REGS_FULL_RESTORE (-1)

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct regs {
    uint64_t r15, r14, r13, r12, rbp, rbx;
    uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector;                   // exception number; for a system call its number
    uint64_t error;                    // the exception's error code
    uint64_t rip, cs, rflags, rsp, ss; // what iretq pops
};

_Static_assert(offsetof(struct regs, vector) == 15 * 8, "entry.S");
_Static_assert(offsetof(struct regs, rip) == 17 * 8, "entry.S");
_Static_assert(sizeof(struct regs) == 22 * 8, "entry.S");

#endif
