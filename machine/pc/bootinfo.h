// SPDX-License-Identifier: BSD-2-Clause
// bootinfo.h: what the boot loader left: PVH, multiboot2 or the zero page of Linux, told apart once.
//
// Nothing is copied here: `keep` says what must not be overwritten until it has been.
#pragma once
#include "machine/pc/phys.h"
#include "machine/pc/ranges.h"

#define BOOTINFO_PVH 0x336ec578u
#define BOOTINFO_MULTIBOOT2 0x36d76289u
#define BOOTINFO_LINUX \
    0x53726448u // entry32.S says so; the protocol itself has no magic in a register

struct bootinfo {
    bool segments; // the image lies where its program headers say; by multiboot2 it lies as it is
    uint64_t cmdline; // physical address of a terminated string, 0: none
    uint64_t rsdp;    // physical address, 0: unknown
    uint64_t map;     // physical address of the memory map's first entry
    uint32_t map_count, map_stride;
    uint64_t screen; // physical address of VGA's text, 0: none
    uint32_t screen_columns, screen_rows;
    struct ranges keep; // the information itself, the command line, the modules
};

// `magic` says which protocol, `address` where its information lies. Returns NULL or what is wrong.
const char *bootinfo_read(const struct phys *phys, uint32_t magic, uint64_t address,
                          struct bootinfo *info);

// Usable memory, whole pages: what the map calls RAM and no other entry calls otherwise.
const char *bootinfo_ram(const struct phys *phys, const struct bootinfo *info, struct ranges *ram);
