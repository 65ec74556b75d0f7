// SPDX-License-Identifier: BSD-2-Clause
// states.h: where Firecracker and Cloud Hypervisor put what they hand to a kernel (the layout.rs of both).
#define GDT_AT 0x500
#define IDT_AT 0x520
#define START_INFO_AT 0x6000 // also of PVH's modules, 0x40 behind
#define MAP_AT 0x7000        // PVH's memory map
#define ZERO_PAGE_AT 0x7000  // of the Linux boot protocol
#define STACK_AT 0x8ff0
#define PML4_AT 0x9000 // then the directory pointer table and the directory, a page each
#define COMMAND_LINE_AT 0x20000
#define MP_TABLE_AT 0x9fc00
#define ACPI_AT 0xa0000
#define RSDP_FIRECRACKER_AT 0xe0000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What is to be re-created.
struct state {
    const char *name;
    bool linux64;   // the Linux boot protocol's 64-bit entry, otherwise PVH
    bool cloud;     // Cloud Hypervisor, otherwise Firecracker
    bool acpi;      // otherwise there is an MP table only
    bool rsdp_told; // the boot information says where ACPI's tables begin
    uint32_t cpus;
    uint64_t memory_end; // below 3 GiB
};

void states_write(const struct state *state, const char *command_line);
#endif
