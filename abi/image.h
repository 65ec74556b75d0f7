// SPDX-License-Identifier: BSD-2-Clause
// image.h: what the link of a program leaves in the image for the kernel and the tools to find.
//
// An image is one ELF file (ET_DYN): program headers, notes, the kernel's bytes, then the payload.
// cmake/image.ld.in lays it out and fills struct image_header; nothing edits the file afterwards.
// All addresses in the header are the payload's link-time addresses (its first byte is 0).
#pragma once

// Plain numbers without suffixes: assembly and linker scripts read them too.
#define IMAGE_MAGIC 0x3145474d494f5254 // "TROIMGE1", little endian
#define IMAGE_VERSION 1
#define IMAGE_JOB_VERSION 3 // of struct job: an image runs under a launcher of the same (abi/job.h)

// Physical addresses, fixed at link time: the kernel, then the payload as the VMM loads it.
#define IMAGE_KERNEL_PHYS 0x200000
#define IMAGE_PAYLOAD_PHYS 0x400000

// Virtual addresses, the same on both machines. Nothing of Linux ever lies between 1 and 64 TiB.
#define IMAGE_KERNEL_BASE 0x10000000000 // the kernel's own code and data: 1 TiB
#define IMAGE_DIRECT_BASE 0x20000000000 // machine pc: all physical memory, in order: 2 TiB
#define IMAGE_SLOT_BASE 0x100000000000  // the first rank's slot: 16 TiB
#define IMAGE_SLOT_END 0x300000000000   // the end of the last slot: 48 TiB

#ifndef __ASSEMBLER__
#include <stdint.h>

// First thing after the program headers, in the first PT_LOAD.
struct image_header {
    uint64_t magic;
    uint32_t version;
    uint32_t header_bytes;
    uint64_t payload_start; // the payload's own _start
    uint64_t kernel_offset; // of the kernel's bytes, in the file and from the first segment
    uint64_t kernel_bytes;  // without its zeroed data, which follow; a multiple of 4096
    uint64_t bss_start; // the payload's .bss lies in no segment: a boot loader would zero it in vain
    uint64_t bss_end;   // the end of the payload; its break starts at the next page
    uint64_t data_start; // first address of the payload that is written to, page aligned
};

// The first bytes of the kernel, so that tools and image.ld can tell what they carry.
struct kernel_header {
    uint64_t magic;      // IMAGE_MAGIC
    uint32_t version;    // IMAGE_VERSION
    uint32_t bytes;      // of the whole kernel in memory: text, data and zeroed data
    uint32_t text_bytes; // read and execute; the read-only data follows
    uint32_t rodata_bytes;
    uint32_t elf_entry;   // offset of the code e_entry of the image points to
    uint32_t pvh_entry;   // offset of the 32-bit PVH entry
    uint32_t mb2_entry;   // offset of the 32-bit multiboot2 entry
    uint32_t job_version; // IMAGE_JOB_VERSION
};

#endif
