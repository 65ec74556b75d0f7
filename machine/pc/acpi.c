// SPDX-License-Identifier: BSD-2-Clause
// acpi.c: the ACPI tables Torito needs, read byte by byte (ACPI 6.4, chapter 5.2).
#include "lib/lib.h"
#include "machine/pc/firmware.h"

#define TABLE_BYTES_MAX (1u << 20)
#define TABLES_MAX 128u
#define HEADER_BYTES 36u

#define SPACE_MEMORY 0
#define SPACE_IO 1

struct header { // 5.2.6
    char signature[4];
    uint32_t bytes;
    uint8_t rest[28];
};
_Static_assert(sizeof(struct header) == HEADER_BYTES, "ACPI 5.2.6");

struct table {
    uint64_t address;
    uint32_t bytes;
};

// Little-endian number of `bytes` at an offset of a table; 0 if it lies outside.
static uint64_t field(const struct phys *phys, struct table table, uint32_t offset, uint32_t bytes)
{
    uint64_t value = 0;

    if (offset > table.bytes || bytes > table.bytes - offset ||
        !phys->read(phys, table.address + offset, &value, bytes))
        return 0;
    return value;
}

static bool table_open(const struct phys *phys, uint64_t address, const char *signature,
                       struct table *out)
{
    struct header header;

    if (!address || !phys->read(phys, address, &header, sizeof header) ||
        memcmp(header.signature, signature, 4) != 0 || header.bytes < HEADER_BYTES ||
        header.bytes > TABLE_BYTES_MAX || !firmware_sum_ok(phys, address, header.bytes))
        return false;
    *out = (struct table){address, header.bytes};
    return true;
}

static bool rsdp_ok(const struct phys *phys, uint64_t address)
{
    char signature[8];

    return phys->read(phys, address, signature, 8) && memcmp(signature, "RSD PTR ", 8) == 0 &&
           firmware_sum_ok(phys, address, 20);
}

static uint64_t rsdp_find(const struct phys *phys, uint64_t hint)
{
    uint64_t ebda = firmware_ebda(phys), found = 0;

    if (hint && rsdp_ok(phys, hint))
        return hint;
    if (ebda)
        found = firmware_scan(phys, ebda, ebda + 1024, "RSD PTR ", 8, rsdp_ok);
    return found ? found : firmware_scan(phys, 0xe0000, 0x100000, "RSD PTR ", 8, rsdp_ok);
}

static void madt_read(const struct phys *phys, struct table madt, struct firmware *out)
{
    uint32_t at = 44, bytes;

    out->lapic = field(phys, madt, 36, 4);
    for (; at + 2 <= madt.bytes; at += bytes) { // 5.2.12
        uint32_t type = (uint32_t)field(phys, madt, at, 1);

        bytes = (uint32_t)field(phys, madt, at + 1, 1);
        if (bytes < 2)
            break;
        if (type == 0 && bytes >= 8 && field(phys, madt, at + 4, 4) & 1) // local APIC, enabled
            firmware_cpu_add(out, (uint32_t)field(phys, madt, at + 3, 1));
        else if (type == 9 && bytes >= 16 && field(phys, madt, at + 8, 4) & 1) // local x2APIC
            firmware_cpu_add(out, (uint32_t)field(phys, madt, at + 4, 4));
        else if (type == 5 && bytes >= 12) // 64-bit address
            out->lapic = field(phys, madt, at + 4, 8);
    }
}

// Our number for the firmware's; FIRMWARE_NODES_MAX if there are too many.
static uint32_t node_of_domain(struct firmware *out, uint32_t domain)
{
    uint32_t node = 0;

    while (node < out->node_count && out->domain[node] != domain)
        node++;
    if (node == out->node_count && node < FIRMWARE_NODES_MAX)
        out->domain[out->node_count++] = domain;
    return node;
}

static bool node_cpu_add(struct firmware *out, uint32_t apic_id, uint32_t domain)
{
    uint32_t node = node_of_domain(out, domain);

    if (node == FIRMWARE_NODES_MAX || out->node_cpu_count == FIRMWARE_CPUS_MAX)
        return false;
    out->node_cpu[out->node_cpu_count++] = (struct firmware_node_cpu){apic_id, node};
    return true;
}

static bool node_memory_add(struct firmware *out, uint64_t start, uint64_t bytes, uint32_t domain)
{
    uint32_t node = node_of_domain(out, domain);

    if (node == FIRMWARE_NODES_MAX || out->node_memory_count == FIRMWARE_MEMORY_MAX)
        return false;
    if (start + bytes > start)
        out->node_memory[out->node_memory_count++] =
            (struct firmware_node_memory){start, start + bytes, node};
    return true;
}

// One entry (5.2.16.1 to 5.2.16.3). false: it does not fit.
static bool srat_entry(const struct phys *phys, struct table srat, uint32_t at, uint32_t bytes,
                       struct firmware *out)
{
    uint32_t type = (uint32_t)field(phys, srat, at, 1), domain;

    if (type == 0 && bytes >= 16 && field(phys, srat, at + 4, 4) & 1) { // local APIC
        domain = (uint32_t)field(phys, srat, at + 2, 1);
        if (field(phys, srat, 8, 1) >= 2) // before, these were reserved
            domain |= (uint32_t)field(phys, srat, at + 9, 3) << 8;
        return node_cpu_add(out, (uint32_t)field(phys, srat, at + 3, 1), domain);
    }
    if (type == 2 && bytes >= 24 && field(phys, srat, at + 12, 4) & 1) // local x2APIC
        return node_cpu_add(out, (uint32_t)field(phys, srat, at + 8, 4),
                            (uint32_t)field(phys, srat, at + 4, 4));
    if (type == 1 && bytes >= 40 && field(phys, srat, at + 28, 4) & 1) // memory
        return node_memory_add(out, field(phys, srat, at + 8, 8), field(phys, srat, at + 16, 8),
                               (uint32_t)field(phys, srat, at + 2, 4));
    return true;
}

