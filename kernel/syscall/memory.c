// SPDX-License-Identifier: BSD-2-Clause
// memory.c: brk, mmap, munmap, mremap, mprotect: what of the slot is mapped.
//
// Anonymous shared memory is the same as private memory: nobody forks, and every address is valid in
// every rank anyway. On machine linux a file is mapped by the host into the place that the slot gives
// it. Elsewhere files can be mapped privately only: memory with the file read into it.
#include "kernel/io/host.h"
#include "kernel/io/io.h"
#include "kernel/syscall/calls.h"
#include "kernel/syscall/file.h"
#include "lib/lib.h"
#include <asm/errno.h>
#include <asm/unistd_64.h>
#include <linux/fcntl.h>
#include <linux/mman.h>

#define PROT_ALL (PROT_R | PROT_W | PROT_X)
#define BYTES_MAX (1ul << 47) // no slot is as large; keeps rounding up from overflowing

size_t slot_mapped_bytes(const struct slot *slot)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < slot->region_count; i++)
        if (slot->region[i].prot) // the others are guards and reservations
            bytes += slot->region[i].end - slot->region[i].start;
    return bytes;
}

long sys_brk(struct thread *self, const uint64_t arg[6])
{
    return (long)slot_brk(&self->rank->slot, arg[0]);
}

struct mapping {
    uintptr_t addr;
    size_t bytes;
    int prot, flags, fd;
    uint64_t offset;
};

static long mapping_check(const struct mapping *want)
{
    int type = want->flags & MAP_TYPE;

    if (want->bytes == 0 || want->offset % PAGE_BYTES || want->prot & ~PROT_ALL)
        return -EINVAL;
    if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
        return -EINVAL;
    // No slot reaches below 4 GiB, and there is no pool of huge pages to take from: slots are made of
    // large pages where the machine has them.
    if (want->bytes > BYTES_MAX || want->flags & (MAP_32BIT | MAP_HUGETLB))
        return -ENOMEM;
    return 0;
}

// MAP_FIXED_NOREPLACE: that place or none.
static long map_there(struct slot *slot, const struct mapping *want, int prot)
{
    intptr_t addr;

    if (want->addr == 0 || want->addr % PAGE_BYTES)
        return -EINVAL;
    addr = slot_map(slot, want->addr, want->bytes, prot, false);
    if (addr < 0 || (uintptr_t)addr == want->addr)
        return addr;
    slot_unmap(slot, (uintptr_t)addr, want->bytes);
    return -EEXIST;
}

static long map_memory(struct slot *slot, const struct mapping *want, int prot)
{
    if (want->flags & MAP_FIXED_NOREPLACE)
        return map_there(slot, want, prot);
    if (want->flags & MAP_FIXED)
        return slot_map(slot, want->addr, want->bytes, prot, true);
    return slot_map(slot, ROUND_DOWN(want->addr, PAGE_BYTES), want->bytes, prot, false);
}

// The slot notes the mapping, then the host replaces the memory there.
static long map_host_file(struct rank *rank, const struct mapping *want, const struct file *file)
{
    long addr = map_memory(&rank->slot, want, want->prot), rc;

    if (addr < 0)
        return addr;
    rc = machine->host_call(__NR_mmap,
                            (const uint64_t[6]){(uint64_t)addr, want->bytes, (uint64_t)want->prot,
                                                (uint64_t)((want->flags & MAP_TYPE) | MAP_FIXED),
                                                (uint64_t)file->host_fd, want->offset});
    if (rc < 0)
        slot_unmap(&rank->slot, (uintptr_t)addr, want->bytes);
    else if ((want->flags & MAP_TYPE) != MAP_PRIVATE &&
             ((want->prot & PROT_W) || (file->status_flags & O_ACCMODE) != O_RDONLY))
        rank->shares_files = true;
    return rc;
}

// Memory with the file's bytes; what lies behind the file's end is zero.
static long map_copy(struct rank *rank, const struct mapping *want, const struct file *file)
{
    struct slot *slot = &rank->slot;
    char probe;
    long addr, rc;

    if ((want->flags & MAP_TYPE) != MAP_PRIVATE) { // nobody would carry changes to and fro
        if (file->kind == FILE_HOST)
            io_note(rank, "a file cannot be mapped shared in a virtual machine (ENODEV): use "
                          "MAP_PRIVATE, read and write, or --machine linux");
        return -ENODEV;
    }
    // Is it a file that can be read? Asked first, since MAP_FIXED destroys what is there.
    rc = file_pread_into(rank, want->fd, &probe, sizeof probe, want->offset);
    if (rc < 0)
        return rc;
    addr = map_memory(slot, want, PROT_R | PROT_W);
    if (addr < 0)
        return addr;
    rc = file_pread_into(rank, want->fd, (void *)addr, want->bytes, want->offset);
    if (rc >= 0 && want->prot != (PROT_R | PROT_W))
        rc = slot_protect(slot, (uintptr_t)addr, want->bytes, want->prot);
    if (rc < 0) {
        slot_unmap(slot, (uintptr_t)addr, want->bytes);
        return rc;
    }
    return addr;
}

