// SPDX-License-Identifier: BSD-2-Clause
// image_check_test.c: breaks each rule in turn in an image made up here, and then anything at random.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/torito/image_check.h"

#define PAGE 4096u
#define KERNEL_AT (1 * PAGE)
#define DATA_AT (2 * PAGE)
#define ENTRY_AT (3 * PAGE)
#define ENTRY (IMAGE_PAYLOAD_PHYS + 4 * PAGE) // its address
#define LOADED_BYTES (3 * PAGE)
#define IMAGE_BYTES (4 * PAGE)
#define RANDOM_CASES 20000

// A file with every part of an image and nothing else: headers, one page of kernel, one of data.
struct picture {
    Elf64_Ehdr elf;
    Elf64_Phdr segment[6];
    struct image_header header;
    uint32_t multiboot2[16];
    uint32_t pvh_note[5];
    uint32_t build_id_note[5];
    char strings[16];
    uint32_t spare[16];
    unsigned char rest[];
};

enum { HEADERS, KERNEL, DATA, ENTRY_PAGE, DYNAMIC, NOTE };

static union {
    struct picture picture;
    unsigned char bytes[IMAGE_BYTES];
} file;

static struct kernel_header *kernel(void)
{
    return (void *)(file.bytes + KERNEL_AT);
}

static Elf64_Dyn *dynamic(void)
{
    return (void *)(file.bytes + DATA_AT);
}

static Elf64_Phdr segment(uint32_t type, uint64_t offset, uint64_t bytes, uint64_t physical)
{
    return (Elf64_Phdr){.p_type = type,
                        .p_flags = PF_R,
                        .p_offset = offset,
                        .p_vaddr = offset,
                        .p_paddr = physical,
                        .p_filesz = bytes,
                        .p_memsz = bytes,
                        .p_align = PAGE};
}

static void picture_segments(struct picture *p)
{
    p->segment[HEADERS] = segment(PT_LOAD, 0, sizeof(*p), IMAGE_PAYLOAD_PHYS);
    p->segment[KERNEL] = segment(PT_LOAD, KERNEL_AT, PAGE, IMAGE_KERNEL_PHYS);
    p->segment[DATA] = segment(PT_LOAD, DATA_AT, PAGE, IMAGE_PAYLOAD_PHYS + DATA_AT);
    p->segment[ENTRY_PAGE] = segment(PT_LOAD, ENTRY_AT, PAGE, ENTRY);
    p->segment[ENTRY_PAGE].p_vaddr = ENTRY;
    p->segment[ENTRY_PAGE].p_flags |= PF_X;
    p->segment[DYNAMIC] = segment(PT_DYNAMIC, DATA_AT, 4 * sizeof(Elf64_Dyn), 0);
    p->segment[NOTE] =
        segment(PT_NOTE, offsetof(struct picture, pvh_note), sizeof(p->pvh_note) * 2, 0);
    p->segment[NOTE].p_align = 4;
}

// A jump from ENTRY + `at` to `target`, as image.ld writes it.
static void jump_make(unsigned char *code, uint64_t at, uint64_t target)
{
    uint64_t distance = target - (ENTRY + at + 7);

    memcpy(code + at, "\x4c\x8d\x1d\0\0\0\0\x49\xba", 9);
    memcpy(code + at + 9, &distance, 8);
    memcpy(code + at + 17, "\x4d\x01\xd3\x41\xff\xe3", 6);
}

static void entry_make(unsigned char *code)
{
    memcpy(code, "\x8c\xc8\xa8\x03\x75\x17", 6);
    jump_make(code, 6, IMAGE_KERNEL_PHYS + 0x100);
    jump_make(code, 29, KERNEL_AT + 0x100);
}

// Header, address tag, entry tag, end.
static void multiboot2_make(struct picture *p)
{
    uint32_t bytes = sizeof(p->multiboot2), start = IMAGE_KERNEL_PHYS - KERNEL_AT;

    memcpy(p->multiboot2, (uint32_t[]){0xe85250d6, 0, bytes, 0u - 0xe85250d6 - bytes}, 16);
    memcpy(p->multiboot2 + 4,
           (uint32_t[]){2, 24, start + offsetof(struct picture, multiboot2), start,
                        start + LOADED_BYTES, 0},
           24);
    memcpy(p->multiboot2 + 10, (uint32_t[]){3, 12, IMAGE_KERNEL_PHYS + 0x300, 0}, 16);
    memcpy(p->multiboot2 + 14, (uint32_t[]){0, 8}, 8);
}

