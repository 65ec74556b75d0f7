// SPDX-License-Identifier: BSD-2-Clause
// switch.S: from one thread to another, as a function call.
//
// void context_switch(uintptr_t *save_sp, uintptr_t load_sp): keeps what the System V ABI says a
// call keeps: rbx, rbp, r12-r15, the control bits of MXCSR and the x87 control word.

    .text
    .globl context_switch
    .type context_switch, @function
context_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $8, %rsp
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret

// A new thread's first steps: context_switch returns here, with the entry function in RBX and its
// argument in RBP (thread_init laid them out).
    .globl context_start
    .type context_start, @function
context_start:
    movq %rbp, %rdi
    xorl %ebp, %ebp
    call *%rbx
    ud2                     // an entry never returns: it ends in thread_exit

// _Noreturn void payload_enter(uintptr_t rip, uintptr_t rsp): the first instruction of a payload.
// The System V ABI wants RDX = 0 (no function for atexit) and the stack as the kernel laid it out.
    .globl payload_enter
    .type payload_enter, @function
payload_enter:
    movq %rsi, %rsp
    movq %rdi, %rcx
    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    movl %eax, %r8d
    movl %eax, %r9d
    movl %eax, %r10d
    movl %eax, %r11d
    movl %eax, %r12d
    movl %eax, %r13d
    movl %eax, %r14d
    movl %eax, %r15d
    jmp *%rcx

    .section .note.GNU-stack, "", @progbits