long sys_mmap(struct thread *self, const uint64_t arg[6])
{
    const struct mapping want = {arg[0], arg[1], (int)arg[2], (int)arg[3], (int)arg[4], arg[5]};
    const struct file *file;
    long rc = mapping_check(&want);

    if (rc)
        return rc;
    if (want.flags & MAP_ANONYMOUS)
        return map_memory(&self->rank->slot, &want, want.prot);
    file = file_get(self->rank, (uint32_t)want.fd);
    if (!file)
        return -EBADF;
    if (file->kind == FILE_HOST && host_is_kernel())
        return map_host_file(self->rank, &want, file);
    return map_copy(self->rank, &want, file);
}

long sys_munmap(struct thread *self, const uint64_t arg[6])
{
    if (arg[1] == 0 || arg[1] > BYTES_MAX)
        return -EINVAL;
    return slot_unmap(&self->rank->slot, arg[0], arg[1]);
}

long sys_mprotect(struct thread *self, const uint64_t arg[6])
{
    if (arg[2] & ~(uint64_t)PROT_ALL || arg[0] % PAGE_BYTES)
        return -EINVAL;
    if (arg[1] > BYTES_MAX)
        return -ENOMEM;
    return slot_protect(&self->rank->slot, arg[0], arg[1], (int)arg[2]);
}

static int region_prot(const struct slot *slot, uintptr_t addr)
{
    for (uint32_t i = 0; i < slot->region_count; i++)
        if (addr >= slot->region[i].start && addr < slot->region[i].end)
            return slot->region[i].prot;
    return -1;
}

// MREMAP_FIXED: replaces what is at `to`. The two ranges must not overlap.
static long remap_to(struct slot *slot, uintptr_t from, size_t old_bytes, uintptr_t to,
                     size_t new_bytes)
{
    int prot = region_prot(slot, from);
    long rc;

    old_bytes = ROUND_UP(old_bytes, PAGE_BYTES);
    new_bytes = ROUND_UP(new_bytes, PAGE_BYTES);
    if (from % PAGE_BYTES || to % PAGE_BYTES || (to < from + old_bytes && from < to + new_bytes))
        return -EINVAL;
    if (prot < 0 || !slot_check(from, old_bytes, prot))
        return -EFAULT;
    rc = slot_map(slot, to, new_bytes, prot | PROT_R | PROT_W, true);
    if (rc < 0)
        return rc;
    if (prot & PROT_R)
        memcpy((void *)to, (const void *)from, old_bytes < new_bytes ? old_bytes : new_bytes);
    if (prot != (PROT_R | PROT_W))
        slot_protect(slot, to, new_bytes, prot);
    slot_unmap(slot, from, old_bytes);
    return (long)to;
}

long sys_mremap(struct thread *self, const uint64_t arg[6])
{
    struct slot *slot = &self->rank->slot;
    uint64_t flags = arg[3];

    if (flags & ~(uint64_t)(MREMAP_MAYMOVE | MREMAP_FIXED) || arg[0] % PAGE_BYTES)
        return -EINVAL;
    // No old bytes: a second view of shared memory. There are no two views of anything here.
    if (arg[1] == 0 || arg[2] == 0)
        return -EINVAL;
    if (arg[1] > BYTES_MAX)
        return -EFAULT;
    // The slot grows and moves by copying, which would tear a shared mapping from its file. Which
    // mappings those are is not kept; callers know how to take this refusal.
    if (arg[2] > BYTES_MAX || (self->rank->shares_files && arg[2] > arg[1]))
        return -ENOMEM;
    if (!(flags & MREMAP_FIXED))
        return slot_remap(slot, arg[0], arg[1], arg[2], (flags & MREMAP_MAYMOVE) != 0);
    return (flags & MREMAP_MAYMOVE) ? remap_to(slot, arg[0], arg[1], arg[4], arg[2]) : -EINVAL;
}
