// SPDX-License-Identifier: BSD-2-Clause
// image_check.h: the rules an image must keep to start on every machine, and whether it does.
//
// Used by the compiler wrappers after each link, and by `torito info`. The rules come from the boot
// loaders: the PVH boot ABI, the Multiboot2 specification 1.6, and how QEMU, rust-vmm and GRUB read
// ELF files.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/common/image_file.h"

#define IMAGE_WHY_BYTES 512

// Checks every rule. Returns false, and in `why` the first broken rule with its remedy.
bool image_check(const struct image_file *image, char why[static IMAGE_WHY_BYTES]);

// The segment that holds the kernel, or NULL.
const Elf64_Phdr *image_kernel_segment(const struct image_file *image);

// The page that e_entry points to, or NULL.
const Elf64_Phdr *image_entry_segment(const struct image_file *image);

// Can the Linux boot protocol enter there? Not if the program has a GiB of data.
bool image_linux_boot(const struct image_file *image);

// The multiboot2 header, or NULL.
const uint8_t *image_multiboot2(const struct image_file *image);

// The bytes of the build-id note, or NULL.
const uint8_t *image_build_id(const struct image_file *image, size_t *bytes);
