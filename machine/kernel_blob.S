// SPDX-License-Identifier: BSD-2-Clause
// kernel_blob.S: the kernel's bytes as an object that any link can take in, relocation-free.
//
// The entry offsets become absolute symbols so that image.ld can compute the addresses of the
// three front doors from them; kernel_symbols.h is made from kernel.elf by the build.
#include "kernel_symbols.h"

    .section .torito.kernel, "ax", @progbits
    .balign 4096
    .globl torito_kernel
    .hidden torito_kernel
torito_kernel:
    .incbin "kernel.bin"

    .globl torito_kernel_zeroed_bytes
    .hidden torito_kernel_zeroed_bytes
    .set torito_kernel_zeroed_bytes, KERNEL_ZEROED_BYTES
    .globl torito_kernel_elf_entry, torito_kernel_pvh_entry, torito_kernel_mb2_entry
    .hidden torito_kernel_elf_entry, torito_kernel_pvh_entry, torito_kernel_mb2_entry
    .set torito_kernel_elf_entry, KERNEL_ELF_ENTRY
    .set torito_kernel_pvh_entry, KERNEL_PVH_ENTRY
    .set torito_kernel_mb2_entry, KERNEL_MB2_ENTRY

    .section .note.GNU-stack, "", @progbits
