// SPDX-License-Identifier: BSD-2-Clause
// mptable.c: the MultiProcessor Specification's table (version 1.4, chapter 4).
//
// qboot leaves its entry count 0, so the table is walked by its length.
#include "lib/lib.h"
#include "machine/pc/firmware.h"

struct floating_pointer { // 4.1
    char signature[4];
    uint32_t table;
    uint8_t paragraphs, revision, checksum, features[5];
};
_Static_assert(sizeof(struct floating_pointer) == 16, "MP 4.1");

struct config_header { // 4.2
    char signature[4];
    uint16_t bytes;
    uint8_t revision, checksum;
    char oem[8], product[12];
    uint32_t oem_table;
    uint16_t oem_bytes, entries;
    uint32_t lapic;
    uint16_t extended_bytes;
    uint8_t extended_checksum, reserved;
};
_Static_assert(sizeof(struct config_header) == 44, "MP 4.2");

#define ENTRY_CPU 0
#define ENTRY_CPU_BYTES 20u
#define ENTRY_BYTES 8u // all others
#define CPU_ENABLED 1

static bool pointer_ok(const struct phys *phys, uint64_t address)
{
    struct floating_pointer pointer;

    return phys->read(phys, address, &pointer, sizeof pointer) && pointer.paragraphs == 1 &&
           firmware_sum_ok(phys, address, sizeof pointer);
}

static uint64_t pointer_find(const struct phys *phys)
{
    uint64_t ebda = firmware_ebda(phys), found = 0;

    if (ebda)
        found = firmware_scan(phys, ebda, ebda + 1024, "_MP_", 4, pointer_ok);
    if (!found) // the last KiB of base memory, of 640 or 639 KiB
        found = firmware_scan(phys, 0x9f800, 0xa0000, "_MP_", 4, pointer_ok);
    return found ? found : firmware_scan(phys, 0xe0000, 0x100000, "_MP_", 4, pointer_ok);
}

void mptable_read(const struct phys *phys, struct firmware *out)
{
    struct floating_pointer pointer;
    struct config_header header;
    uint64_t address = pointer_find(phys);

    if (!address || !phys->read(phys, address, &pointer, sizeof pointer) || !pointer.table ||
        !phys->read(phys, pointer.table, &header, sizeof header) ||
        memcmp(header.signature, "PCMP", 4) != 0 || header.bytes < sizeof header ||
        !firmware_sum_ok(phys, pointer.table, header.bytes))
        return;
    out->lapic = header.lapic;
    for (uint32_t at = sizeof header; at + ENTRY_BYTES <= header.bytes;) {
        uint8_t entry[4]; // type, APIC id, version, flags

        if (!phys->read(phys, pointer.table + at, entry, sizeof entry))
            return;
        if (entry[0] != ENTRY_CPU) {
            at += ENTRY_BYTES;
            continue;
        }
        if (entry[3] & CPU_ENABLED)
            firmware_cpu_add(out, entry[1]);
        at += ENTRY_CPU_BYTES;
    }
}