static void picture_make(void)
{
    struct picture *p = &file.picture;

    memset(&file, 0, sizeof(file));
    memcpy(p->elf.e_ident, ELFMAG "\2\1\1", 7);
    p->elf.e_type = ET_DYN;
    p->elf.e_machine = EM_X86_64;
    p->elf.e_phoff = offsetof(struct picture, segment);
    p->elf.e_phentsize = sizeof(Elf64_Phdr);
    p->elf.e_phnum = 6;
    p->elf.e_entry = ENTRY;
    picture_segments(p);
    p->header = (struct image_header){.magic = IMAGE_MAGIC,
                                      .version = IMAGE_VERSION,
                                      .header_bytes = sizeof(p->header),
                                      .payload_start = DATA_AT,
                                      .kernel_offset = KERNEL_AT,
                                      .kernel_bytes = PAGE,
                                      .bss_start = LOADED_BYTES,
                                      .bss_end = LOADED_BYTES + PAGE,
                                      .data_start = DATA_AT};
    *kernel() = (struct kernel_header){.magic = IMAGE_MAGIC,
                                       .version = IMAGE_VERSION,
                                       .bytes = PAGE,
                                       .text_bytes = PAGE,
                                       .elf_entry = 0x100,
                                       .pvh_entry = 0x200,
                                       .mb2_entry = 0x300};
    entry_make(file.bytes + ENTRY_AT);
    multiboot2_make(p);
    memcpy(p->pvh_note, (uint32_t[]){4, 4, 18, 0x006e6558, IMAGE_KERNEL_PHYS + 0x200}, 20);
    memcpy(p->build_id_note, (uint32_t[]){4, 4, NT_GNU_BUILD_ID, 0x00554e47, 0x1234}, 20);
    strcpy(p->strings, "libm.so.6");
    dynamic()[0] = (Elf64_Dyn){.d_tag = DT_STRTAB};
    dynamic()[0].d_un.d_ptr = offsetof(struct picture, strings);
}

// Opens the picture as a file. Returns "" for a right image, else what is said about it.
static const char *judge(size_t bytes)
{
    static char why[IMAGE_FILE_ERROR_BYTES + IMAGE_WHY_BYTES];
    struct image_file image;
    char path[32];
    int fd = memfd_create("image", 0);

    assert(fd >= 0);
    assert(write(fd, &file, bytes) == (ssize_t)bytes);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (image_file_open(&image, path, why) == IMAGE_FILE_GOOD) {
        size_t id_bytes = 0;

        if (image_check(&image, why))
            why[0] = '\0';
        image_build_id(&image, &id_bytes);
        image_file_close(&image);
    }
    close(fd);
    return why;
}

static int cases;

static void expect(const char *what, const char *wanted)
{
    const char *why = judge(IMAGE_BYTES);

    cases++;
    if (wanted[0] == '\0' ? why[0] != '\0' : strstr(why, wanted) == NULL) {
        printf("%s: \"%s\" instead of \"%s\"\n", what, why, wanted);
        exit(1);
    }
    picture_make();
}