static void srat_read(const struct phys *phys, struct table srat, struct firmware *out)
{
    uint32_t at = 48, bytes;

    out->node_count = out->node_cpu_count = out->node_memory_count = 0;
    for (; at + 2 <= srat.bytes; at += bytes) {
        bytes = (uint32_t)field(phys, srat, at + 1, 1);
        if (bytes < 2)
            break;
        if (!srat_entry(phys, srat, at, bytes, out)) {
            out->node_count = 0;
            return;
        }
    }
}

// An element of the \_S5_ package: ZeroOp, OneOp or BytePrefix.
static bool s5_element(const uint8_t *aml, uint32_t *at, uint8_t *out)
{
    uint8_t op = aml[(*at)++];

    if (op == 0x0a)
        op = aml[(*at)++];
    else if (op > 1)
        return false;
    *out = op;
    return true;
}

// Name(\_S5, Package(n){a, b, ...}) as bytes: "_S5_" 12 PkgLength n a b (ACPI 20.2.5.4).
static bool s5_parse(const uint8_t aml[16], struct firmware *out)
{
    uint32_t at = 4;

    if (memcmp(aml, "_S5_", 4) != 0 || aml[at++] != 0x12)
        return false;
    at += 1 + (aml[at] >> 6); // PkgLength: its first byte says how many more
    at++;                     // number of elements
    return at + 4 <= 16 && s5_element(aml, &at, &out->s5_type[0]) &&
           s5_element(aml, &at, &out->s5_type[1]);
}

static void dsdt_read(const struct phys *phys, struct table dsdt, struct firmware *out)
{
    uint8_t part[256 + 16];

    for (uint32_t at = HEADER_BYTES; at < dsdt.bytes; at += 256) {
        uint32_t bytes = dsdt.bytes - at < sizeof part ? dsdt.bytes - at : (uint32_t)sizeof part;

        memset(part, 0xff, sizeof part);
        if (!phys->read(phys, dsdt.address + at, part, bytes))
            return;
        for (uint32_t i = 0; i < 256; i++)
            if (s5_parse(part + i, out)) {
                out->has_s5 = true;
                return;
            }
    }
}

static struct firmware_register register_read(const struct phys *phys, struct table fadt,
                                              uint32_t offset)
{
    uint8_t space = (uint8_t)field(phys, fadt, offset, 1);
    struct firmware_register out = {.address = field(phys, fadt, offset + 4, 8)};

    out.is_io = space == SPACE_IO;
    out.there = out.address != 0 && (space == SPACE_IO || space == SPACE_MEMORY);
    return out;
}

// A block's port: the 64-bit field where there is one, else the 32-bit one.
static uint16_t port_read(const struct phys *phys, struct table fadt, uint32_t old, uint32_t extended)
{
    struct firmware_register now = register_read(phys, fadt, extended);

    return (uint16_t)(now.there && now.is_io ? now.address : field(phys, fadt, old, 4));
}

static void fadt_read(const struct phys *phys, struct table fadt, struct firmware *out)
{
    uint64_t dsdt_address = field(phys, fadt, 140, 8);
    struct table dsdt;

    out->pm1a_control = port_read(phys, fadt, 64, 172);
    out->pm1b_control = port_read(phys, fadt, 68, 184);
    out->pm_timer = port_read(phys, fadt, 76, 208);
    out->pm_timer_32 = field(phys, fadt, 112, 4) >> 8 & 1; // TMR_VAL_EXT
    out->sleep_control = register_read(phys, fadt, 244);
    if (!dsdt_address)
        dsdt_address = field(phys, fadt, 40, 4);
    if (table_open(phys, dsdt_address, "DSDT", &dsdt))
        dsdt_read(phys, dsdt, out);
}

void acpi_read(const struct phys *phys, uint64_t rsdp, struct firmware *out)
{
    struct table root, table, old = {.bytes = 36};
    uint32_t step;

    rsdp = rsdp_find(phys, rsdp);
    if (!rsdp)
        return;
    old.address = rsdp; // revision at 15, RSDT at 16, XSDT at 24
    if (field(phys, old, 15, 1) >= 2 && firmware_sum_ok(phys, rsdp, 36) &&
        table_open(phys, field(phys, old, 24, 8), "XSDT", &root))
        step = 8;
    else if (table_open(phys, field(phys, old, 16, 4), "RSDT", &root))
        step = 4;
    else
        return;
    for (uint32_t i = 0; i < TABLES_MAX && HEADER_BYTES + (i + 1) * step <= root.bytes; i++) {
        uint64_t address = field(phys, root, HEADER_BYTES + i * step, step);

        if (table_open(phys, address, "APIC", &table))
            madt_read(phys, table, out);
        else if (table_open(phys, address, "SRAT", &table))
            srat_read(phys, table, out);
        else if (table_open(phys, address, "FACP", &table))
            fadt_read(phys, table, out);
        else if (table_open(phys, address, "HPET", &table) &&
                 field(phys, table, 40, 1) == SPACE_MEMORY)
            out->hpet = field(phys, table, 44, 8);
        else if (table_open(phys, address, "DMAR", &table)) // Intel VT-d 3.3, 8.1
            out->x2apic_opt_out = field(phys, table, 37, 1) >> 1 & 1;
    }
}
