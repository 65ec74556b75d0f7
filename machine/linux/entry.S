// SPDX-License-Identifier: BSD-2-Clause
// entry.S: e_entry of the image, and the instructions of machine linux that C cannot say.
//
// Linux has mapped the image somewhere; the kernel's bytes lie in it and run there as long as they
// use only addresses relative to RIP. They make a copy of themselves at IMAGE_KERNEL_BASE, where the
// kernel is linked, and go on there. Under a boot loader e_entry is entered in ring 0 instead.
#include "abi/image.h"
#include <asm/unistd_64.h>

#define PROT_RW 3
#define PROT_RX 5
#define PROT_READ_ONLY 1
#define MAP_PRIVATE_ANONYMOUS_FIXED_NOREPLACE 0x100022

    .text
    .globl elf_entry
    .type elf_entry, @function
elf_entry:
    movl %cs, %eax
    testb $3, %al
    jz pc_entry_linux64
    movq %rsp, %r12                         // argc, argv, envp, auxv
    leaq kernel_base(%rip), %r13            // the kernel's bytes as Linux mapped them

    movl $__NR_mmap, %eax
    movabsq $IMAGE_KERNEL_BASE, %rdi
    movl $kernel_bytes, %esi
    movl $PROT_RW, %edx
    movl $MAP_PRIVATE_ANONYMOUS_FIXED_NOREPLACE, %r10d
    movl $-1, %r8d
    xorl %r9d, %r9d
    syscall
    movabsq $IMAGE_KERNEL_BASE, %rdi
    cmpq %rdi, %rax
    jne no_place
    movq %r13, %rsi
    movl $kernel_file_bytes, %ecx           // the zeroed data behind them are fresh memory
    rep movsb

    movabsq $IMAGE_KERNEL_BASE, %rdi
    movl $kernel_text_bytes, %esi
    movl $PROT_RX, %edx
    movl $__NR_mprotect, %eax
    syscall
    testl %eax, %eax
    jnz no_place
    addq %rsi, %rdi
    movl $kernel_rodata_bytes, %esi
    movl $PROT_READ_ONLY, %edx
    movl $__NR_mprotect, %eax
    syscall

    movq %r12, %rdi
    andq $-16, %rsp
    leaq linux_start(%rip), %rax            // here; the same place in the copy:
    subq %r13, %rax
    movabsq $IMAGE_KERNEL_BASE, %rcx
    addq %rcx, %rax
    xorl %ebp, %ebp
    call *%rax
    ud2

no_place:
    movl $__NR_write, %eax
    movl $2, %edi
    leaq no_place_text(%rip), %rsi
    movl $no_place_end - no_place_text, %edx
    syscall
    movl $__NR_exit_group, %eax
    movl $125, %edi
    syscall
    ud2

// long host_syscall(long nr, a, b, c, d, e, f): the only way to the host. It lies in the kernel's
// text, from which Linux takes system calls as they are.
    .globl host_syscall
    .type host_syscall, @function
host_syscall:
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq %r9, %r8
    movq 8(%rsp), %r9
    syscall
    ret

// Where Linux returns from a signal handler of ours.
    .globl host_sigreturn
host_sigreturn:
    movl $__NR_rt_sigreturn, %eax
    syscall
    ud2

// long host_clone(unsigned long flags, uintptr_t stack_top, void (*entry)(void *), void *arg)
    .globl host_clone
    .type host_clone, @function
host_clone:
    pushq %r12
    pushq %r13
    movq %rdx, %r12                         // the child has our registers
    movq %rcx, %r13
    xorl %edx, %edx
    xorl %r10d, %r10d
    xorl %r8d, %r8d
    movl $__NR_clone, %eax
    syscall
    testq %rax, %rax
    jz 1f
    popq %r13
    popq %r12
    ret
1:  xorl %ebp, %ebp
    movq %r13, %rdi
    call *%r12
    ud2

    .section .rodata
no_place_text:
    .ascii "torito: this process has no room at the address the kernel is linked for; "
    .ascii "raise the limit on address space (ulimit -v) and try again\n"
no_place_end:

    .section .note.GNU-stack, "", @progbits
