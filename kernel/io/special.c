// SPDX-License-Identifier: BSD-2-Clause
// special.c: finding and opening the paths of special.h. The texts themselves are made in texts.c.
#include "kernel/io/special.h"
#include "kernel/io/host.h"
#include "kernel/io/texts.h"
#include "lib/lib.h"
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

struct special {
    const char *path;
    uint32_t kind;   // enum file_kind
    bool everywhere; // also where a host's kernel has a file of that name
    text_maker *make;
};

static const struct special special_table[] = {
    {"/proc/self/maps", FILE_TEXT, true, text_maps},
    {"/proc/self/status", FILE_TEXT, true, text_status},
    {"/proc/self/statm", FILE_TEXT, true, text_statm},
    {"/sys/devices/system/cpu/online", FILE_TEXT, true, text_cpus},
    {"/sys/devices/system/cpu/possible", FILE_TEXT, true, text_cpus},
    {"/sys/devices/system/cpu/present", FILE_TEXT, true, text_cpus},
    {"/proc/cpuinfo", FILE_TEXT, false, text_cpuinfo},
    {"/proc/meminfo", FILE_TEXT, false, text_meminfo},
    {"/dev/null", FILE_NULL, false, NULL},
    {"/dev/zero", FILE_ZERO, false, NULL},
    {"/dev/random", FILE_RANDOM, false, NULL},
    {"/dev/urandom", FILE_RANDOM, false, NULL},
};

const struct special *special_find(const char *path)
{
    for (size_t i = 0; i < sizeof special_table / sizeof special_table[0]; i++) {
        const struct special *special = &special_table[i];

        if (strcmp(path, special->path) == 0)
            return special->everywhere || !host_is_kernel() ? special : NULL;
    }
    return NULL;
}

uint32_t special_mode(const struct special *special)
{
    return special->kind == FILE_TEXT ? S_IFREG | 0444 : S_IFCHR | 0666;
}

uint32_t special_kind(const struct special *special)
{
    return special->kind;
}

static int text_open(struct rank *rank, const struct special *special, struct file *file)
{
    struct text text = {0};
    struct file_text *made;
    size_t bytes;
    intptr_t pages;

    special->make(rank, &text);
    // The mapping itself may add lines to a text about mappings.
    bytes = ROUND_UP(sizeof *made + text.length + TEXT_SLACK, PAGE_BYTES);
    pages = slot_map(&rank->slot, 0, bytes, PROT_R | PROT_W, false);
    if (pages < 0)
        return (int)pages;
    made = (struct file_text *)pages;
    text = (struct text){.to = made->text, .size = bytes - sizeof *made};
    special->make(rank, &text);
    *made = (struct file_text){.references = 1, .pages_bytes = bytes};
    made->bytes = text.length < text.size ? text.length : text.size - 1;
    file->text = made;
    return 0;
}

int special_open(struct rank *rank, const struct special *special, uint32_t flags, struct file *file)
{
    *file = (struct file){.kind = (uint8_t)special->kind,
                          .cloexec = (flags & O_CLOEXEC) != 0,
                          .host_fd = -1,
                          .status_flags = flags};
    if (flags & O_DIRECTORY)
        return -ENOTDIR;
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if (special->kind != FILE_TEXT)
        return 0;
    if ((flags & O_ACCMODE) != O_RDONLY)
        return -EACCES;
    return text_open(rank, special, file);
}

void special_release(struct rank *rank, struct file_text *text)
{
    if (--text->references == 0)
        slot_unmap(&rank->slot, (uintptr_t)text, text->pages_bytes);
}

// The number `text` consists of, or -1.
static int whole_number(const char *text)
{
    const char *end;
    uint64_t number = parse_number(text, 10, &end);

    return end != text && *end == '\0' && number < RANK_FILES_MAX ? (int)number : -1;
}

int special_descriptor(const char *path)
{
    static const char *const stream[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    static const char devices[] = "/dev/fd/", processes[] = "/proc/self/fd/";

    for (int fd = 0; fd < 3; fd++)
        if (strcmp(path, stream[fd]) == 0)
            return fd;
    if (strncmp(path, devices, sizeof devices - 1) == 0)
        return whole_number(path + sizeof devices - 1);
    if (strncmp(path, processes, sizeof processes - 1) == 0)
        return whole_number(path + sizeof processes - 1);
    return -1;
}

const char *special_image(const struct rank *rank)
{
    return rank->job_section ? io_job_string(rank->job_section->path_offset) : boot_info->path;
}
