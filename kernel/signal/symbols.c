// SPDX-License-Identifier: BSD-2-Clause
// symbols.c: reads the running image's ELF .symtab through the host (ELF specification, 4.18 to 4.21).
//
// A file that is cut short, stripped or of another kind gives no names, and no error: this runs while
// a job is going down.
#include "kernel/signal/symbols.h"
#include "lib/lib.h"
#include "machine/machine.h"
#include <asm/unistd_64.h>
#include <linux/elf.h>
#include <linux/fcntl.h>

#define CHUNK 16        // symbols read at once
#define UNSIZED_MAX 256 // bytes
#define STT_GNU_IFUNC 10

static long host3(long nr, uint64_t a, uint64_t b, uint64_t c)
{
    return machine->host_call(nr, (const uint64_t[6]){a, b, c});
}

static bool read_at(long fd, uint64_t offset, void *to, size_t bytes)
{
    const uint64_t arg[6] = {(uint64_t)fd, (uintptr_t)to, bytes, offset};

    return machine->host_call(__NR_pread64, arg) == (long)bytes;
}

static bool find_table(long fd, Elf64_Shdr *symtab, Elf64_Shdr *strtab)
{
    Elf64_Ehdr ehdr;

    if (!read_at(fd, 0, &ehdr, sizeof ehdr) || memcmp(ehdr.e_ident, ELFMAG, SELFMAG) != 0 ||
        ehdr.e_shentsize != sizeof *symtab)
        return false;
    for (unsigned i = 0; i < ehdr.e_shnum; i++) {
        if (!read_at(fd, ehdr.e_shoff + i * sizeof *symtab, symtab, sizeof *symtab))
            return false;
        if (symtab->sh_type == SHT_SYMTAB && symtab->sh_entsize == sizeof(Elf64_Sym))
            return read_at(fd, ehdr.e_shoff + symtab->sh_link * sizeof *strtab, strtab,
                           sizeof *strtab);
    }
    return false;
}

// Does the symbol cover `addr`? One without a size (assembly, mostly) is believed to be short.
static bool covers(const Elf64_Sym *elf, uint64_t addr)
{
    uint64_t bytes = elf->st_size ? elf->st_size : UNSIZED_MAX;
    unsigned type = elf->st_info & 15;

    return (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE) &&
           elf->st_shndx != SHN_UNDEF && elf->st_shndx < SHN_LORESERVE && elf->st_name != 0 &&
           addr >= elf->st_value && addr - elf->st_value < bytes;
}

// The nearest symbol below wins; of several at one place, one with a size.
static void match(const Elf64_Sym *elf, struct symbol symbol[], uint64_t name[], uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!covers(elf, symbol[i].addr) || elf->st_value < symbol[i].start ||
            (name[i] && elf->st_value == symbol[i].start && elf->st_size == 0))
            continue;
        symbol[i].start = elf->st_value;
        name[i] = elf->st_name;
    }
}

static void find_in(long fd, struct symbol symbol[], uint32_t count)
{
    static Elf64_Sym chunk[CHUNK];
    static uint64_t name[JOB_FRAMES_MAX];
    Elf64_Shdr symtab, strtab;
    uint64_t left, offset;

    if (!find_table(fd, &symtab, &strtab))
        return;
    offset = symtab.sh_offset;
    for (left = symtab.sh_size / sizeof chunk[0]; left > 0;) {
        uint64_t some = left < CHUNK ? left : CHUNK;

        if (!read_at(fd, offset, chunk, some * sizeof chunk[0]))
            return;
        for (uint64_t i = 0; i < some; i++)
            match(&chunk[i], symbol, name, count);
        offset += some * sizeof chunk[0];
        left -= some;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t bytes = sizeof symbol[i].name - 1;

        if (!name[i] || name[i] >= strtab.sh_size)
            continue;
        if (bytes > strtab.sh_size - name[i])
            bytes = strtab.sh_size - name[i];
        if (!read_at(fd, strtab.sh_offset + name[i], symbol[i].name, bytes))
            symbol[i].name[0] = '\0';
        symbol[i].name[bytes] = '\0';
    }
}

void symbols_find(struct symbol symbol[], uint32_t count)
{
    static const char path[] = "/proc/self/exe";
    long fd = host3(__NR_open, (uintptr_t)path, O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0 || count > JOB_FRAMES_MAX)
        return;
    find_in(fd, symbol, count);
    host3(__NR_close, (uint64_t)fd, 0, 0);
}
