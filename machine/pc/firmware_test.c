// SPDX-License-Identifier: BSD-2-Clause
// firmware_test.c: ACPI and MP tables, made by hand in a MiB of memory, whole and damaged.
#include "machine/pc/firmware.h"
#include <stdio.h>
#include <string.h>

static unsigned done, failed;
static uint8_t memory[1 << 20];
static struct firmware found;

static void check(bool ok, const char *what)
{
    done++;
    if (!ok) {
        failed++;
        printf("FAILED: %s\n", what);
    }
}

static bool read(const struct phys *phys, uint64_t address, void *to, size_t bytes)
{
    (void)phys;
    if (address > sizeof memory || bytes > sizeof memory - address)
        return false;
    memcpy(to, memory + address, bytes);
    return true;
}

static const struct phys phys = {.read = read};

static void put(uint32_t at, uint64_t value, uint32_t bytes)
{
    memcpy(memory + at, &value, bytes);
}

// Sets the byte at `sum` so that `bytes` bytes add up to 0.
static void seal(uint32_t at, uint32_t bytes, uint32_t sum)
{
    memory[at + sum] = 0;
    for (uint32_t i = 0; i < bytes; i++)
        if (i != sum)
            memory[at + sum] = (uint8_t)(memory[at + sum] - memory[at + i]);
}

static void table(uint32_t at, const char *signature, uint32_t bytes)
{
    memcpy(memory + at, signature, 4);
    put(at + 4, bytes, 4);
    seal(at, bytes, 9);
}

#define RSDP 0xe1230u
#define XSDT 0xf0000u
#define MADT 0xf1000u
#define FADT 0xf2000u
#define HPET 0xf3000u
#define DSDT 0xf4000u

static void acpi_build(void)
{
    static const uint8_t s5[] = {0x08, '_',  'S',  '5',  '_',  0x12, 0x06,
                                 0x04, 0x0a, 0x05, 0x01, 0x00, 0x00};
    uint32_t at = MADT + 44;

    memset(memory, 0, sizeof memory);
    put(MADT + 36, 0xfee00000, 4);
    for (uint32_t i = 0; i < 4; i++, at += 8) { // local APICs 0, 2, 4, 6; the third is disabled
        put(at, 0x0800, 2);
        put(at + 3, 2 * i, 1);
        put(at + 4, i != 2, 4);
    }
    put(at, 0x0c01, 2); // an I/O APIC: skipped
    at += 12;
    put(at, 0x1009, 2); // local x2APIC 300
    put(at + 4, 300, 4);
    put(at + 8, 1, 4);
    at += 16;
    put(at, 0x1009, 2); // 6 once more
    put(at + 4, 6, 4);
    put(at + 8, 1, 4);
    at += 16;
    table(MADT, "APIC", at - MADT);
    memcpy(memory + DSDT + 36 + 250, s5, sizeof s5); // across the reader's blocks of 256
    table(DSDT, "DSDT", 36 + 600);
    put(FADT + 40, DSDT, 4);
    put(FADT + 64, 0x604, 4);
    put(FADT + 76, 0x608, 4);
    put(FADT + 112, 0x100, 4);
    put(FADT + 244 + 4, 0xfea00200, 8);
    table(FADT, "FACP", 268);
    put(HPET + 44, 0xfed00000, 8);
    table(HPET, "HPET", 56);
    put(XSDT + 36, HPET, 8);
    put(XSDT + 44, FADT, 8);
    put(XSDT + 52, MADT, 8);
    table(XSDT, "XSDT", 60);
    memcpy(memory + RSDP, "RSD PTR ", 8);
    memory[RSDP + 15] = 2;
    put(RSDP + 24, XSDT, 8);
    seal(RSDP, 20, 8);
    seal(RSDP, 36, 32);
}

static void mp_build(uint32_t at, uint16_t entries)
{
    uint32_t config = at + 16, end = config + 44;

    memcpy(memory + at, "_MP_", 4);
    put(at + 4, config, 4);
    memory[at + 8] = 1;
    seal(at, 16, 10);
    memcpy(memory + config, "PCMP", 4);
    put(config + 34, entries, 2);
    put(config + 36, 0xfee00000, 4);
    for (uint32_t i = 0; i < 6; i++, end += 20) { // APIC ids 0 .. 5, the last one disabled
        memory[end + 1] = (uint8_t)i;
        memory[end + 3] = i == 5 ? 0 : 1;
    }
    memory[end] = 1; // a bus
    end += 8;
    put(config + 4, end - config, 2);
    seal(config, end - config, 7);
}

static void test_acpi(void)
{
    acpi_build();
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 4 && found.cpu[0] == 0 && found.cpu[1] == 2 && found.cpu[2] == 6 &&
              found.cpu[3] == 300 && strcmp(found.source, "ACPI") == 0,
          "MADT");
    check(found.lapic == 0xfee00000 && found.hpet == 0xfed00000, "addresses");
    check(found.pm1a_control == 0x604 && found.pm_timer == 0x608 && found.pm_timer_32, "FADT");
    check(found.sleep_control.there && !found.sleep_control.is_io &&
              found.sleep_control.address == 0xfea00200,
          "sleep control register");
    check(found.has_s5 && found.s5_type[0] == 5 && found.s5_type[1] == 1, "\\_S5_");
    firmware_read(&phys, RSDP, &found);
    check(found.cpu_count == 4, "RSDP from the boot loader");
    firmware_read(&phys, 0x1234, &found);
    check(found.cpu_count == 4, "a wrong RSDP from the boot loader");
    memory[RSDP + 15] = 0; // revision 0: the RSDT counts, and there is none
    seal(RSDP, 20, 8);
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 0 && strcmp(found.source, "none") == 0, "no RSDT");
    put(XSDT + 36, MADT, 4);
    table(XSDT, "RSDT", 40);
    put(RSDP + 16, XSDT, 4);
    seal(RSDP, 20, 8);
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 4 && !found.hpet, "RSDT");
}

