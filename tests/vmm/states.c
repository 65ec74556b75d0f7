// SPDX-License-Identifier: BSD-2-Clause
// states.c: the tables in memory as Firecracker and Cloud Hypervisor write them, from what their sources
// say: layout.rs, mod.rs, regs.rs and mptable.rs of src/vmm/src/arch/x86_64 and arch/src/x86_64, and
// their ACPI tables. QEMU is none of them, so the addresses of devices stay QEMU's.
#include "states.h"

#define KIB_640 0xa0000ull
#define MIB 0x100000ull
#define RAM 1u
#define RESERVED 2u

static void put(uint32_t at, uint64_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        ((volatile uint8_t *)at)[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t put_text(uint32_t at, const char *text)
{
    for (; *text; text++)
        put(at++, (uint8_t)*text, 1);
    return at;
}

// Sets the byte `sum` of a table so that all add up to 0.
static void seal(uint32_t at, uint32_t bytes, uint32_t sum)
{
    uint8_t total = 0;

    put(at + sum, 0, 1);
    for (uint32_t i = 0; i < bytes; i++)
        total = (uint8_t)(total + ((volatile uint8_t *)at)[i]);
    put(at + sum, (uint8_t)-total, 1);
}

// --- CPU state in memory (regs.rs) ---

static void descriptors_write(const struct state *state)
{
    put(GDT_AT, 0, 8);
    put(GDT_AT + 8, state->linux64 ? 0x00af9b000000ffff : 0x00cf9b000000ffff, 8);
    put(GDT_AT + 16, 0x00cf93000000ffff, 8);
    put(GDT_AT + 24, state->linux64 ? 0x008f89000000ffff : 0x0000890000000067, 8);
    put(IDT_AT, 0, 8);
}

static void page_tables_write(void)
{
    put(PML4_AT, PML4_AT + 0x1003, 8);
    put(PML4_AT + 0x1000, PML4_AT + 0x2003, 8);
    for (uint32_t i = 0; i < 512; i++)
        put(PML4_AT + 0x2000 + 8 * i, ((uint64_t)i << 21) + 0x83, 8);
}

// --- CPUs: MP table (mptable.rs: the entry count stays 0) ---

static uint32_t mp_cpus(const struct state *state, uint32_t at)
{
    for (uint32_t i = 0; i < state->cpus; i++, at += 20) {
        put(at, 0, 1);
        put(at + 1, i, 1);
        put(at + 2, 0x14, 1);
        put(at + 3, i == 0 ? 3 : 1, 1); // enabled; the first one boots
        put(at + 4, 0x600, 4);
        put(at + 8, 0x201, 4);
    }
    return at;
}

static void mp_table_write(const struct state *state)
{
    uint32_t table = MP_TABLE_AT + 16, at;

    put_text(MP_TABLE_AT, "_MP_");
    put(MP_TABLE_AT + 4, table, 4);
    put(MP_TABLE_AT + 8, 1, 1);
    put(MP_TABLE_AT + 9, 4, 1);
    seal(MP_TABLE_AT, 16, 10);
    put_text(table, "PCMP");
    put(table + 6, 4, 1);
    put_text(table + 8, "FC      000000000000");
    put(table + 36, 0xfee00000, 4);
    at = mp_cpus(state, table + 44);
    put(at, 1, 1); // the ISA bus
    put_text(at + 2, "ISA   ");
    at += 8;
    put(at, 2, 1); // the I/O APIC
    put(at + 1, state->cpus + 1, 1);
    put(at + 2, 0x14, 1);
    put(at + 3, 1, 1);
    put(at + 4, 0xfec00000, 4);
    at += 8;
    for (uint32_t i = 0; i < 24; i++, at += 8) {
        put(at, 3, 1);
        put(at + 5, i, 1);
        put(at + 6, state->cpus + 1, 1);
        put(at + 7, i, 1);
    }
    put(at, 4, 1); // local interrupts: ExtINT and NMI
    put(at + 1, 3, 1);
    put(at + 8, 4, 1);
    put(at + 9, 1, 1);
    put(at + 14, 0xff, 1);
    put(at + 15, 1, 1);
    at += 16;
    put(table + 4, at - table, 2);
    seal(table, at - table, 7);
}

// --- ACPI ---

static uint32_t acpi_table(uint32_t at, const char *name, uint32_t bytes)
{
    put_text(at, name);
    put(at + 4, bytes, 4);
    put(at + 8, 1, 1);
    put_text(at + 10, "VMM   VMTABLES");
    seal(at, bytes, 9);
    return (at + bytes + 15) & ~15u;
}

// Firecracker lists local APICs, Cloud Hypervisor local x2APICs, and a CPU that may be plugged in later.
static uint32_t madt_write(const struct state *state, uint32_t madt)
{
    uint32_t at = madt + 44;

    put(madt + 36, 0xfee00000, 4);
    put(at, 0x0c01, 2);
    put(at + 4, 0xfec00000, 4);
    at += 12;
    for (uint32_t i = 0; i < state->cpus + state->cloud; i++) {
        if (state->cloud) {
            put(at, 0x1009, 2);
            put(at + 4, i, 4);
            put(at + 8, i < state->cpus ? 1 : 2, 4); // enabled, or "online capable"
            put(at + 12, i, 4);
            at += 16;
        } else {
            put(at, 0x0800, 2);
            put(at + 2, i, 1);
            put(at + 3, i, 1);
            put(at + 4, 1, 4);
            at += 8;
        }
    }
    return acpi_table(madt, "APIC", at - madt);
}

// Hardware-reduced ACPI. Cloud Hypervisor has a sleep register, port 0x600; Firecracker none.
static uint32_t fadt_write(const struct state *state, uint32_t fadt, uint32_t dsdt)
{
    put(fadt + 112, 1u << 20, 4); // HW_REDUCED_ACPI
    put(fadt + 140, dsdt, 8);
    if (state->cloud) {
        put(fadt + 244, 0x0801, 2);
        put(fadt + 248, 0x600, 8);
    }
    return acpi_table(fadt, "FACP", 276);
}

static uint32_t acpi_write(const struct state *state)
{
    static const uint8_t s5[] = {0x08, '_', 'S', '5', '_', 0x12, 0x04, 0x01, 0x0a, 0x05};
    uint32_t rsdp = state->cloud ? ACPI_AT : RSDP_FIRECRACKER_AT;
    uint32_t at = state->cloud ? ACPI_AT + 0x40 : ACPI_AT, dsdt = at, fadt, madt, xsdt;

    for (uint32_t i = 0; state->cloud && i < sizeof s5; i++)
        put(dsdt + 36 + i, s5[i], 1);
    fadt = acpi_table(dsdt, "DSDT", 36 + sizeof s5);
    madt = fadt_write(state, fadt, dsdt);
    xsdt = madt_write(state, madt);
    put(xsdt + 36, fadt, 8);
    put(xsdt + 44, madt, 8);
    acpi_table(xsdt, "XSDT", 52);
    put_text(rsdp, "RSD PTR ");
    put_text(rsdp + 9, "VMM   ");
    put(rsdp + 15, 2, 1);
    put(rsdp + 20, 36, 4);
    put(rsdp + 24, xsdt, 8);
    seal(rsdp, 20, 8);
    seal(rsdp, 36, 32);
    return rsdp;
}

// --- boot information ---

// One entry of a memory map at *at: 24 bytes for PVH, 20 in the zero page.
static void map_add(uint32_t *at, bool linux64, uint64_t start, uint64_t end, uint32_t type)
{
    put(*at, start, 8);
    put(*at + 8, end - start, 8);
    put(*at + 16, type, linux64 ? 4 : 8);
    *at += linux64 ? 20 : 24;
}

static uint32_t map_write(const struct state *state, uint32_t at)
{
    uint32_t start = at;

    if (state->cloud) {
        map_add(&at, state->linux64, 0, KIB_640, RAM);
        map_add(&at, state->linux64, MIB, state->memory_end, RAM);
        map_add(&at, state->linux64, 0xe8000000, 0xf8000000, RESERVED); // PCI's configuration
    } else {                                                            // in this order
        map_add(&at, state->linux64, 0, MP_TABLE_AT, RAM);
        map_add(&at, state->linux64, MP_TABLE_AT, MIB, RESERVED);
        map_add(&at, state->linux64, 0xeec00000, 0xfec00000, RESERVED);
        map_add(&at, state->linux64, MIB, state->memory_end, RAM);
    }
    return (at - start) / (state->linux64 ? 20 : 24);
}

static void start_info_write(const struct state *state, uint32_t rsdp)
{
    put(START_INFO_AT, 0x336ec578, 4);
    put(START_INFO_AT + 4, 1, 4);
    put(START_INFO_AT + 0x18, COMMAND_LINE_AT, 8);
    put(START_INFO_AT + 0x20, state->rsdp_told ? rsdp : 0, 8);
    put(START_INFO_AT + 0x28, MAP_AT, 8);
    put(START_INFO_AT + 0x30, map_write(state, MAP_AT), 4);
}

static void zero_page_write(const struct state *state, uint32_t rsdp, uint32_t command_line_bytes)
{
    put(ZERO_PAGE_AT + 0x070, state->rsdp_told ? rsdp : 0, 8);
    put(ZERO_PAGE_AT + 0x1e8, map_write(state, ZERO_PAGE_AT + 0x2d0), 1);
    put(ZERO_PAGE_AT + 0x1fe, 0xaa55, 2);
    put(ZERO_PAGE_AT + 0x202, 0x53726448, 4); // "HdrS"
    put(ZERO_PAGE_AT + 0x210, 0xff, 1);
    put(ZERO_PAGE_AT + 0x228, COMMAND_LINE_AT, 4);
    put(ZERO_PAGE_AT + 0x230, 0x01000000, 4);
    put(ZERO_PAGE_AT + 0x238, command_line_bytes, 4);
}

void states_write(const struct state *state, const char *command_line)
{
    uint32_t rsdp = 0, end = put_text(COMMAND_LINE_AT, command_line) + 1;

    descriptors_write(state);
    mp_table_write(state);
    if (state->acpi)
        rsdp = acpi_write(state);
    if (state->linux64) {
        page_tables_write();
        zero_page_write(state, rsdp, end - COMMAND_LINE_AT);
    } else {
        start_info_write(state, rsdp);
    }
}
