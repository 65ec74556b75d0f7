// SPDX-License-Identifier: BSD-2-Clause
// image_file.c: reads the headers of an image. See abi/image.h for what an image is made of.
#include "image_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTE_PVH 18 // XEN_ELFNOTE_PHYS32_ENTRY
#define PHDR_MAX 64

static enum image_file_result wrong(char *error, enum image_file_result result, const char *format,
                                    ...) __attribute__((format(printf, 3, 4)));

static enum image_file_result wrong(char *error, enum image_file_result result, const char *format,
                                    ...)
{
    va_list arg;

    va_start(arg, format);
    vsnprintf(error, IMAGE_FILE_ERROR_BYTES, format, arg);
    va_end(arg);
    return result;
}

// Is offset .. offset + bytes inside the file?
static bool inside(const struct image_file *image, uint64_t offset, uint64_t bytes)
{
    return offset <= image->size && bytes <= image->size - offset;
}

static enum image_file_result image_map(struct image_file *image, const char *path, char *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    void *bytes;

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return wrong(error, IMAGE_FILE_MISSING, "there is no file \"%s\"", path);
    if (fd < 0 || fstat(fd, &st) < 0) {
        wrong(error, IMAGE_FILE_UNREADABLE, "cannot read \"%s\": %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return IMAGE_FILE_UNREADABLE;
    }
    if (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(Elf64_Ehdr)) {
        close(fd);
        return wrong(error, IMAGE_FILE_FOREIGN,
                     S_ISDIR(st.st_mode) ? "\"%s\" is a folder, not a program"
                                         : "\"%s\" is not a Torito image; build it with mpicc",
                     path);
    }
    bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return wrong(error, IMAGE_FILE_UNREADABLE, "cannot read \"%s\": %s", path, strerror(errno));
    image->bytes = bytes;
    image->size = (size_t)st.st_size;
    image->device = st.st_dev;
    image->inode = st.st_ino;
    image->executable = access(path, X_OK) == 0;
    return IMAGE_FILE_GOOD;
}

static bool elf_headers_find(struct image_file *image)
{
    const Elf64_Ehdr *ehdr = (const void *)image->bytes;

    if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) != 0 || ehdr->e_ident[EI_CLASS] != ELFCLASS64 ||
        ehdr->e_ident[EI_DATA] != ELFDATA2LSB || ehdr->e_machine != EM_X86_64 ||
        ehdr->e_type != ET_DYN || ehdr->e_phentsize != sizeof(Elf64_Phdr) || ehdr->e_phnum == 0 ||
        ehdr->e_phnum > PHDR_MAX || ehdr->e_phoff % 8 != 0 ||
        !inside(image, ehdr->e_phoff,
                ehdr->e_phnum * sizeof(Elf64_Phdr) + sizeof(struct image_header)))
        return false;
    image->ehdr = ehdr;
    image->phdr = (const void *)(image->bytes + ehdr->e_phoff);
    image->phdr_count = ehdr->e_phnum;
    image->header = (const void *)(image->phdr + image->phdr_count);
    return image->header->magic == IMAGE_MAGIC;
}

// The PVH note: name "Xen", type 18, a 4-byte description.
static void pvh_find(struct image_file *image, const Elf64_Phdr *phdr)
{
    const uint8_t *note = image->bytes + phdr->p_offset;
    uint64_t left = phdr->p_filesz;

    while (left >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr head;
        uint64_t name_bytes, desc_bytes;

        memcpy(&head, note, sizeof head);
        name_bytes = ((uint64_t)head.n_namesz + 3) & ~3ull;
        desc_bytes = ((uint64_t)head.n_descsz + 3) & ~3ull;
        if (name_bytes + desc_bytes > left - sizeof head)
            return;
        note += sizeof head;
        if (head.n_type == NOTE_PVH && head.n_namesz == 4 && memcmp(note, "Xen", 4) == 0 &&
            head.n_descsz >= 4) {
            image->pvh = true;
            memcpy(&image->pvh_entry, note + name_bytes, 4);
        }
        note += name_bytes + desc_bytes;
        left -= sizeof head + name_bytes + desc_bytes;
    }
}

static bool segments_check(struct image_file *image)
{
    for (uint32_t i = 0; i < image->phdr_count; i++) {
        const Elf64_Phdr *phdr = &image->phdr[i];
        bool loaded = phdr->p_type == PT_LOAD;

        if ((loaded || phdr->p_type == PT_NOTE) &&
            (!inside(image, phdr->p_offset, phdr->p_filesz) || phdr->p_vaddr > 1ull << 40 ||
             phdr->p_memsz > 1ull << 40 || phdr->p_filesz > phdr->p_memsz))
            return false;
        if (loaded && phdr->p_vaddr < image->header->bss_start &&
            phdr->p_vaddr + phdr->p_filesz > image->load_end)
            image->load_end = phdr->p_vaddr + phdr->p_filesz;
        if (phdr->p_type == PT_NOTE)
            pvh_find(image, phdr);
    }
    return true;
}

static bool kernel_find(struct image_file *image)
{
    const struct image_header *header = image->header;

    if (header->kernel_offset % 4096 != 0 || header->kernel_bytes < sizeof(struct kernel_header) ||
        !inside(image, header->kernel_offset, header->kernel_bytes) ||
        header->bss_end < header->bss_start || header->bss_end > 1ull << 40)
        return false;
    image->kernel = (const void *)(image->bytes + header->kernel_offset);
    return image->kernel->magic == IMAGE_MAGIC;
}

enum image_file_result image_file_open(struct image_file *image, const char *path,
                                       char error[static IMAGE_FILE_ERROR_BYTES])
{
    enum image_file_result result;

    *image = (struct image_file){.bytes = NULL};
    result = image_map(image, path, error);
    if (result != IMAGE_FILE_GOOD)
        return result;
    result = IMAGE_FILE_FOREIGN;
    if (!elf_headers_find(image)) {
        wrong(error, result, "\"%s\" is not a Torito image; build it with mpicc", path);
    } else if (image->header->version != IMAGE_VERSION ||
               image->header->header_bytes < sizeof *image->header) {
        wrong(error, result,
              "\"%s\" is an image of version %u, this is for version %u; build it again", path,
              image->header->version, IMAGE_VERSION);
    } else if (!segments_check(image) || !kernel_find(image)) {
        wrong(error, result, "\"%s\" is a damaged image; build it again", path);
    } else {
        return IMAGE_FILE_GOOD;
    }
    image_file_close(image);
    return result;
}

void image_file_close(struct image_file *image)
{
    if (image->bytes != NULL)
        munmap((void *)image->bytes, image->size);
    *image = (struct image_file){.bytes = NULL};
}
