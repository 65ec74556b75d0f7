// SPDX-License-Identifier: BSD-2-Clause
// grub_config.h: what GRUB is told on a CD of `torito iso`.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRUB_CONFIG_BYTES (64u << 10) // as much as the kernel reads of a command line

struct grub_config {
    uint32_t ranks, cores; // 0: as many as the machine has CPUs
    bool hold;             // stays on at the end
    int argc;
    char **argv; // the program's, without its name
};

// Writes grub.cfg for an image called /boot/image. Returns NULL, or what GRUB could not carry.
const char *grub_config_write(const struct grub_config *config, char bytes[static GRUB_CONFIG_BYTES]);
