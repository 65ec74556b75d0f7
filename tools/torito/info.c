// SPDX-License-Identifier: BSD-2-Clause
// info.c: `torito info IMAGE...`.
#include "tools/torito/info.h"

#include <stdio.h>
#include <string.h>

#include "tools/common/image_file.h"
#include "tools/torito/image_check.h"

static const char *const usage =
    "Usage: torito info IMAGE...\n"
    "Prints what each image holds: its entries, its kernel, its program, its segments, and on "
    "which\n"
    "machines it can start. The status is 1 if a file is no image or breaks a rule of one.\n";

// A size as people read it, beside the bytes.
static void print_size(const char *label, uint64_t bytes, const char *remark)
{
    printf("  %-12s %10llu bytes", label, (unsigned long long)bytes);
    if (bytes >= 1 << 20)
        printf(" (%.1f MiB)", (double)bytes / (1 << 20));
    else if (bytes >= 1 << 10)
        printf(" (%.1f KiB)", (double)bytes / (1 << 10));
    printf("%s%s\n", remark[0] != '\0' ? ", " : "", remark);
}

static void print_kernel(const struct image_file *image)
{
    const struct kernel_header *kernel = image->kernel;
    char memory[64];

    printf("kernel, version %u\n", kernel->version);
    snprintf(memory, sizeof(memory), "%u in memory", kernel->bytes);
    print_size("in the file", image->header->kernel_bytes, memory);
    print_size("text", kernel->text_bytes, "");
    print_size("rodata", kernel->rodata_bytes, "");
}

static void print_program(const struct image_file *image)
{
    const struct image_header *header = image->header;
    const Elf64_Phdr *kernel = image_kernel_segment(image);
    uint64_t text = 0, rodata = 0, data = 0, zeroed = header->bss_end - header->bss_start;

    for (uint32_t i = 0; i < image->phdr_count; i++) {
        const Elf64_Phdr *segment = &image->phdr[i];

        if (segment->p_type != PT_LOAD || segment == kernel || segment == image_entry_segment(image))
            continue;
        if (segment->p_flags & PF_W)
            data += segment->p_filesz;
        else if (segment->p_flags & PF_X)
            text += segment->p_filesz;
        else
            rodata += segment->p_filesz;
    }
    printf("program (static, position independent), one copy in memory for each rank\n");
    print_size("text", text, "");
    print_size("rodata", rodata, "headers and relocations included");
    print_size("data", data, "");
    print_size("bss", zeroed, "not in the file");
}

static void print_entries(const struct image_file *image)
{
    printf("entries\n");
    printf("  %-12s %#llx (from where Linux puts the image)\n", "process",
           (unsigned long long)image->ehdr->e_entry);
    if (image_linux_boot(image))
        printf("  %-12s %#llx (physical), in 64-bit mode\n", "Linux boot",
               (unsigned long long)image->ehdr->e_entry);
    if (image->pvh)
        printf("  %-12s %#x (physical)\n", "PVH", image->pvh_entry);
    if (image_multiboot2(image) != NULL)
        printf("  %-12s %#llx (physical), header at offset %#zx\n", "multiboot2",
               (unsigned long long)IMAGE_KERNEL_PHYS + image->kernel->mb2_entry,
               (size_t)(image_multiboot2(image) - image->bytes));
}

static const char *segment_name(uint32_t type, char other[16])
{
    static const struct {
        uint32_t type;
        const char *name;
    } names[] = {
        {PT_LOAD, "LOAD"},
        {PT_DYNAMIC, "DYNAMIC"},
        {PT_INTERP, "INTERP"},
        {PT_NOTE, "NOTE"},
        {PT_TLS, "TLS"},
        {PT_PHDR, "PHDR"},
        {PT_GNU_STACK, "STACK"},
        {PT_GNU_RELRO, "RELRO"},
        {PT_GNU_EH_FRAME, "UNWIND"},
        {PT_GNU_PROPERTY, "PROPERTY"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].type == type)
            return names[i].name;
    snprintf(other, 16, "%#x", type);
    return other;
}

static void print_segments(const struct image_file *image)
{
    printf("segments        offset     virtual    physical        file      memory  align\n");
    for (uint32_t i = 0; i < image->phdr_count; i++) {
        const Elf64_Phdr *segment = &image->phdr[i];
        char other[16];

        printf("  %-8s %c%c%c %#9llx  %#10llx  %#10llx  %10llu  %10llu  %#5llx%s\n",
               segment_name(segment->p_type, other), segment->p_flags & PF_R ? 'r' : '-',
               segment->p_flags & PF_W ? 'w' : '-', segment->p_flags & PF_X ? 'x' : '-',
               (unsigned long long)segment->p_offset, (unsigned long long)segment->p_vaddr,
               (unsigned long long)segment->p_paddr, (unsigned long long)segment->p_filesz,
               (unsigned long long)segment->p_memsz, (unsigned long long)segment->p_align,
               segment == image_kernel_segment(image)  ? "  kernel"
               : segment == image_entry_segment(image) ? "  entry"
                                                       : "");
    }
}

static void print_build_id(const struct image_file *image)
{
    size_t bytes = 0;
    const uint8_t *id = image_build_id(image, &bytes);

    printf("build-id        ");
    for (size_t i = 0; id != NULL && i < bytes; i++)
        printf("%02x", id[i]);
    printf("%s\n", id == NULL ? "none" : "");
}

static void print_machines(void)
{
    printf("starts on\n"
           "  linux        a process of Linux x86-64\n"
           "  microvm      QEMU -M microvm, by its PVH entry\n"
           "  q35          QEMU -M q35 and -M pc, by its PVH entry\n"
           "  GRUB 2       a PC with BIOS or UEFI, by its multiboot2 header\n"
           "  other VMMs   by PVH, untried: Firecracker 1.12 and later, Cloud Hypervisor\n");
}

static int info_print(const char *path)
{
    char error[IMAGE_FILE_ERROR_BYTES];
    char why[IMAGE_WHY_BYTES];
    struct image_file image;
    bool good;

    if (image_file_open(&image, path, error) != IMAGE_FILE_GOOD) {
        fprintf(stderr, "torito: %s\n", error);
        return 1;
    }
    good = image_check(&image, why);
    printf("%s: Torito image, version %u\n", path, image.header->version);
    print_size("file", image.size, "");
    print_kernel(&image);
    print_program(&image);
    print_entries(&image);
    print_segments(&image);
    print_build_id(&image);
    if (good)
        print_machines();
    else
        fprintf(stderr, "torito: \"%s\" breaks a rule of images: %s\n", path, why);
    image_file_close(&image);
    return good ? 0 : 1;
}

int info_command(int argc, char *argv[])
{
    int status = 0;

    if (argc < 2) {
        fputs(usage, stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        if (i > 1)
            putchar('\n');
        status |= info_print(argv[i]);
    }
    return status;
}
