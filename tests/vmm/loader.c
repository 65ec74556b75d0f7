// SPDX-License-Identifier: BSD-2-Clause
// loader.c: stands in for a VMM that cannot be installed: hands an image the start state of Firecracker or
// of Cloud Hypervisor, inside QEMU's q35.
//
//   qemu-system-x86_64 -M q35 -m 320 -kernel loader -initrd IMAGE -append 'STATE CPUS REST-OF-COMMAND-LINE'
//
// It wipes what the firmware left below 16 MiB, loads the image's segments as rust-vmm's linux-loader does
// (src/loader/elf/mod.rs), writes the tables (states.c) and enters the image (start.S). The VM it
// pretends to be has 256 MiB; it lies above that itself, and so does the image's file.
#include "states.h"
#include <linux/elf.h>

#define MEMORY_END 0x10000000u
#define WIPE_END 0x1000000u
#define ENTRY_LEAST 0x100000u // linux-loader's highmem_start_address, as both VMMs give it

extern uint32_t entry[2];
void loader(const uint32_t *start_info);
void enter_pvh(void);
void enter_linux64(void);

static struct state states[] = {
    {.name = "firecracker", .acpi = true},
    {.name = "firecracker-mp"}, // as it was before it had ACPI's tables
    {.name = "firecracker-linux", .linux64 = true, .acpi = true, .rsdp_told = true},
    {.name = "firecracker-linux-mp", .linux64 = true},
    {.name = "cloud-hypervisor", .cloud = true, .acpi = true, .rsdp_told = true},
};

static void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static _Noreturn void fail(const char *text)
{
    for (; *text; text++) {
        out8(0x3f8, (uint8_t)*text);
        out8(0xe9, (uint8_t)*text);
    }
    for (;;)
        __asm__ volatile("cli; hlt");
}

// q35's memory controller: RAM, not ROM and not a graphics card's window, from 640 KiB to 1 MiB (registers
// PAM0-6 at 0x90, SMRAM at 0x9d).
static void low_memory_open(void)
{
    static const uint8_t config[][2] = {{0x90, 0x30}, {0x91, 0x33}, {0x92, 0x33}, {0x93, 0x33},
                                        {0x94, 0x33}, {0x95, 0x33}, {0x96, 0x33}, {0x9d, 0x4a}};

    for (uint32_t i = 0; i < sizeof config / sizeof config[0]; i++) {
        out32(0xcf8, 0x80000000 | (config[i][0] & ~3u));
        out8((uint16_t)(0xcfc + (config[i][0] & 3)), config[i][1]);
    }
}

static void copy(uint32_t to, uint32_t from, uint32_t bytes)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static void wipe(uint32_t to, uint32_t bytes)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(0) : "memory");
}

// The entry of PVH in a note segment, 0 if it has none.
static uint32_t note_entry(const uint32_t *note, uint32_t bytes)
{
    while (bytes >= 16) {
        uint32_t whole = 12 + ((note[0] + 3) & ~3u) + ((note[1] + 3) & ~3u);

        if (note[2] == 18 && note[0] == 4 && note[3] == 0x006e6558)
            return note[4];
        if (whole > bytes)
            break;
        note += whole / 4;
        bytes -= whole;
    }
    return 0;
}

// Returns the entry by PVH. The last PT_NOTE has the say.
static uint32_t image_load(const uint8_t *image)
{
    const Elf64_Ehdr *elf = (const void *)image;
    const Elf64_Phdr *segment = (const void *)(image + elf->e_phoff);
    uint32_t pvh = 0;

    if (*(const uint32_t *)image != 0x464c457f)
        fail("loader: no ELF file\n");
    if (elf->e_entry < ENTRY_LEAST)
        fail("loader: invalid entry address\n");
    for (uint32_t i = 0; i < elf->e_phnum; i++) {
        if (segment[i].p_type == PT_NOTE)
            pvh = note_entry((const void *)(image + segment[i].p_offset),
                             (uint32_t)segment[i].p_filesz);
        if (segment[i].p_type != PT_LOAD || segment[i].p_filesz == 0)
            continue;
        if (segment[i].p_align % 0x200000 != 0)
            fail("loader: invalid alignment\n");
        if (segment[i].p_paddr + segment[i].p_memsz > MEMORY_END)
            fail("loader: the image does not fit\n");
        copy((uint32_t)segment[i].p_paddr, (uint32_t)(image + segment[i].p_offset),
             (uint32_t)segment[i].p_filesz);
    }
    return pvh;
}

// Takes a word off the text; false if it is not `name`.
static bool word_is(const char **text, const char *name)
{
    const char *at = *text;

    while (*name && *at == *name)
        at++, name++;
    if (*name || (*at && *at != ' '))
        return false;
    *text = *at ? at + 1 : at;
    return true;
}

static struct state *state_read(const char **text)
{
    for (uint32_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (word_is(text, states[i].name)) {
            while (**text >= '0' && **text <= '9')
                states[i].cpus = states[i].cpus * 10 + (uint32_t)(*(*text)++ - '0');
            *text += **text == ' ';
            states[i].memory_end = MEMORY_END;
            return &states[i];
        }
    fail("loader: unknown state\n");
}

void loader(const uint32_t *start_info)
{
    static char text[4096];
    const uint32_t *module = (const uint32_t *)start_info[4];
    const char *rest = (const char *)start_info[6];
    struct state *state = state_read(&rest);
    uint32_t pvh, file = module[0];

    if (start_info[3] != 1 || file < MEMORY_END)
        fail("loader: no image above 256 MiB (-initrd)\n");
    for (uint32_t i = 0; i < sizeof text - 1 && rest[i]; i++)
        text[i] = rest[i];
    low_memory_open();
    wipe(0, WIPE_END);
    pvh = image_load((const uint8_t *)file);
    entry[0] = state->linux64 ? (uint32_t)((const Elf64_Ehdr *)file)->e_entry : pvh;
    if (!entry[0])
        fail("loader: no PVH entry\n");
    states_write(state, text);
    if (state->linux64)
        enter_linux64();
    enter_pvh();
}
