// SPDX-License-Identifier: BSD-2-Clause
// memory.c: slots in the address space of a process.
//
// A slot is one reservation without access; what is mapped in it replaces pieces of it, so that
// nothing of the host's can ever stand between two pieces. Linux backs pages when they are touched.
#include "lib/lib.h"
#include "machine/linux/host.h"
#include <asm/errno.h>
#include <asm/fcntl.h>
#include <elf.h>
#include <linux/mman.h>
#include <linux/sysinfo.h>

#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define LARGE_BYTES (2ul << 20)

// Slots lie powers of two apart. TLBs choose a set by the low bits of a page's number, and so do the caches
// for the tables of pages; so the same page of all ranks would share one set, whose 8 or fewer ways the ranks
// of a core would use in turn, each walking the tables anew. Each slot begins some pages higher
// than the one before, by an odd number, that what ranks use in common may spread over all sets.
#define COLOURS 64
#define COLOUR_BYTES (13 * PAGE_BYTES)

static long reserve(uintptr_t base, size_t bytes)
{
    return host6(__NR_mmap, base, bytes, PROT_NONE, ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

// Read-only segments come from the image's file, so that all ranks share their pages.
static int segment_map(uintptr_t base, const struct payload *payload,
                       const struct payload_segment *segment)
{
    uintptr_t start = ROUND_DOWN(base + segment->vaddr, PAGE_BYTES);
    size_t before = (base + segment->vaddr) - start;
    size_t bytes = ROUND_UP(segment->file_bytes + before, PAGE_BYTES);
    int prot = PROT_READ | (segment->flags & PF_X ? PROT_EXEC : 0);
    long rc;

    if (payload->host_fd >= 0) {
        rc = host6(__NR_mmap, start, bytes, prot, MAP_PRIVATE | MAP_FIXED, payload->host_fd,
                   payload->host_offset + segment->file_offset - before);
        if (rc == (long)start)
            return 0;
    }
    rc = linux_map(start, bytes, PROT_READ | PROT_WRITE, true);
    if (rc == 0) {
        memcpy((void *)(start + before), segment->bytes, segment->file_bytes);
        rc = linux_protect(start, bytes, prot);
    }
    return (int)rc;
}

int linux_slot_create(uint32_t rank, uint32_t ranks, const struct payload *payload,
                      struct slot_memory *out)
{
    size_t bytes = slot_stride(ranks) - COLOURS * COLOUR_BYTES;
    uintptr_t base = IMAGE_SLOT_BASE + rank * slot_stride(ranks) + rank % COLOURS * COLOUR_BYTES;

    while (reserve(base, bytes) != (long)base) { // a limit on address space (ulimit -v)
        bytes = ROUND_DOWN(bytes / 2, PAGE_BYTES);
        if (bytes < payload->header->bss_end + LARGE_BYTES)
            return -ENOMEM;
    }
    for (uint32_t i = 0; i < payload->segment_count; i++) {
        int rc =
            payload->segment[i].flags & PF_W ? 0 : segment_map(base, payload, &payload->segment[i]);

        if (rc)
            return rc;
    }
    *out = (struct slot_memory){base, base + payload->header->data_start, base + bytes, true, 0};
    return 0;
}

int linux_map(uintptr_t addr, size_t bytes, int prot, bool fresh)
{
    long rc = host6(__NR_mmap, addr, bytes, prot, ANONYMOUS | MAP_FIXED, -1, 0);

    (void)fresh; // what Linux maps anew always reads as zero
    if (rc != (long)addr)
        return rc < 0 ? (int)rc : -ENOMEM;
    if (bytes >= LARGE_BYTES)
        host3(__NR_madvise, addr, bytes,
              MADV_HUGEPAGE); // advice: where it is refused, small pages serve
    return 0;
}

int linux_unmap(uintptr_t addr, size_t bytes)
{
    long rc = host6(__NR_mmap, addr, bytes, PROT_NONE, ANONYMOUS | MAP_FIXED, -1, 0);

    return rc == (long)addr ? 0 : (int)rc;
}

int linux_protect(uintptr_t addr, size_t bytes, int prot)
{
    return (int)host3(__NR_mprotect, addr, bytes, prot);
}

int linux_discard(uintptr_t addr, size_t bytes, int prot)
{
    (void)prot;
    return (int)host3(__NR_madvise, addr, bytes, MADV_DONTNEED);
}

// MemAvailable of /proc/meminfo (proc(5)): what programs can have without swapping.
static uint64_t memory_available(void)
{
    char text[512] = "";
    int fd = (int)host3(__NR_open, "/proc/meminfo", O_RDONLY | O_CLOEXEC, 0);
    long bytes = fd < 0 ? 0 : host3(__NR_read, fd, text, sizeof text - 1);

    if (fd >= 0)
        host1(__NR_close, fd);
    text[bytes > 0 ? bytes : 0] = '\0';
    for (const char *at = text; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, "MemAvailable:", 13) != 0)
            continue;
        for (at += 13; *at == ' ';)
            at++;
        return parse_number(at, 10, NULL) << 10;
    }
    return 0;
}

uint64_t linux_memory_bytes(void)
{
    struct sysinfo info;
    uint64_t bytes = memory_available();

    if (bytes == 0 && host1(__NR_sysinfo, &info) == 0)
        bytes = (uint64_t)info.totalram * info.mem_unit;
    return bytes;
}
