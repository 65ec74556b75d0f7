// SPDX-License-Identifier: BSD-2-Clause
// bootinfo.c: PVH's start_info, multiboot2's tags, Linux's zero page, and the memory map in each.
// fuzz: machine/pc/bootinfo.c machine/pc/ranges.c
//
// The first byte chooses the protocol; the rest lies in memory at 0x1000, as the boot information.
#include "machine/pc/bootinfo.h"
#include "tests/fuzz/machine.h"

#define AT 0x1000u
#define ZERO_PAGE_HEADER 0x202u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t magic[] = {BOOTINFO_PVH, BOOTINFO_MULTIBOOT2, BOOTINFO_LINUX};
    struct bootinfo info;
    struct ranges ram;
    uint32_t chosen;

    if (size < 1 || size > 0x4000)
        return 0;
    chosen = magic[data[0] % 3];
    memset(memory, 0, AT + 0x5000);
    memcpy(memory + AT, data + 1, size - 1);
    if (chosen == BOOTINFO_PVH)
        memcpy(memory + AT, &chosen, 4);
    else if (chosen == BOOTINFO_LINUX)
        memcpy(memory + AT + ZERO_PAGE_HEADER, &chosen, 4); // "HdrS", by the same number
    if (bootinfo_read(&memory_phys, chosen, AT, &info))
        return 0;
    must_be_set(&info.keep);
    must(ranges_overlap(&info.keep, AT, AT + 1));
    must(info.map && info.map_count);
    must(!info.screen ||
         (info.screen < 0x100000 && info.screen_columns <= 256 && info.screen_rows <= 256));
    if (bootinfo_ram(&memory_phys, &info, &ram))
        return 0;
    must_be_set(&ram);
    must(ram.count > 0);
    for (uint32_t i = 0; i < ram.count; i++)
        must(ram.range[i].start % 4096 == 0 && ram.range[i].end % 4096 == 0);
    return 0;
}
