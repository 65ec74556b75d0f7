// SPDX-License-Identifier: BSD-2-Clause
// firmware.h: what the firmware's tables say: CPUs, nodes, timers, and how to power off.
//
// ACPI (RSDP, RSDT/XSDT, MADT, SRAT, FADT, HPET, the \_S5_ object in the DSDT) and the older MultiProcessor
// table. No AML interpreter. Lengths are bounded and checksums checked: a damaged table is skipped.
#pragma once
#include "machine/pc/phys.h"

#define FIRMWARE_CPUS_MAX 256
#define FIRMWARE_NODES_MAX 32
#define FIRMWARE_MEMORY_MAX 64
#define FIRMWARE_NO_NODE UINT32_MAX

struct firmware_register { // ACPI 6.4, 5.2.3.2: generic address structure
    bool there;
    bool is_io; // a port; otherwise memory
    uint64_t address;
};

struct firmware {
    const char *source; // "ACPI", "MP table" or "none": where the CPUs were found
    uint32_t cpu_count;
    uint32_t cpu[FIRMWARE_CPUS_MAX]; // APIC ids of the usable CPUs, as listed
    bool more_cpus;                  // and some that did not fit
    // SRAT: nodes count from 0 here, in the order they are met. node_count is 0 where there is no SRAT, or
    // one that says more than fits here: then the machine is taken as one node.
    uint32_t node_count, domain[FIRMWARE_NODES_MAX]; // the firmware's own number of each
    uint32_t node_cpu_count, node_memory_count;
    struct firmware_node_cpu {
        uint32_t apic_id, node;
    } node_cpu[FIRMWARE_CPUS_MAX];
    struct firmware_node_memory {
        uint64_t start, end;
        uint32_t node;
    } node_memory[FIRMWARE_MEMORY_MAX];
    uint64_t lapic;                         // physical address of the local APICs, 0 unknown
    bool x2apic_opt_out;                    // DMAR: the firmware would rather not
    uint64_t hpet;                          // physical address, 0: none
    uint16_t pm_timer;                      // port, 0: none
    bool pm_timer_32;                       // 32 bits wide, otherwise 24
    uint16_t pm1a_control, pm1b_control;    // ports, 0: none
    struct firmware_register sleep_control; // hardware-reduced ACPI
    bool has_s5;
    uint8_t s5_type[2]; // SLP_TYPa, SLP_TYPb
};

// `rsdp` is the boot loader's, 0 to look for it.
void firmware_read(const struct phys *phys, uint64_t rsdp, struct firmware *out);

// The two halves, in acpi.c and mptable.c. Each fills cpu[] and cpu_count of an empty struct.
void acpi_read(const struct phys *phys, uint64_t rsdp, struct firmware *out);
void mptable_read(const struct phys *phys, struct firmware *out);

// The node of a CPU, FIRMWARE_NO_NODE if nothing is said of it.
uint32_t firmware_cpu_node(const struct firmware *firmware, uint32_t apic_id);

// Adds an APIC id that is not in the list yet.
void firmware_cpu_add(struct firmware *out, uint32_t apic_id);
// Do the bytes add up to 0 modulo 256, as every table's do?
bool firmware_sum_ok(const struct phys *phys, uint64_t address, uint32_t bytes);
// Looks for `mark` (`length` bytes, at most 8) at 16-byte steps; `check` has the last word. 0: not there.
uint64_t firmware_scan(const struct phys *phys, uint64_t start, uint64_t end, const char *mark,
                       uint32_t length, bool (*check)(const struct phys *phys, uint64_t address));
// Start of the extended BIOS data area, 0: none.
uint64_t firmware_ebda(const struct phys *phys);
