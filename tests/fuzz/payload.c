// SPDX-License-Identifier: BSD-2-Clause
// payload.c: an image's ELF header, program headers and description of itself.
// fuzz: machine/payload.c
//
// The first byte: how the image lies in memory. Of the rest, what every image has is put right, so that the
// fuzzer works behind it: the ELF magic and the header's magic and version.
#include "machine/payload.h"
#include "tests/fuzz/machine.h"
#include <elf.h>
#include <stdlib.h>

static void image_prepare(uint8_t *image)
{
    Elf64_Ehdr *ehdr = (Elf64_Ehdr *)image;
    struct image_header *header;

    memcpy(ehdr->e_ident, ELFMAG, SELFMAG);
    ehdr->e_ident[EI_CLASS] = ELFCLASS64;
    ehdr->e_machine = EM_X86_64;
    ehdr->e_phoff = sizeof *ehdr;
    ehdr->e_phentsize = sizeof(Elf64_Phdr);
    if (ehdr->e_phnum > 40)
        ehdr->e_phnum %= 40;
    header = (void *)(image + sizeof *ehdr + ((ehdr->e_phnum * sizeof(Elf64_Phdr) + 7) & ~7ul));
    header->magic = IMAGE_MAGIC;
    header->version = IMAGE_VERSION;
    header->header_bytes |= sizeof *header;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct payload payload;
    size_t bytes = size > PAGE_BYTES ? size : PAGE_BYTES;
    uint8_t *image = calloc(1, bytes);
    volatile uint8_t sum = 0;

    if (size < 1) {
        free(image);
        return 0;
    }
    memcpy(image, data + 1, size - 1);
    if (data[0] & 2)
        image_prepare(image);
    if (!image_payload(image, bytes, data[0] & 1 ? IMAGE_AS_FILE : IMAGE_AS_LOADED, &payload)) {
        must(payload.segment_count >= 1 && payload.segment_count <= PAYLOAD_SEGMENTS_MAX);
        for (uint32_t i = 0; i < payload.segment_count; i++) {
            const struct payload_segment *segment = &payload.segment[i];

            must(segment->vaddr + segment->file_bytes >= segment->vaddr);
            must(segment->vaddr + segment->file_bytes <= payload.header->bss_end);
            for (uint64_t at = 0; at < segment->file_bytes; at++) // all of it can be read
                sum = (uint8_t)(sum + (uint8_t)segment->bytes[at]);
        }
    }
    free(image);
    return 0;
}