static void test_damage(void)
{
    acpi_build();
    memory[MADT + 50]++;
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 0 && found.hpet, "a MADT with a wrong sum is skipped");
    acpi_build();
    put(MADT + 4, 0xffffffff, 4);
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 0, "a table without end is skipped");
    acpi_build();
    memory[MADT + 44 + 1] = 0; // an entry of no length
    seal(MADT, 44 + 4 * 8 + 12 + 32, 9);
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 0, "an entry without length ends the list");
    acpi_build();
    put(XSDT + 44, 0xfffffff0, 8);
    table(XSDT, "XSDT", 60);
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 4 && !found.pm_timer, "a table outside memory is skipped");
}

#define SRAT 0xf5000u

static uint32_t srat_cpu(uint32_t at, uint32_t apic_id, uint32_t domain, uint32_t flags)
{
    put(at, 0x1000, 2);
    put(at + 2, domain & 0xff, 1);
    put(at + 3, apic_id, 1);
    put(at + 4, flags, 4);
    put(at + 9, domain >> 8, 3);
    return at + 16;
}

static uint32_t srat_memory(uint32_t at, uint64_t start, uint64_t bytes, uint32_t domain,
                            uint32_t flags)
{
    put(at, 0x2801, 2);
    put(at + 2, domain, 4);
    put(at + 8, start, 8);
    put(at + 16, bytes, 8);
    put(at + 28, flags, 4);
    return at + 40;
}

static void srat_seal(uint32_t end, uint8_t revision)
{
    memory[SRAT + 8] = revision;
    table(SRAT, "SRAT", end - SRAT);
    put(XSDT + 36, SRAT, 8);
    table(XSDT, "XSDT", 60);
}

static void test_srat(void)
{
    uint32_t at = SRAT + 48;

    acpi_build();
    at = srat_cpu(at, 0, 7, 1);
    at = srat_cpu(at, 2, 0x30007, 1); // the same in revision 1
    at = srat_cpu(at, 6, 9, 0);       // disabled
    put(at, 0x1802, 2);               // local x2APIC 300 in domain 1
    put(at + 4, 1, 4);
    put(at + 8, 300, 4);
    put(at + 12, 1, 4);
    at += 24;
    at = srat_memory(at, 0, 0xa0000, 7, 1);
    at = srat_memory(at, 0x100000000, 0x40000000, 1, 1);
    at = srat_memory(at, 0x200000000, 0x40000000, 1, 0);    // disabled
    at = srat_memory(at, 0xfffffffffffff000, 0x2000, 1, 1); // beyond the end of all
    srat_seal(at, 3);
    firmware_read(&phys, 0, &found);
    check(found.node_count == 3 && found.domain[0] == 7 && found.domain[1] == 0x30007 &&
              found.domain[2] == 1,
          "nodes in the order they are met");
    check(firmware_cpu_node(&found, 0) == 0 && firmware_cpu_node(&found, 2) == 1 &&
              firmware_cpu_node(&found, 300) == 2 && firmware_cpu_node(&found, 6) == FIRMWARE_NO_NODE,
          "CPUs' nodes");
    check(found.node_memory_count == 2 && found.node_memory[1].start == 0x100000000 &&
              found.node_memory[1].end == 0x140000000 && found.node_memory[1].node == 2,
          "nodes' memory");
    srat_seal(at, 1);
    firmware_read(&phys, 0, &found);
    check(found.node_count == 2 && firmware_cpu_node(&found, 2) == 0, "8 bits of domain before 2");
    for (at = SRAT + 48; at < SRAT + 48 + 33 * 16;)
        at = srat_cpu(at, (at - SRAT) / 16, (at - SRAT) / 16, 1);
    srat_seal(at, 3);
    firmware_read(&phys, 0, &found);
    check(found.node_count == 0 && firmware_cpu_node(&found, 3) == FIRMWARE_NO_NODE,
          "more nodes than fit: none");
}

static void test_mp(void)
{
    memset(memory, 0, sizeof memory);
    mp_build(0x9fc00, 0); // as qboot leaves it: entry count 0
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 5 && found.cpu[4] == 4 && strcmp(found.source, "MP table") == 0,
          "MP table, no count");
    check(found.lapic == 0xfee00000, "its local APIC");
    memory[0x9fc00 + 16 + 50]++;
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 0, "an MP table with a wrong sum");
    memset(memory, 0, sizeof memory);
    put(0x40e, 0x9000, 2);
    mp_build(0x90010, 7);
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 5, "found through the EBDA");
    acpi_build();
    mp_build(0x9fc00, 0);
    firmware_read(&phys, 0, &found);
    check(found.cpu_count == 5 && found.hpet && strcmp(found.source, "MP table") == 0,
          "the longer list wins");
}

int main(void)
{
    test_acpi();
    test_damage();
    test_srat();
    test_mp();
    printf("done %u\n", done);
    return failed != 0;
}
