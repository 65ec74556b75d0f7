// SPDX-License-Identifier: BSD-2-Clause
// bootinfo.c: PVH (Xen's docs/misc/pvh and start_info.h), multiboot2 (specification 1.6, 3.4-3.6), and the
// Linux boot protocol's zero page (<asm/bootparam.h>, Documentation/x86/zero-page.rst).
#include "machine/pc/bootinfo.h"
#include <asm/bootparam.h>
#include <stddef.h>

#define MAP_ENTRIES_MAX 512u
#define MODULES_MAX 16u
#define TAGS_MAX 256u
#define CMDLINE_BYTES 0x10000u // kept for the command line, whatever its length
#define MAP_TYPE_RAM 1u
#define PAGE 4096u
#define ZERO_PAGE_MAGIC 0x53726448u // "HdrS"

struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, cmdline, rsdp;
    uint64_t map; // from here on version 1
    uint32_t map_count, reserved;
};

struct start_module {
    uint64_t start, bytes, cmdline, reserved;
};

#define MAP_ENTRY_BYTES 20u
#define MAP_STRIDE 24u

struct map_entry { // the same in PVH, multiboot2 and E820
    uint64_t start, bytes;
    uint32_t type;
    // and, except in E820, four bytes reserved
};

struct tag {
    uint32_t type, bytes;
};

enum {
    TAG_END = 0,
    TAG_CMDLINE = 1,
    TAG_MODULE = 3,
    TAG_MAP = 6,
    TAG_SCREEN = 8,
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
    info->segments = true;
    info->cmdline = start.cmdline;
    info->rsdp = start.rsdp;
    info->map = start.map;
    info->map_count = start.map_count;
    info->map_stride = MAP_STRIDE;
    keep(info, address, sizeof start);
    keep(info, start.map, (uint64_t)start.map_count * MAP_STRIDE);
    if (start.cmdline)
        keep(info, start.cmdline, CMDLINE_BYTES);
    for (uint32_t i = 0; i < start.module_count && i < MODULES_MAX; i++) {
        struct start_module module;

        if (phys->read(phys, start.modules + i * sizeof module, &module, sizeof module))
            keep(info, module.start, module.bytes);
    }
    return NULL;
}

// Multiboot2 3.6.12: address, pitch, width and height in characters, bits, type; 2 is EGA text.
static void screen_read(const struct phys *phys, uint64_t at, struct bootinfo *info)
{
    struct {
        uint64_t address;
        uint32_t pitch, width, height;
        uint8_t bits, type;
    } screen;

    if (phys->read(phys, at, &screen, 22) && screen.type == 2 && screen.bits == 16 &&
        screen.address < 0x100000 && screen.pitch == 2 * screen.width && screen.width <= 256 &&
        screen.height <= 256) {
        info->screen = screen.address;
        info->screen_columns = screen.width;
        info->screen_rows = screen.height;
    }
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
            word[0] < MAP_ENTRY_BYTES)
            break;
        info->map = at + 16;
        info->map_stride = word[0];
        info->map_count = (tag.bytes - 16) / word[0];
        break;
    case TAG_SCREEN:
        screen_read(phys, at + sizeof tag, info);
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
    return info->map_count ? NULL : "the multiboot2 information has no memory map";
}

static uint32_t zero_page_word(const struct phys *phys, uint64_t at, size_t offset)
{
    uint32_t word = 0;

    return phys->read(phys, at + offset, &word, sizeof word) ? word : 0;
}

#define ZERO_PAGE_WORD(phys, at, field) \
    zero_page_word(phys, at, offsetof(struct boot_params, field))

static const char *zero_page_read(const struct phys *phys, uint64_t address, struct bootinfo *info)
{
    uint64_t disk, disk_bytes;
    uint8_t entries;

    if (ZERO_PAGE_WORD(phys, address, hdr.header) != ZERO_PAGE_MAGIC ||
        !phys->read(phys, address + offsetof(struct boot_params, e820_entries), &entries, 1) ||
        entries > E820_MAX_ENTRIES_ZEROPAGE)
        return "the zero page of the Linux boot protocol is damaged";
    if (!entries)
        return "the zero page has no memory map";
    info->segments = true;
    info->cmdline = ZERO_PAGE_WORD(phys, address, hdr.cmd_line_ptr) |
                    (uint64_t)ZERO_PAGE_WORD(phys, address, ext_cmd_line_ptr) << 32;
    phys->read(phys, address + offsetof(struct boot_params, acpi_rsdp_addr), &info->rsdp,
               sizeof info->rsdp);
    info->map = address + offsetof(struct boot_params, e820_table);
    info->map_count = entries;
    info->map_stride = sizeof(struct boot_e820_entry);
    keep(info, address, sizeof(struct boot_params));
    if (info->cmdline)
        keep(info, info->cmdline, CMDLINE_BYTES);
    disk = ZERO_PAGE_WORD(phys, address, hdr.ramdisk_image) |
           (uint64_t)ZERO_PAGE_WORD(phys, address, ext_ramdisk_image) << 32;
    disk_bytes = ZERO_PAGE_WORD(phys, address, hdr.ramdisk_size) |
                 (uint64_t)ZERO_PAGE_WORD(phys, address, ext_ramdisk_size) << 32;
    if (disk && disk_bytes)
        keep(info, disk, disk_bytes);
    return NULL;
}

const char *bootinfo_read(const struct phys *phys, uint32_t magic, uint64_t address,
                          struct bootinfo *info)
{
    *info = (struct bootinfo){.segments = false};
    if (magic == BOOTINFO_PVH)
        return pvh_read(phys, address, info);
    if (magic == BOOTINFO_MULTIBOOT2)
        return multiboot2_read(phys, address, info);
    if (magic == BOOTINFO_LINUX)
        return zero_page_read(phys, address, info);
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

            if (!phys->read(phys, info->map + (uint64_t)i * info->map_stride, &entry, MAP_ENTRY_BYTES))
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
