// SPDX-License-Identifier: BSD-2-Clause
// image_check.c: holds an image against the rules of the boot loaders.
//
// image_file_open has checked the bounds of what it located. The file may still be anything else, so
// whatever is read here beyond that (PT_DYNAMIC, note contents) is checked before it is followed.
#include "tools/torito/image_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MULTIBOOT1_MAGIC 0x1badb002u
#define MULTIBOOT1_SEARCH 8192u
#define MULTIBOOT2_MAGIC 0xe85250d6u
#define MULTIBOOT2_SEARCH 32768u
#define MULTIBOOT2_TAG_ADDRESS 2u
#define MULTIBOOT2_TAG_ENTRY 3u
#define LOW_MEMORY_END 0x100000u
#define PVH_NOTE_TYPE 18u // XEN_ELFNOTE_PHYS32_ENTRY

// A rule's answer when it is broken: one sentence in `why`, and false.
static bool broken(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool broken(char *why, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vsnprintf(why, IMAGE_WHY_BYTES, format, list);
    va_end(list);
    return false;
}

static bool range_inside(uint64_t offset, uint64_t bytes, uint64_t size)
{
    return offset <= size && bytes <= size - offset;
}

static uint32_t read_u32(const uint8_t *from)
{
    uint32_t value;

    memcpy(&value, from, sizeof(value));
    return value;
}

const Elf64_Phdr *image_kernel_segment(const struct image_file *image)
{
    for (uint32_t i = 0; i < image->phdr_count; i++)
        if (image->phdr[i].p_type == PT_LOAD &&
            image->phdr[i].p_offset == image->header->kernel_offset)
            return &image->phdr[i];
    return NULL;
}

// Finds a note in one PT_NOTE segment: its descriptor, or NULL. The names looked for ("GNU", "Xen")
// have four bytes, so the descriptor follows them directly.
static const uint8_t *note_find(const struct image_file *image, const Elf64_Phdr *segment,
                                const char name[4], uint32_t type, size_t *bytes)
{
    const uint8_t *notes = image->bytes + segment->p_offset;
    uint64_t align = segment->p_align == 8 ? 8 : 4;
    uint64_t at = 0;
    Elf64_Nhdr note;

    while (range_inside(at, sizeof(note), segment->p_filesz)) {
        uint64_t padded;

        memcpy(&note, notes + at, sizeof(note));
        padded = sizeof(note) + (((uint64_t)note.n_namesz + align - 1) & ~(align - 1)) +
                 (((uint64_t)note.n_descsz + align - 1) & ~(align - 1));
        if (!range_inside(at, padded, segment->p_filesz))
            return NULL;
        if (note.n_type == type && note.n_namesz == 4 &&
            memcmp(notes + at + sizeof(note), name, 4) == 0) {
            *bytes = note.n_descsz;
            return notes + at + sizeof(note) + 4;
        }
        at += padded;
    }
    return NULL;
}

const uint8_t *image_build_id(const struct image_file *image, size_t *bytes)
{
    const uint8_t *id = NULL;

    for (uint32_t i = 0; i < image->phdr_count && id == NULL; i++)
        if (image->phdr[i].p_type == PT_NOTE)
            id = note_find(image, &image->phdr[i], "GNU", NT_GNU_BUILD_ID, bytes);
    return id;
}

const uint8_t *image_multiboot2(const struct image_file *image)
{
    size_t end = image->size < MULTIBOOT2_SEARCH ? image->size : MULTIBOOT2_SEARCH;

    for (size_t at = 0; at + 16 <= end; at += 8) {
        const uint8_t *header = image->bytes + at;
        uint32_t bytes = read_u32(header + 8);

        if (read_u32(header) == MULTIBOOT2_MAGIC && read_u32(header + 4) == 0 &&
            MULTIBOOT2_MAGIC + bytes + read_u32(header + 12) == 0 && range_inside(at, bytes, end))
            return header;
    }
    return NULL;
}

// Tags follow the header's 16 bytes, each aligned to 8: type, flags, size in bytes; type 0 ends them.
// NULL if there is none of the type, or it is shorter than `wanted`.
static const uint8_t *multiboot2_tag(const uint8_t *header, uint32_t type, uint32_t wanted)
{
    uint32_t bytes = read_u32(header + 8);
    uint32_t size;

    for (uint32_t at = 16; at + 8 <= bytes; at += (size + 7) & ~7u) {
        uint32_t found = read_u32(header + at) & 0xffff;

        size = read_u32(header + at + 4);
        if (size < 8 || size > bytes - at || found == 0)
            return NULL;
        if (found == type)
            return size >= wanted ? header + at : NULL;
    }
    return NULL;
}

static bool rule_interpreter(const struct image_file *image, char *why)
{
    for (uint32_t i = 0; i < image->phdr_count; i++)
        if (image->phdr[i].p_type == PT_INTERP)
            return broken(why, "it asks for a dynamic linker, which no image has; drop "
                               "--dynamic-linker from the link");
    return true;
}

// A name in the dynamic string table, which lies in the first segment: there, addresses are file
// offsets.
static const char *dynamic_string(const struct image_file *image, uint64_t table, uint64_t at)
{
    if (table >= image->size || at >= image->size - table ||
        memchr(image->bytes + table + at, '\0', image->size - table - at) == NULL)
        return "(unreadable name)";
    return (const char *)(image->bytes + table + at);
}

static bool segment_needs_nothing(const struct image_file *image, const Elf64_Phdr *segment, char *why)
{
    const Elf64_Dyn *entry;
    size_t count = segment->p_filesz / sizeof(*entry);
    uint64_t strings = 0;

    if (segment->p_offset % 8 != 0 ||
        !range_inside(segment->p_offset, segment->p_filesz, image->size))
        return broken(why, "its dynamic section lies outside of the file; link it again");
    entry = (const void *)(image->bytes + segment->p_offset);
    for (size_t i = 0; i < count; i++)
        if (entry[i].d_tag == DT_STRTAB)
            strings = entry[i].d_un.d_ptr;
    for (size_t i = 0; i < count; i++)
        if (entry[i].d_tag == DT_NEEDED)
            return broken(why,
                          "it needs the shared library %s, which no image can load; link the "
                          "static library (.a) instead",
                          dynamic_string(image, strings, entry[i].d_un.d_val));
    return true;
}

static bool rule_needed(const struct image_file *image, char *why)
{
    for (uint32_t i = 0; i < image->phdr_count; i++)
        if (image->phdr[i].p_type == PT_DYNAMIC && !segment_needs_nothing(image, &image->phdr[i], why))
            return false;
    return true;
}

static bool rule_kernel(const struct image_file *image, char *why)
{
    const Elf64_Phdr *segment = image_kernel_segment(image);

    if (image->kernel->version != IMAGE_VERSION)
        return broken(why,
                      "its kernel is of version %u, these tools are for version %u; link it "
                      "again with the libtorito.a beside them",
                      image->kernel->version, IMAGE_VERSION);
    if (image->kernel->bytes > IMAGE_PAYLOAD_PHYS - IMAGE_KERNEL_PHYS ||
        image->kernel->text_bytes > image->kernel->bytes)
        return broken(why,
                      "its kernel of %u bytes does not fit between 2 and 4 MiB; build Torito "
                      "again",
                      image->kernel->bytes);
    // Its zeroed data are in the file: whoever loads the file as it is must make room for them.
    if (segment == NULL || segment->p_paddr != IMAGE_KERNEL_PHYS ||
        segment->p_filesz < image->kernel->bytes ||
        image->kernel->bytes < image->header->kernel_bytes)
        return broken(why, "no segment loads its kernel at 2 MiB; leave the linker script to "
                           "mpicc");
    return true;
}

const Elf64_Phdr *image_entry_segment(const struct image_file *image)
{
    for (uint32_t i = 0; i < image->phdr_count; i++)
        if (image->phdr[i].p_type == PT_LOAD && image->phdr[i].p_vaddr == image->ehdr->e_entry &&
            image->phdr[i].p_vaddr >= image->header->bss_end)
            return &image->phdr[i];
    return NULL;
}

bool image_linux_boot(const struct image_file *image)
{
    const Elf64_Phdr *segment = image_entry_segment(image);

    return segment != NULL && segment->p_paddr == segment->p_vaddr;
}

#define ENTRY_TEST \
    "\x8c\xc8\xa8\x03\x75\x17" // mov %cs, %eax; test $3, %al; jnz, over the first jump
#define ENTRY_TEST_BYTES 6u
#define ENTRY_JUMP_BYTES 23u

// Do the instructions at address `at` jump to `target`? lea 0(%rip), %r11; movabs $distance, %r10;
// add %r10, %r11; jmp *%r11.
static bool jump_leads_to(const uint8_t *code, uint64_t at, uint64_t target)
{
    uint64_t distance;

    memcpy(&distance, code + 9, sizeof distance);
    return memcmp(code, "\x4c\x8d\x1d\0\0\0\0\x49\xba", 9) == 0 &&
           memcmp(code + 17, "\x4d\x01\xd3\x41\xff\xe3", 6) == 0 && at + 7 + distance == target;
}

// rust-vmm's loader refuses a file whose e_entry is below 1 MiB, and enters there if it does not use PVH. So
// e_entry is code in a page of its own (image.ld) that looks at the privilege level and jumps: for a boot
// loader by physical addresses, for a process by virtual ones.
static bool rule_entry(const struct image_file *image, char *why)
{
    const Elf64_Phdr *segment = image_entry_segment(image);
    uint64_t kernel = image->kernel->elf_entry, at = image->ehdr->e_entry + ENTRY_TEST_BYTES;
    const uint8_t *code;

    if (segment == NULL || image->ehdr->e_entry < LOW_MEMORY_END ||
        segment->p_filesz < ENTRY_TEST_BYTES + 2 * ENTRY_JUMP_BYTES || !(segment->p_flags & PF_X) ||
        kernel >= image->kernel->text_bytes)
        return broken(
            why,
            "its entry point %#llx is not the page that leads into the kernel; drop -e and "
            "--entry from the link",
            (unsigned long long)image->ehdr->e_entry);
    code = image->bytes + segment->p_offset;
    if (memcmp(code, ENTRY_TEST, ENTRY_TEST_BYTES) != 0 ||
        !jump_leads_to(code + ENTRY_TEST_BYTES, at, IMAGE_KERNEL_PHYS + kernel) ||
        !jump_leads_to(code + ENTRY_TEST_BYTES + ENTRY_JUMP_BYTES, at + ENTRY_JUMP_BYTES,
                       image->header->kernel_offset + kernel))
        return broken(why,
                      "its entry point does not lead into the kernel; leave the linker script to "
                      "mpicc");
    return true;
}

// QEMU finds the note only in a segment aligned to 4; rust-vmm's loader lets each PT_NOTE overwrite
// what the one before it said. So the last one must hold it, aligned to 4.
static bool rule_pvh(const struct image_file *image, char *why)
{
    const uint8_t *descriptor = NULL;
    size_t bytes = 0;

    for (uint32_t i = 0; i < image->phdr_count; i++)
        if (image->phdr[i].p_type == PT_NOTE)
            descriptor = image->phdr[i].p_align == 4
                             ? note_find(image, &image->phdr[i], "Xen", PVH_NOTE_TYPE, &bytes)
                             : NULL;
    if (descriptor == NULL || bytes < 4)
        return broken(why, "its last PT_NOTE, aligned to 4, holds no PVH entry, so QEMU could not "
                           "boot it; leave the linker script to mpicc");
    if (read_u32(descriptor) != IMAGE_KERNEL_PHYS + image->kernel->pvh_entry)
        return broken(why,
                      "its PVH entry %#x is not the kernel's; leave the linker script to "
                      "mpicc",
                      read_u32(descriptor));
    return true;
}

// The address tag's four words follow its head: of the header, of the first byte loaded, behind the last, and
// behind .bss. GRUB then loads the file as it is, and the kernel must come to lie where it is linked.
static bool addresses_right(const struct image_file *image, const uint8_t *header, const uint8_t *tag)
{
    uint64_t start = read_u32(tag + 12), end = read_u32(tag + 16);

    if (start < LOW_MEMORY_END || start + image->header->kernel_offset != IMAGE_KERNEL_PHYS ||
        read_u32(tag + 8) != start + (uint64_t)(header - image->bytes) || end < start ||
        end - start > image->size || read_u32(tag + 20) != 0)
        return false;
    for (uint32_t i = 0; i < image->phdr_count; i++)
        if (image->phdr[i].p_type == PT_LOAD && &image->phdr[i] != image_entry_segment(image) &&
            image->phdr[i].p_offset + image->phdr[i].p_filesz > end - start)
            return false;
    return true;
}

static bool rule_multiboot2(const struct image_file *image, char *why)
{
    const uint8_t *header = image_multiboot2(image);
    const uint8_t *address, *entry;

    if (header == NULL)
        return broken(why, "it has no multiboot2 header in its first 32 KiB, aligned to 8 and with "
                           "a right checksum, so GRUB could not boot it; leave the linker script "
                           "to mpicc");
    address = multiboot2_tag(header, MULTIBOOT2_TAG_ADDRESS, 24);
    entry = multiboot2_tag(header, MULTIBOOT2_TAG_ENTRY, 12);
    if (address == NULL || !addresses_right(image, header, address))
        return broken(why,
                      "its multiboot2 header does not tell GRUB to load all of it, the kernel at "
                      "2 MiB; leave the linker script and section addresses to mpicc");
    if (entry == NULL || read_u32(entry + 8) != IMAGE_KERNEL_PHYS + image->kernel->mb2_entry)
        return broken(why, "its multiboot2 entry is not the kernel's; leave the linker script to "
                           "mpicc");
    return true;
}

// QEMU tries multiboot1 before PVH, and then refuses the file for being 64-bit.
static bool rule_multiboot1(const struct image_file *image, char *why)
{
    size_t end = image->size < MULTIBOOT1_SEARCH ? image->size : MULTIBOOT1_SEARCH;

    for (size_t at = 0; at + 12 <= end; at += 4) {
        const uint8_t *header = image->bytes + at;

        if (read_u32(header) == MULTIBOOT1_MAGIC &&
            MULTIBOOT1_MAGIC + read_u32(header + 4) + read_u32(header + 8) == 0)
            return broken(why,
                          "a multiboot1 header at offset %zu makes QEMU refuse it; link without "
                          "the object that brings it",
                          at);
    }
    return true;
}

static bool segments_overlap(const Elf64_Phdr *a, const Elf64_Phdr *b)
{
    return a->p_type == PT_LOAD && b->p_type == PT_LOAD && a->p_memsz != 0 && b->p_memsz != 0 &&
           a->p_paddr < b->p_paddr + b->p_memsz && b->p_paddr < a->p_paddr + a->p_memsz;
}

static bool rule_memory(const struct image_file *image, char *why)
{
    for (uint32_t i = 0; i < image->phdr_count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (segments_overlap(&image->phdr[i], &image->phdr[k]))
                return broken(why,
                              "its segments %u and %u overlap in physical memory; leave the linker "
                              "script and section addresses to mpicc",
                              k, i);
    return true;
}

static bool rule_payload(const struct image_file *image, char *why)
{
    const struct image_header *header = image->header;

    for (uint32_t i = 0; i < image->phdr_count; i++) {
        const Elf64_Phdr *segment = &image->phdr[i];

        if (segment->p_type != PT_LOAD || segment->p_filesz == 0 ||
            segment == image_kernel_segment(image) || segment == image_entry_segment(image))
            continue;
        if ((segment->p_vaddr - segment->p_offset) % 4096 != 0 ||
            segment->p_paddr != IMAGE_PAYLOAD_PHYS + segment->p_vaddr ||
            segment->p_vaddr + segment->p_filesz > header->bss_start)
            return broken(why,
                          "its segment %u does not lie where the kernel looks for it; drop -T, -z "
                          "and section addresses from the link",
                          i);
    }
    if (header->payload_start == 0 || header->payload_start >= header->bss_start)
        return broken(why, "it has no _start of its own; drop -nostartfiles from the link");
    return true;
}

bool image_check(const struct image_file *image, char why[static IMAGE_WHY_BYTES])
{
    static bool (*const rules[])(const struct image_file *, char *) = {
        rule_interpreter, rule_needed,     rule_kernel, rule_entry,   rule_pvh,
        rule_multiboot2,  rule_multiboot1, rule_memory, rule_payload,
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (!rules[i](image, why))
            return false;
    return true;
}