static void test_entries(void)
{
    struct picture *p = &file.picture;

    p->elf.e_entry++;
    expect("e_entry", "entry point");
    kernel()->elf_entry = 2 * PAGE;
    expect("e_entry behind the kernel", "entry point");
    p->elf.e_entry = KERNEL_AT + 0x100;
    expect("e_entry below 1 MiB", "entry point");
    file.bytes[ENTRY_AT + 29 + 9]++;
    expect("e_entry leads elsewhere in a process", "entry point");
    file.bytes[ENTRY_AT + 29 + 13]++;
    expect("e_entry leads 4 GiB too far in a process", "entry point");
    file.bytes[ENTRY_AT + 6 + 9]++;
    expect("e_entry leads elsewhere in a VM", "entry point");
    file.bytes[ENTRY_AT + 28]++;
    expect("e_entry has other instructions", "entry point");
    p->segment[ENTRY_PAGE].p_flags = PF_R;
    expect("e_entry not executable", "entry point");
    p->segment[ENTRY_PAGE].p_paddr = IMAGE_PAYLOAD_PHYS + LOADED_BYTES;
    expect("e_entry of a program with a GiB of data", "");
    p->pvh_note[2] = 17;
    expect("no PVH note", "no PVH entry");
    p->segment[NOTE].p_align = 8;
    expect("PVH note in a segment aligned to 8", "no PVH entry");
    p->segment[DYNAMIC] = p->segment[NOTE];
    p->segment[NOTE].p_offset = offsetof(struct picture, build_id_note);
    p->segment[NOTE].p_filesz = sizeof(p->build_id_note);
    expect("PVH note not in the last PT_NOTE", "no PVH entry");
    p->pvh_note[4]++;
    expect("PVH entry elsewhere", "PVH entry");
    p->multiboot2[3]++;
    expect("multiboot2 checksum", "multiboot2");
    memmove((char *)p->multiboot2 + 4, p->multiboot2, 60);
    expect("multiboot2 header aligned to 4", "multiboot2");
    p->multiboot2[4] = 5;
    expect("no address tag", "all of it");
    p->multiboot2[5] = 16;
    expect("a short address tag", "all of it");
    p->multiboot2[6] += 8;
    expect("multiboot2 header elsewhere", "all of it");
    p->multiboot2[7] += PAGE;
    expect("file loaded too high", "all of it");
    p->multiboot2[8]--;
    expect("file loaded in part", "all of it");
    p->multiboot2[8] += 2 * PAGE;
    expect("more loaded than the file has", "all of it");
    p->multiboot2[9] = IMAGE_KERNEL_PHYS + PAGE;
    expect("zeroed in the middle", "all of it");
    p->multiboot2[12]++;
    expect("multiboot2 entry elsewhere", "multiboot2 entry");
    p->multiboot2[10] = 6;
    expect("no multiboot2 entry", "multiboot2 entry");
    memcpy(p->spare, (uint32_t[]){0x1badb002, 0, 0u - 0x1badb002}, 12);
    expect("multiboot1 header", "multiboot1");
}

static void test_layout(void)
{
    struct picture *p = &file.picture;

    p->segment[DYNAMIC].p_type = PT_INTERP;
    expect("PT_INTERP", "dynamic linker");
    dynamic()[1].d_tag = DT_NEEDED;
    expect("DT_NEEDED", "libm.so.6");
    dynamic()[1].d_tag = DT_NEEDED;
    dynamic()[0].d_un.d_ptr = 1ull << 60;
    expect("DT_NEEDED, no strings", "unreadable");
    p->segment[DYNAMIC].p_filesz = 1ull << 40;
    expect("PT_DYNAMIC outside", "dynamic section");
    p->segment[DATA].p_paddr = IMAGE_KERNEL_PHYS + 100;
    expect("segments overlap", "overlap");
    p->segment[KERNEL].p_paddr += PAGE;
    expect("kernel elsewhere", "2 MiB");
    kernel()->bytes += PAGE;
    expect("kernel's zeroed data not in the file", "2 MiB");
    kernel()->bytes = 4u << 20;
    expect("large kernel", "does not fit");
    kernel()->version++;
    expect("kernel of another version", "version");
    p->segment[DATA].p_paddr += PAGE;
    expect("payload elsewhere", "segment 2");
    p->header.bss_start = DATA_AT;
    expect("data behind .bss", "segment 2");
    p->header.payload_start = 0;
    expect("no _start", "_start");
}

// Whatever the bytes say: an answer, and no access outside (the sanitizers look).
static void test_random(void)
{
    unsigned seed = 1;

    for (int i = 0; i < RANDOM_CASES; i++) {
        picture_make();
        for (int k = rand_r(&seed) % 4; k >= 0; k--) {
            size_t at = (size_t)rand_r(&seed) % sizeof(struct picture);

            if (rand_r(&seed) % 4 == 0)
                at = (rand_r(&seed) % 2 ? KERNEL_AT : DATA_AT) + (size_t)rand_r(&seed) % 64;
            file.bytes[at] = (unsigned char)rand_r(&seed);
        }
        judge(rand_r(&seed) % 4 == 0 ? (size_t)rand_r(&seed) % IMAGE_BYTES : IMAGE_BYTES);
    }
    cases++;
    picture_make();
}

int main(void)
{
    picture_make();
    expect("a right image", "");
    test_entries();
    test_layout();
    test_random();
    expect("a right image again", "");
    printf("done %d\n", cases);
    return 0;
}
