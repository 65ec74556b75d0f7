// SPDX-License-Identifier: BSD-2-Clause
// entry.S: the way into the kernel by `syscall` and the ways out, the same on both machines.
//
// A `syscall` instruction arrives here with RCX = the next instruction, R11 = the flags, and the
// caller's stack still in RSP: on machine pc by LSTAR, on machine linux because the SIGSYS handler
// rewrote the registers to look the same. The payload may run anywhere on any stack (it has a red
// zone, and stacks as small as it likes), so the kernel switches to the thread's own stack first.
#include "machine/regs.h"

    .text

    .globl syscall_entry
    .type syscall_entry, @function
syscall_entry:
    movq %rsp, %gs:16
    movq %gs:8, %rsp
    pushq $0                // ss, cs: filled in only when iretq needs them
    pushq %gs:16            // rsp
    pushq %r11              // rflags
    pushq $0
    pushq %rcx              // rip
    pushq $0                // error
    pushq %rax              // vector: the call's number
    regs_push
    cld
    movq %rsp, %rdi
    call kernel_syscall
    cmpq $REGS_FULL_RESTORE, REGS_VECTOR(%rsp)
    je 1f
    regs_pop                // RCX and R11 may hold what they like: the instruction clobbers them
    movq 16(%rsp), %rcx     // over vector and error: rip
    pushq 32(%rsp)          // rflags
    popfq
    movq 40(%rsp), %rsp
    jmp *%rcx
1:  movq %rsp, %rdi
    // fall through

// _Noreturn void regs_restore(struct regs *regs): every register as it stands there. iretq works at
// both privilege levels; the selectors are those of the running code.
    .globl regs_restore
    .type regs_restore, @function
regs_restore:
    movq %rdi, %rsp
    xorl %eax, %eax
    movw %cs, %ax
    movq %rax, REGS_RIP + 8(%rsp)
    movw %ss, %ax
    movq %rax, REGS_RIP + 32(%rsp)
    regs_pop
    addq $16, %rsp
    iretq

// Machine linux continues here after a fault of the payload: the host's signal handler has filled
// core->trap_regs, put its address into RDI and the address of the fault into RSI, and points RSP
// at a stack of the core's.
    .globl trap_landing
    .type trap_landing, @function
trap_landing:
    cld
    pushq %rdi
    call kernel_trap
    popq %rdi
    jmp regs_restore

// _Noreturn void stack_enter(uintptr_t top, void (*entry)(void *), void *arg): leaves this stack for
// good. `top` is aligned to 16.
    .globl stack_enter
    .type stack_enter, @function
stack_enter:
    movq %rdi, %rsp
    movq %rdx, %rdi
    xorl %ebp, %ebp
    call *%rsi
    ud2

    .section .note.GNU-stack, "", @progbits
