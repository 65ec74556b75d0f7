// SPDX-License-Identifier: BSD-2-Clause
// bootinfo_test.c: PVH and multiboot2 information, and memory maps that overlap.
#include "machine/pc/bootinfo.h"
#include <stdio.h>
#include <string.h>

static unsigned done, failed;
static uint8_t memory[1 << 16];
static struct bootinfo info;
static struct ranges ram;

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

static void map_put(uint32_t at, uint32_t i, uint64_t start, uint64_t bytes, uint32_t type)
{
    put(at + 24 * i, start, 8);
    put(at + 24 * i + 8, bytes, 8);
    put(at + 24 * i + 16, type, 4);
}

static void test_pvh(void)
{
    memset(memory, 0, sizeof memory);
    put(0x100, BOOTINFO_PVH, 4);
    put(0x104, 1, 4);
    put(0x10c, 1, 4); // one module
    put(0x110, 0x800, 8);
    put(0x118, 0x3000, 8);  // command line
    put(0x120, 0xf0010, 8); // RSDP
    put(0x128, 0x1000, 8);  // map
    put(0x130, 5, 4);
    put(0x800, 0x700123, 8); // module
    put(0x808, 0x1000, 8);
    map_put(0x1000, 0, 0, 0x9fc00, 1);
    map_put(0x1000, 1, 0x100000, 0x3ff00000, 1);
    map_put(0x1000, 2, 0x3ffdf000, 0x21000, 2); // the firmware's tail, inside
    map_put(0x1000, 3, 0x100000000, 0x40000123, 1);
    map_put(0x1000, 4, 0, 0, 0); // QEMU's trailing entry
    check(bootinfo_read(&phys, BOOTINFO_PVH, 0x100, &info) == NULL && info.segments, "start_info");
    check(info.cmdline == 0x3000 && info.rsdp == 0xf0010, "command line and RSDP");
    check(ranges_contain(&info.keep, 0x700000, 0x702000) &&
              ranges_contain(&info.keep, 0x1000, 0x2000) &&
              ranges_contain(&info.keep, 0x3000, 0x4000),
          "what must be kept");
    check(bootinfo_ram(&phys, &info, &ram) == NULL && ram.count == 3, "memory map");
    check(ram.range[0].end == 0x9f000 && ram.range[1].end == 0x3ffdf000 &&
              ram.range[2].end == 0x140000000,
          "whole pages, reserved ones taken out");
    put(0x104, 0, 4);
    check(bootinfo_read(&phys, BOOTINFO_PVH, 0x100, &info) != NULL, "version 0 has no map");
    put(0x100, 0, 4);
    check(bootinfo_read(&phys, BOOTINFO_PVH, 0x100, &info) != NULL, "wrong magic");
    check(bootinfo_read(&phys, 0x2badb002, 0x100, &info) != NULL, "multiboot1");
}

static uint32_t tag(uint32_t at, uint32_t type, uint32_t bytes)
{
    put(at, type, 4);
    put(at + 4, bytes, 4);
    return (at + bytes + 7) & ~7u;
}

static void test_multiboot2(void)
{
    uint32_t at = 0x108, old, new;

    memset(memory, 0, sizeof memory);
    strcpy((char *)memory + at + 8, "a b");
    at = tag(at, 1, 12);
    put(at + 8, 0x900000, 4);
    put(at + 12, 0x905000, 4);
    at = tag(at, 3, 17);
    put(at + 8, 24, 4);
    map_put(at + 16, 0, 0x100000, 0x7f00000, 1);
    map_put(at + 16, 1, 0x400000, 0x1000, 4);
    at = tag(at, 6, 16 + 2 * 24);
    new = at + 8;
    at = tag(at, 15, 44);
    old = at + 8;
    at = tag(at, 14, 28);
    at = tag(at, 0, 8);
    put(0x100, at - 0x100, 4);
    check(bootinfo_read(&phys, BOOTINFO_MULTIBOOT2, 0x100, &info) == NULL && !info.segments,
          "tags");
    check(info.cmdline == 0x110 && info.rsdp == new &&old != new, "command line; the newer RSDP");
    check(ranges_contain(&info.keep, 0x900000, 0x905000) && ranges_contain(&info.keep, 0x100, at),
          "kept");
    check(bootinfo_ram(&phys, &info, &ram) == NULL && ram.count == 2 && ram.range[1].start == 0x401000,
          "map");
    put(0x10c, 4, 4); // a tag shorter than its head
    check(bootinfo_read(&phys, BOOTINFO_MULTIBOOT2, 0x100, &info) != NULL, "a tag without length");
    put(0x10c, 0x10000, 4);
    check(bootinfo_read(&phys, BOOTINFO_MULTIBOOT2, 0x100, &info) != NULL, "a tag beyond the end");
}

// A map without an entry is none.
static void test_multiboot2_empty_map(void)
{
    uint32_t at = 0x108;

    memset(memory, 0, sizeof memory);
    put(at + 8, 24, 4);
    at = tag(at, 6, 16);
    at = tag(at, 0, 8);
    put(0x100, at - 0x100, 4);
    check(bootinfo_read(&phys, BOOTINFO_MULTIBOOT2, 0x100, &info) != NULL, "an empty map");
}

int main(void)
{
    test_pvh();
    test_multiboot2();
    test_multiboot2_empty_map();
    printf("done %u\n", done);
    return failed != 0;
}
