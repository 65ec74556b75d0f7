// SPDX-License-Identifier: BSD-2-Clause
// mptable.c: the MultiProcessor table, with right checksums, and the RSDP's and its own search.
// fuzz: machine/pc/firmware.c machine/pc/acpi.c machine/pc/mptable.c
//
// Two bytes: where the EBDA is said to be. The rest is the table, its length and checksum put right.
#include "machine/pc/firmware.h"
#include "tests/fuzz/machine.h"

#define POINTER 0x9fc00u
#define TABLE 0x9fc10u
#define HEADER 44u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct firmware found;
    uint32_t table = TABLE;
    uint16_t bytes;

    if (size < 2 + HEADER || size > 4096)
        return 0;
    memset(memory + 0x80000, 0, 0x80000);
    memcpy(memory + 0x40e, data, 2);
    memcpy(memory + TABLE, data + 2, size - 2);
    memcpy(memory + TABLE, "PCMP", 4);
    bytes = (uint16_t)(size - 2);
    memcpy(memory + TABLE + 4, &bytes, 2);
    memory_seal(TABLE, bytes, 7);
    memcpy(memory + POINTER, "_MP_", 4);
    memcpy(memory + POINTER + 4, &table, 4);
    memory[POINTER + 8] = 1;
    memory_seal(POINTER, 16, 10);
    firmware_read(&memory_phys, 0, &found);
    must(found.cpu_count <= FIRMWARE_CPUS_MAX);
    for (uint32_t i = 0; i < found.cpu_count; i++)
        for (uint32_t other = 0; other < i; other++)
            must(found.cpu[i] != found.cpu[other]);
    return 0;
}
