// SPDX-License-Identifier: BSD-2-Clause
// entry32.S: the first instructions on a bare PC: PVH and multiboot2, 32 bits, paging off, no
// stack; and the Linux boot protocol, 64 bits.
//
// The code runs at its physical address while its symbols are linked at IMAGE_KERNEL_BASE (1 TiB),
// where no 32-bit relocation reaches. So everything is addressed relative to `anchor`: a difference
// to it is a 32-bit PC-relative value, and %ebp holds the anchor's physical address.
//
// The boot page tables are three pages. One page directory serves three views, at 0, at the kernel's
// base and at the direct map's base. Its entry n maps n * 2 MiB, except entry 0, which maps the
// kernel (2 MiB): that is where the kernel's view looks. So low memory (0 .. 2 MiB) is not
// seen until the final tables (paging.c); phys.c reads it through the last two entries.

#define KERNEL_PHYS 0x200000 // pc.h asserts that these are image.h's
#define PML4_KERNEL 2        // IMAGE_KERNEL_BASE >> 39
#define PML4_DIRECT 4        // IMAGE_DIRECT_BASE >> 39

#define PVH_MAGIC 0x336ec578
#define LINUX_MAGIC 0x53726448 // bootinfo.h: BOOTINFO_LINUX
#define PRESENT_WRITE 0x003
#define LARGE_PRESENT_WRITE 0x083
#define BOOT_STACK_BYTES 8192

#define COM1 0x3f8

    .section .bss.entry32, "aw", @nobits
    .balign 4096
    .globl pc_boot_pml4, pc_boot_pdpt, pc_boot_pd
pc_boot_pml4:
    .skip 4096
pc_boot_pdpt:
    .skip 4096
pc_boot_pd:
    .skip 4096
    .globl pc_boot_stack
pc_boot_stack:
    .skip BOOT_STACK_BYTES
boot_stack_top:

    .section .text.entry32, "ax"
    .code32
    .globl pc_entry_pvh, pc_entry_mb2
    .type pc_entry_pvh, @function
    .type pc_entry_mb2, @function

pc_entry_pvh:                           // EBX: struct hvm_start_info
    movl $PVH_MAGIC, %eax
pc_entry_mb2:                           // EAX: 0x36d76289, EBX: multiboot2 information
    cli
    cld
    movl %eax, %edi                     // pc_start's two arguments survive in EDI and ESI
    movl %ebx, %esi
    movl $(kernel_base - anchor), %ebp
    negl %ebp
    addl $KERNEL_PHYS, %ebp
anchor:
    leal (boot_stack_top - anchor)(%ebp), %esp

    // Long mode at all? CPUID.80000001:EDX bit 29.
    movl $0x80000000, %eax
    cpuid
    cmpl $0x80000001, %eax
    jb no_long_mode
    movl $0x80000001, %eax
    cpuid
    btl $29, %edx
    jnc no_long_mode

    // Page directory: entry n -> n * 2 MiB, entry 0 -> the kernel.
    leal (pc_boot_pd - anchor)(%ebp), %edx
    movl $LARGE_PRESENT_WRITE, %eax
    movl $512, %ecx
    movl %edx, %ebx
