// SPDX-License-Identifier: BSD-2-Clause
// start.S: the loader's own entry by PVH, and its jumps into the image: the CPU exactly as a VMM leaves it.
#include "states.h"

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 4, 18
    .asciz "Xen"
    .long start

    .text
    .code32
    .globl start
start:                                  // EBX: QEMU's start_info
    cld
    movl $stack_top, %esp
    pushl %ebx
    call loader
1:  hlt
    jmp 1b

// The GDT at GDT_AT and all tables are written. Loads it with the selectors VMMs use: 8 code, 0x10 data,
// 0x18 TSS, which becomes busy by this.
    .macro segments_load
    lgdt gdt_pointer
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss
    .endm

// enter_pvh(): 32 bits, paging off, EBX = start_info, everything else 0, no stack.
    .globl enter_pvh
enter_pvh:
    segments_load
    lidt no_idt
    movl $0x18, %eax
    ltr %ax
    movl $1, %eax
    movl %eax, %cr0
    xorl %eax, %eax
    movl %eax, %cr4
    movl %eax, %cr3
    pushl $2
    popfl
    movl $START_INFO_AT, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    xorl %esp, %esp
    movl $0, %eax
    ljmpl *entry

// enter_linux64(): 64 bits, paging on with 1 GiB mapped as it is, RSI = zero page, RSP = RBP.
    .globl enter_linux64
enter_linux64:
    segments_load
    movl $0x18, %eax                   // in 64-bit mode it would want a longer descriptor
    ltr %ax
    movl $0x20, %eax                    // PAE
    movl %eax, %cr4
    movl $PML4_AT, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx              // EFER: LME
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl $0xe0000011, %eax              // PG, PE over the value after reset: CD, NW, ET
    movl %eax, %cr0
    ljmpl $8, $1f
    .code64
1:  lidt idt_pointer(%rip)
    pushq $2
    popfq
    movl $0, entry+4(%rip)             // all eight bytes are the address now
    movl $STACK_AT, %esp
    movl $STACK_AT, %ebp
    movl $ZERO_PAGE_AT, %esi
    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %edi, %edi
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    xorl %r10d, %r10d
    xorl %r11d, %r11d
    xorl %r12d, %r12d
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    xorl %r15d, %r15d
    jmp *entry(%rip)

    .data
    .balign 8
    .globl entry
entry:                                  // an address; the selector behind it is for ljmp
    .long 0, 8
gdt_pointer:
    .word 31
    .long GDT_AT
    .balign 8
idt_pointer:                            // one empty descriptor, in 64-bit layout
    .word 7
    .quad IDT_AT
no_idt:
    .word 0
    .long 0

    .bss
    .balign 16
    .skip 16384
stack_top:

    .section .note.GNU-stack, "", @progbits
