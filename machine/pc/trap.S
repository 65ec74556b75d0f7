// SPDX-License-Identifier: BSD-2-Clause
// trap.S: exceptions and interrupts of the bare PC.
//
// Kernel and payload both run in ring 0, and the payload's code keeps data below its stack pointer
// (the red zone), so no exception may push on the current stack: all have an interrupt stack (cpu.c).
// An exception of the payload moves on to its thread's kernel stack (%gs:8), where kernel_trap may
// block like a system call; an exception of the kernel itself, an NMI, a double fault and a machine
// check stay where they are. Interrupts arrive inside core_idle only, on the idle stack.
//
// Pushes struct regs (machine/regs.h).
#include "abi/image.h"
#include "machine/regs.h"

#define VECTORS 64 // pc.h: PC_VECTORS

    .text
    .globl pc_vectors
    .balign 16
pc_vectors:                             // 16 bytes each
    .set vector, 0
    .rept VECTORS
    .balign 16
    // 8, 10-14, 17, 21, 29, 30: the CPU pushes an error code.
    .if vector < 32 && (0x60227d00 >> vector) & 1
    .else
    pushq $0
    .endif
    pushq $vector
    jmp trap_common
    .set vector, vector + 1
    .endr

    .balign 16
trap_common:
    regs_push
    cld
    movl REGS_VECTOR(%rsp), %ecx
    cmpl $32, %ecx
    jae interrupt
    movq %cr2, %rbx                     // before anything else can fault

    movabsq $IMAGE_KERNEL_BASE, %rax
    movq REGS_RIP(%rsp), %rdx
    subq %rax, %rdx
    cmpq $(IMAGE_PAYLOAD_PHYS - IMAGE_KERNEL_PHYS), %rdx // the kernel is smaller than that (pc.h)
    jb stay
    cmpl $2, %ecx
    je stay
    cmpl $8, %ecx
    je stay
    cmpl $18, %ecx
    je stay
    movq %gs:8, %rdi                    // struct core: syscall_stack
    testq %rdi, %rdi
    jz stay
    andq $-16, %rdi
    subq $REGS_BYTES, %rdi
    movq %rsp, %rsi
    movq %rdi, %rax
    movl $(REGS_BYTES / 8), %ecx
    rep movsq
    movq %rax, %rsp
stay:
    movq %rsp, %rdi
    movq %rbx, %rsi
    call kernel_trap
    jmp trap_return

interrupt:
    movl %ecx, %edi
    call pc_interrupt

trap_return:
    regs_pop
    addq $16, %rsp                      // vector, error
    iretq

// pc_run_on(void *stack_top, void (*function)(void)): leaves the boot stack for good.
    .globl pc_run_on
    .type pc_run_on, @function
pc_run_on:
    movq %rdi, %rsp
    xorl %ebp, %ebp
    call *%rsi
    ud2

// pc_segments_load(void): CS and the data segments from this core's GDT (selectors in pc.h).
// %gs keeps its base in the MSR: loading the selector would clear it, so it is not touched here.
    .globl pc_segments_load
    .type pc_segments_load, @function
pc_segments_load:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    popq %rdx
    pushq $0x08
    pushq %rdx
    lretq

    .section .note.GNU-stack, "", @progbits