1:  movl %eax, (%ebx)
    addl $0x200000, %eax
    addl $8, %ebx
    decl %ecx
    jnz 1b
    movl $(KERNEL_PHYS + LARGE_PRESENT_WRITE), (%edx)

    leal (pc_boot_pdpt - anchor)(%ebp), %ebx
    orl $PRESENT_WRITE, %edx
    movl %edx, (%ebx)
    leal (pc_boot_pml4 - anchor)(%ebp), %eax
    orl $PRESENT_WRITE, %ebx
    movl %ebx, (%eax)
    movl %ebx, 8 * PML4_KERNEL(%eax)
    movl %ebx, 8 * PML4_DIRECT(%eax)
    movl %eax, %cr3

    movl %cr4, %eax
    orl $0x20, %eax                     // PAE
    movl %eax, %cr4
    movl $0xc0000080, %ecx              // EFER
    rdmsr
    orl $0x100, %eax                    // LME
    wrmsr
    movl %cr0, %eax
    andl $~0x6000000c, %eax             // caches on (CD, NW), no EM, no TS
    orl $0x80010022, %eax               // PG, WP, NE, MP
    movl %eax, %cr0                     // compatibility mode, in the identity view

    leal (boot_gdt - anchor)(%ebp), %eax
    pushl %eax
    pushw $(boot_gdt_end - boot_gdt - 1)
    lgdt (%esp)
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    pushl $0x08
    leal (long_mode - anchor)(%ebp), %eax
    pushl %eax
    lret

no_long_mode:
    leal (no_long_mode_text - anchor)(%ebp), %esi
    call say32
1:  cli
    hlt
    jmp 1b

say32:                                  // ESI: text
    movw $COM1, %dx
1:  lodsb
    testb %al, %al
    jz 2f
    outb %al, %dx
    jmp 1b
2:  ret

    .code64
long_mode:
    movabsq $1f, %rax
    jmp *%rax
1:  leaq boot_stack_top(%rip), %rsp     // from here on at the linked address
    movl %edi, %edi
    movl %esi, %esi
    xorl %ebp, %ebp
    call pc_start
    ud2

// The Linux boot protocol's 64-bit entry, reached through the image's e_entry in ring 0: RSI is the
// zero page, paging shows us at our physical address (Documentation/x86/boot.rst). Nothing else of the
// state is relied upon: own tables first, then the linked address, then as above.
    .globl pc_entry_linux64
    .type pc_entry_linux64, @function
pc_entry_linux64:
    cli
    cld
    leaq pc_boot_pd(%rip), %rdi         // page directory: entry n -> n * 2 MiB, entry 0 -> the kernel
    movl $LARGE_PRESENT_WRITE, %eax
    xorl %ecx, %ecx
1:  movq %rax, (%rdi,%rcx,8)
    addq $0x200000, %rax
    incl %ecx
    cmpl $512, %ecx
    jb 1b
    movq $(KERNEL_PHYS + LARGE_PRESENT_WRITE), (%rdi)

    leaq pc_boot_pdpt(%rip), %rdx
    orq $PRESENT_WRITE, %rdi
    movq %rdi, (%rdx)
    leaq pc_boot_pml4(%rip), %rax
    orq $PRESENT_WRITE, %rdx
    movq %rdx, (%rax)
    movq %rdx, 8 * PML4_KERNEL(%rax)
    movq %rdx, 8 * PML4_DIRECT(%rax)
    movl $0x20, %ecx                    // PAE alone: neither PCIDs nor global pages nor SMEP, SMAP
    movq %cr4, %rdx
    andl $0x1000, %edx                  // LA57 cannot be changed here; with it these tables are wrong
    jnz no_four_levels
    movq %rcx, %cr4
    movq %rax, %cr3
    movq %cr0, %rax
    andl $~0x6000000c, %eax             // caches on (CD, NW), no EM, no TS
    orl $0x80010022, %eax               // PG, WP, NE, MP
    movq %rax, %cr0
    movabsq $1f, %rax
    jmp *%rax
1:  leaq boot_stack_top(%rip), %rsp
    movl $LINUX_MAGIC, %edi             // RSI: the zero page
    xorl %ebp, %ebp
    call pc_start
    ud2

// Say so and reset, which ends a Firecracker VM (i8042, command 0xFE).
no_four_levels:
    leaq no_four_levels_text(%rip), %rsi
    movw $COM1, %dx
1:  lodsb
    testb %al, %al
    jz 2f
    outb %al, %dx
    jmp 1b
2:  movb $0xfe, %al
    outb %al, $0x64
