// SPDX-License-Identifier: BSD-2-Clause
// regs.h: the registers of an interrupted or calling thread, as the entry code pushes them.
//
// The same layout serves system calls and exceptions on both machines. machine/x86/entry.S and
// machine/pc/trap.S push and pop it; the assertions below hold the offsets they use to the structure.
#pragma once

#define REGS_VECTOR 120
#define REGS_RIP 136
#define REGS_BYTES 176

// In `vector` when kernel_syscall changed more than rax: every register is then restored.
#define REGS_FULL_RESTORE (-1)

#ifdef __ASSEMBLER__
// clang-format off

// The 15 general registers, below what the caller has pushed.
.macro regs_push
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rax
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
.endm

.macro regs_pop
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rax
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
.endm

// clang-format on
#else
#include <stddef.h>
#include <stdint.h>

struct regs {
    uint64_t r15, r14, r13, r12, rbp, rbx;
    uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector;                   // exception number; for a system call its number
    uint64_t error;                    // the exception's error code
    uint64_t rip, cs, rflags, rsp, ss; // what iretq pops
};

_Static_assert(offsetof(struct regs, vector) == REGS_VECTOR, "for assembly");
_Static_assert(offsetof(struct regs, rip) == REGS_RIP, "for assembly");
_Static_assert(sizeof(struct regs) == REGS_BYTES, "for assembly");

#endif
