// SPDX-License-Identifier: BSD-2-Clause
// bootinfo.c: PVH (Xen's docs/misc/pvh and start_info.h) and multiboot2 (specification 1.6, 3.4-3.6).
#include "machine/pc/bootinfo.h"
#include <stddef.h>

#define MAP_ENTRIES_MAX 512u
#define MODULES_MAX 16u
#define TAGS_MAX 256u
#define CMDLINE_BYTES 0x10000u // kept for the command line, whatever its length
#define MAP_TYPE_RAM 1u
#define PAGE 4096u

struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, cmdline, rsdp;
    uint64_t map; // from here on version 1
    uint32_t map_count, reserved;
};

struct start_module {
    uint64_t start, bytes, cmdline, reserved;
};

struct map_entry { // the same in PVH, multiboot2 and E820
    uint64_t start, bytes;
    uint32_t type, reserved;
};

struct tag {
    uint32_t type, bytes;
};

enum {
    TAG_END = 0,
    TAG_CMDLINE = 1,
    TAG_MODULE = 3,
    TAG_MAP = 6,
    TAG_ACPI_OLD = 14,
    TAG_ACPI_NEW = 15
};

static void keep(struct bootinfo *info, uint64_t start, uint64_t bytes)
{
    if (start + bytes > start)
        ranges_add(&info->keep, start / PAGE * PAGE, (start + bytes + PAGE - 1) / PAGE * PAGE);
}

static const char *pvh_read(const struct phys *phys, uint64_t address, struct bootinfo *info)
{
    struct start_info start;

    if (!phys->read(phys, address, &start, sizeof start) || start.magic != BOOTINFO_PVH)
        return "the PVH start_info is damaged";
    if (start.version < 1 || !start.map || !start.map_count)
        return "the PVH start_info has no memory map";
    info->pvh = true;
    info->cmdline = start.cmdline;
    info->rsdp = start.rsdp;
    info->map = start.map;
    info->map_count = start.map_count;
    info->map_stride = sizeof(struct map_entry);
    keep(info, address, sizeof start);
    keep(info, start.map, (uint64_t)start.map_count * sizeof(struct map_entry));
    if (start.cmdline)
        keep(info, start.cmdline, CMDLINE_BYTES);
    for (uint32_t i = 0; i < start.module_count && i < MODULES_MAX; i++) {
        struct start_module module;

        if (phys->read(phys, start.modules + i * sizeof module, &module, sizeof module))
            keep(info, module.start, module.bytes);
    }
    return NULL;
}

static void tag_read(const struct phys *phys, uint64_t at, struct tag tag, struct bootinfo *info)
{
    uint32_t word[2];

    switch (tag.type) {
    case TAG_CMDLINE:
        info->cmdline = at + sizeof tag;
        break;
    case TAG_MODULE:
        if (phys->read(phys, at + sizeof tag, word, sizeof word) && word[1] > word[0])
            keep(info, word[0], word[1] - word[0]);
        break;
    case TAG_MAP: // entry size, version, entries
        if (tag.bytes < 16 || !phys->read(phys, at + sizeof tag, word, sizeof word) ||
            word[0] < sizeof(struct map_entry))
            break;
        info->map = at + 16;
        info->map_stride = word[0];
        info->map_count = (tag.bytes - 16) / word[0];
        break;
    case TAG_ACPI_OLD:
        if (!info->rsdp)
            info->rsdp = at + sizeof tag;
        break;
    case TAG_ACPI_NEW: // has the 64-bit table: preferred
        info->rsdp = at + sizeof tag;
        break;
    default:
        break;
    }
}

static const char *multiboot2_read(const struct phys *phys, uint64_t address, struct bootinfo *info)
{
    uint32_t total;
    uint64_t at = address + 8;

    if (!phys->read(phys, address, &total, sizeof total) || total < 16)
        return "the multiboot2 information is damaged";
    keep(info, address, total);
    for (uint32_t i = 0; i < TAGS_MAX && at + sizeof(struct tag) <= address + total; i++) {
        struct tag tag;

        if (!phys->read(phys, at, &tag, sizeof tag) || tag.bytes < sizeof tag ||
            tag.bytes > address + total - at)
            return "the multiboot2 information is damaged";
        if (tag.type == TAG_END)
            break;
        tag_read(phys, at, tag, info);
        at += (tag.bytes + 7ull) & ~7ull;
    }
    return info->map ? NULL : "the multiboot2 information has no memory map";
}

const char *bootinfo_read(const struct phys *phys, uint32_t magic, uint64_t address,
                          struct bootinfo *info)
{
    *info = (struct bootinfo){.pvh = false};
    if (magic == BOOTINFO_PVH)
        return pvh_read(phys, address, info);
    if (magic == BOOTINFO_MULTIBOOT2)
        return multiboot2_read(phys, address, info);
    return "started by an unknown boot protocol";
}

const char *bootinfo_ram(const struct phys *phys, const struct bootinfo *info, struct ranges *ram)
{
    ram->count = 0;
    // Two passes: whatever else claims an address wins over "usable".
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < info->map_count && i < MAP_ENTRIES_MAX; i++) {
            struct map_entry entry;
            uint64_t end;

            if (!phys->read(phys, info->map + (uint64_t)i * info->map_stride, &entry, sizeof entry))
                return "the memory map cannot be read";
            end = entry.start + entry.bytes;
            if (end < entry.start)
                end = UINT64_MAX / PAGE * PAGE;
            if (pass == 0 && entry.type == MAP_TYPE_RAM)
                ranges_add(ram, (entry.start + PAGE - 1) / PAGE * PAGE, end / PAGE * PAGE);
            else if (pass == 1 && entry.type != MAP_TYPE_RAM && entry.bytes)
                ranges_remove(ram, entry.start / PAGE * PAGE, (end + PAGE - 1) / PAGE * PAGE);
        }
    return ram->count ? NULL : "the memory map shows no usable memory";
}