3:  hlt
    jmp 3b

no_long_mode_text:
    .asciz "torito: this CPU has no 64-bit mode\r\n"
no_four_levels_text:
    .asciz "torito: started with five levels of page tables; use PVH\r\n"

    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff            // 0x08: 64-bit code
    .quad 0x00cf93000000ffff            // 0x10: data
boot_gdt_end:

// --- application processors -------------------------------------------------------------------
//
// A startup IPI sends a CPU to TRAMPOLINE in real mode. smp.c copies ap_start .. ap_end there, with
// CR3 filled in: the boot tables, now with entry 0 of the page directory mapping 0 .. 2 MiB.

#define TRAMPOLINE 0x8000 // pc.h: PC_TRAMPOLINE

    .globl pc_ap_start, pc_ap_end, pc_ap_cr3
    .code16
pc_ap_start:
    cli
    cld
    xorw %ax, %ax
    movw %ax, %ds
    lgdtl TRAMPOLINE + (ap_gdt_pointer - pc_ap_start)
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmpl $0x18, $(TRAMPOLINE + (ap32 - pc_ap_start))

    .code32
ap32:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %cr4, %eax
    orl $0x20, %eax                     // PAE
    movl %eax, %cr4
    movl TRAMPOLINE + (pc_ap_cr3 - pc_ap_start), %eax
    movl %eax, %cr3
    movl TRAMPOLINE + (pc_ap_efer - pc_ap_start), %eax
    xorl %edx, %edx
    movl $0xc0000080, %ecx
    wrmsr
    movl %cr0, %eax
    andl $~0x6000000c, %eax
    orl $0x80010022, %eax
    movl %eax, %cr0
    ljmpl $0x08, $(TRAMPOLINE + (ap64 - pc_ap_start))

    .code64
ap64:
    movq TRAMPOLINE + (ap_entry - pc_ap_start), %rax
    jmp *%rax

    .balign 8
ap_entry:
    .quad ap_linked
pc_ap_cr3:
    .long 0
    .globl pc_ap_efer
pc_ap_efer:
    .long 0
ap_gdt:
    .quad 0
    .quad 0x00af9b000000ffff            // 0x08: 64-bit code
    .quad 0x00cf93000000ffff            // 0x10: data
    .quad 0x00cf9b000000ffff            // 0x18: 32-bit code
ap_gdt_pointer:
    .word ap_gdt_pointer - ap_gdt - 1
    .long TRAMPOLINE + (ap_gdt - pc_ap_start)
pc_ap_end:

// At the linked address, still without a stack: find out which core this is by its APIC id.
ap_linked:
    movq pc_cr3(%rip), %rax
    movq %rax, %cr3
    movl $0x1b, %ecx                    // IA32_APIC_BASE
    rdmsr
    btl $10, %eax                       // x2APIC mode
    jc 1f
    movq pc_lapic_mmio(%rip), %rcx
    testq %rcx, %rcx
    jz 0f
    movl 0x20(%rcx), %eax               // local APIC ID register
    shrl $24, %eax
    jmp 2f
0:  movl $0x1b, %ecx
    orl $0xc00, %eax                    // as core 0 has it (lapic.c)
    wrmsr
1:  movl $0x802, %ecx                   // IA32_X2APIC_APICID
    rdmsr
2:  leaq pc_apic_id(%rip), %rdx
    movl pc_core_count(%rip), %ecx
    xorl %edi, %edi
3:  cmpl %ecx, %edi
    jae 5f
    cmpl (%rdx,%rdi,4), %eax
    je 4f
    incl %edi
    jmp 3b
4:  leaq pc_core_stack(%rip), %rdx
    movq (%rdx,%rdi,8), %rsp
    xorl %ebp, %ebp
    call pc_ap_main
    ud2
5:  hlt                                 // nobody asked for this CPU
    jmp 5b

    .section .note.GNU-stack, "", @progbits
