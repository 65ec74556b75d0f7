// SPDX-License-Identifier: BSD-2-Clause
// image_file.h: an image as a file of the host: found to be one, and its parts located.
//
// Used by mpiexec before it starts anything and by `torito info`. Every offset in the file has been
// checked against its size once image_file_open has succeeded; nothing else about it is believed.
#pragma once
#include "abi/image.h"
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum image_file_result {
    IMAGE_FILE_GOOD,
    IMAGE_FILE_MISSING,    // there is no such file
    IMAGE_FILE_UNREADABLE, // there is, but it cannot be read
    IMAGE_FILE_FOREIGN,    // it is something else, or an image of another version
};

struct image_file {
    const uint8_t *bytes; // the whole file, mapped read-only
    size_t size;
    dev_t device; // which file it is, whatever path led to it
    ino_t inode;
    bool executable; // may this user execute it?
    const Elf64_Ehdr *ehdr;
    const Elf64_Phdr *phdr;
    uint32_t phdr_count;
    const struct image_header *header;
    const struct kernel_header *kernel;
    bool pvh;           // is there a PVH entry?
    uint32_t pvh_entry; // its physical address
    uint64_t load_end;  // where the loaded payload ends, from its first byte, without .bss
};

#define IMAGE_FILE_ERROR_BYTES 512

// Maps `path` and looks for everything an image has. On failure `error` holds a sentence about it,
// with the path in it, and nothing is left open.
enum image_file_result image_file_open(struct image_file *image, const char *path,
                                       char error[static IMAGE_FILE_ERROR_BYTES]);
void image_file_close(struct image_file *image);
