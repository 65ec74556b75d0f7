// SPDX-License-Identifier: BSD-2-Clause
// acpi.c: ACPI's tables, with right checksums, and the division of memory by the nodes of an SRAT.
// fuzz: machine/pc/firmware.c machine/pc/acpi.c machine/pc/mptable.c machine/pc/nodes.c machine/pc/ranges.c
//
// The input is a list of tables: one byte which, two for the length, then its bytes behind the
// header. The XSDT lists them all; the DSDT is where a FADT of ours says.
#include "machine/pc/firmware.h"
#include "machine/pc/nodes.h"
#include "tests/fuzz/machine.h"

#define RSDP 0xe0000u
#define XSDT 0xe1000u
#define DSDT 0xe2000u
#define TABLES 0xe8000u
#define TABLES_MAX 16u
#define HEADER 36u

static void put(uint32_t at, uint64_t value, uint32_t bytes)
{
    memcpy(memory + at, &value, bytes);
}

static void table_seal(uint32_t at, const char *name, uint32_t bytes)
{
    memcpy(memory + at, name, 4);
    put(at + 4, bytes, 4);
    memory_seal(at, bytes, 9);
}

// Lays the tables out; returns how many.
static uint32_t tables_write(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"APIC", "SRAT", "FACP", "HPET", "DMAR", "DSDT"};
    uint32_t at = TABLES, count = 0;

    while (size >= 3 && count < TABLES_MAX) {
        const char *name = names[data[0] % 6];
        uint32_t bytes = data[1] | (uint32_t)(data[2] & 0x0f) << 8, place = at;

        data += 3;
        size -= 3;
        if (bytes > size)
            bytes = (uint32_t)size;
        if (at + HEADER + bytes > sizeof memory - 0x1000)
            break;
        if (name[0] == 'D' && name[1] == 'S')
            place = DSDT;
        memcpy(memory + place + HEADER, data, bytes);
        if (place == at && name[0] == 'F' && bytes >= 8) // its DSDT
            put(place + 40, DSDT, 4);
        if (name[0] == 'S')
            memory[place + 8] = bytes > 0 ? data[0] % 4 : 0; // the revision counts
        table_seal(place, name, HEADER + bytes);
        if (place == at) {
            put(XSDT + HEADER + 8 * count++, at, 8);
            at += (HEADER + bytes + 15) & ~15u;
        }
        data += bytes;
        size -= bytes;
    }
    return count;
}

static void root_write(uint32_t count)
{
    table_seal(XSDT, "XSDT", HEADER + 8 * count);
    memcpy(memory + RSDP, "RSD PTR ", 8);
    memory[RSDP + 15] = 2;
    put(RSDP + 20, 36, 4);
    put(RSDP + 24, XSDT, 8);
    memory_seal(RSDP, 20, 8);
    memory_seal(RSDP, 36, 32);
}

static void nodes_check(const struct firmware *found)
{
    static struct share shares[FIRMWARE_NODES_MAX + 1];
    struct ranges free = {.count = 0};
    uint32_t ranks_on[FIRMWARE_NODES_MAX] = {0}, ranks = 0, count;

    ranges_add(&free, 0x100000, 0x80000000);
    ranges_add(&free, 0x100000000, 0x180000000);
    for (uint32_t i = 0; found->node_count && i < found->node_cpu_count; i++, ranks++)
        ranks_on[found->node_cpu[i].node]++;
    ranks += ranks == 0;
    count = nodes_share(found, &free, ranks_on, ranks, 4096, shares);
    must(count == 1 || count == found->node_count);
    for (uint32_t i = 0; i < count; i++) {
        must_be_set(&shares[i].memory);
        for (uint32_t m = 0; m < shares[i].memory.count; m++)
            must(ranges_contain(&free, shares[i].memory.range[m].start,
                                shares[i].memory.range[m].end));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct firmware found;

    memset(memory + RSDP, 0, sizeof memory - RSDP);
    root_write(tables_write(data, size));
    firmware_read(&memory_phys, RSDP, &found);
    must(found.cpu_count <= FIRMWARE_CPUS_MAX && found.node_count <= FIRMWARE_NODES_MAX);
    must(found.node_cpu_count <= FIRMWARE_CPUS_MAX && found.node_memory_count <= FIRMWARE_MEMORY_MAX);
    for (uint32_t i = 0; found.node_count && i < found.node_cpu_count; i++)
        must(found.node_cpu[i].node < found.node_count);
    for (uint32_t i = 0; found.node_count && i < found.node_memory_count; i++)
        must(found.node_memory[i].node < found.node_count &&
             found.node_memory[i].start < found.node_memory[i].end);
    nodes_check(&found);
    return 0;
}
