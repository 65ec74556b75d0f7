// SPDX-License-Identifier: BSD-2-Clause
// payload.c: reads an image's program headers (System V ABI, ELF-64) and its struct image_header.
//
// Both machines use it for the image they were booted from, the kernel for the other programs of
// `mpiexec A : B`. The bytes may come from anywhere: every offset is checked.
#include "machine/payload.h"
#include "lib/lib.h"
#include <elf.h>

static const char *segment_add(const Elf64_Phdr *phdr, const char *image, size_t bytes,
                               enum image_layout layout, struct payload *payload)
{
    struct payload_segment *segment = &payload->segment[payload->segment_count];
    uint64_t at = layout == IMAGE_AS_FILE ? phdr->p_offset : phdr->p_vaddr;

    if (payload->segment_count == PAYLOAD_SEGMENTS_MAX)
        return "too many segments";
    if (at > bytes || phdr->p_filesz > bytes - at || phdr->p_vaddr > payload->header->bss_end ||
        phdr->p_filesz > payload->header->bss_end - phdr->p_vaddr)
        return "a segment lies outside the file";
    *segment = (struct payload_segment){.vaddr = phdr->p_vaddr,
                                        .file_offset = phdr->p_offset,
                                        .file_bytes = phdr->p_filesz,
                                        .flags = phdr->p_flags,
                                        .bytes = image + at};
    payload->segment_count++;
    return NULL;
}

const char *image_payload(const void *image, size_t bytes, enum image_layout layout,
                          struct payload *payload)
{
    const Elf64_Ehdr *ehdr = image;
    const Elf64_Phdr *phdr = (const void *)((const char *)image + sizeof *ehdr);
    const struct image_header *header;

    *payload = (struct payload){.host_fd = -1};
    if (bytes < PAGE_BYTES || memcmp(ehdr->e_ident, ELFMAG, SELFMAG) != 0 ||
        ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_machine != EM_X86_64)
        return "not an x86-64 ELF file";
    if (ehdr->e_phoff != sizeof *ehdr || ehdr->e_phentsize != sizeof *phdr || ehdr->e_phnum > 32)
        return "not a Torito image";
    header = (const void *)ROUND_UP((uintptr_t)(phdr + ehdr->e_phnum), 8);
    if (header->magic != IMAGE_MAGIC)
        return "not a Torito image";
    if (header->version != IMAGE_VERSION || header->header_bytes < sizeof *header)
        return "made by another version of Torito; link it again";
    payload->header = header;
    payload->phdr = phdr;
    payload->phdr_count = ehdr->e_phnum;
    payload->phdr_offset = (uint32_t)ehdr->e_phoff;
    for (uint32_t i = 0; i < ehdr->e_phnum; i++) {
        const char *why;

        // The kernel's own, and the page of e_entry behind .bss, are no part of the program.
        if (phdr[i].p_type != PT_LOAD || phdr[i].p_vaddr == header->kernel_offset ||
            phdr[i].p_vaddr >= header->bss_end)
            continue;
        why = segment_add(&phdr[i], image, bytes, layout, payload);
        if (why)
            return why;
    }
    return payload->segment_count ? NULL : "without segments";
}
