// SPDX-License-Identifier: BSD-2-Clause
// header.S: the first bytes of the kernel: struct kernel_header (abi/image.h).
#include "abi/image.h"

    .section .header, "a"
    .globl kernel_base
kernel_base:
    .quad IMAGE_MAGIC
    .long IMAGE_VERSION
    .long kernel_bytes
    .long kernel_text_bytes
    .long kernel_rodata_bytes
    .long elf_entry - kernel_base
    .long pc_entry_pvh - kernel_base
    .long pc_entry_mb2 - kernel_base
    .long IMAGE_JOB_VERSION

    .section .note.GNU-stack, "", @progbits
