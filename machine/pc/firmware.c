// SPDX-License-Identifier: BSD-2-Clause
// firmware.c: joins what ACPI and the MP table say, and what both readers need.
#include "machine/pc/firmware.h"
#include "lib/lib.h"

void firmware_cpu_add(struct firmware *out, uint32_t apic_id)
{
    for (uint32_t i = 0; i < out->cpu_count; i++)
        if (out->cpu[i] == apic_id)
            return;
    if (out->cpu_count < FIRMWARE_CPUS_MAX)
        out->cpu[out->cpu_count++] = apic_id;
    else
        out->more_cpus = true;
}

uint32_t firmware_cpu_node(const struct firmware *firmware, uint32_t apic_id)
{
    for (uint32_t i = 0; firmware->node_count && i < firmware->node_cpu_count; i++)
        if (firmware->node_cpu[i].apic_id == apic_id)
            return firmware->node_cpu[i].node;
    return FIRMWARE_NO_NODE;
}

bool firmware_sum_ok(const struct phys *phys, uint64_t address, uint32_t bytes)
{
    uint8_t part[64], sum = 0;

    for (uint32_t at = 0; at < bytes; at += sizeof part) {
        uint32_t count = bytes - at < sizeof part ? bytes - at : (uint32_t)sizeof part;

        if (!phys->read(phys, address + at, part, count))
            return false;
        for (uint32_t i = 0; i < count; i++)
            sum = (uint8_t)(sum + part[i]);
    }
    return sum == 0;
}

uint64_t firmware_scan(const struct phys *phys, uint64_t start, uint64_t end, const char *mark,
                       uint32_t length, bool (*check)(const struct phys *phys, uint64_t address))
{
    char here[8];

    for (uint64_t at = (start + 15) & ~15ull; at + 16 <= end; at += 16)
        if (phys->read(phys, at, here, length) && memcmp(here, mark, length) == 0 && check(phys, at))
            return at;
    return 0;
}

uint64_t firmware_ebda(const struct phys *phys)
{
    uint16_t segment;

    if (!phys->read(phys, 0x40e, &segment, sizeof segment))
        return 0;
    // Anything else is not an EBDA but whatever lay there without a BIOS.
    return segment >= 0x8000 && segment < 0xa000 ? (uint64_t)segment << 4 : 0;
}

void firmware_read(const struct phys *phys, uint64_t rsdp, struct firmware *out)
{
    uint32_t listed[FIRMWARE_CPUS_MAX],
        count; // what the MP table says: 1 KiB, and the boot stack has 4
    uint64_t lapic;

    memset(out, 0, sizeof *out);
    mptable_read(phys, out);
    count = out->cpu_count;
    lapic = out->lapic;
    memcpy(listed, out->cpu, sizeof listed);
    memset(out, 0, sizeof *out);
    acpi_read(phys, rsdp, out);
    out->source = out->cpu_count ? "ACPI" : "none";
    if (!out->lapic)
        out->lapic = lapic;
    // Either may list too few: QEMU's q35 has an MP table with one CPU only, some VMMs no MADT.
    if (count > out->cpu_count) {
        out->source = "MP table";
        out->cpu_count = count;
        memcpy(out->cpu, listed, sizeof listed);
    }
}
