// SPDX-License-Identifier: BSD-2-Clause
// core.c: an ELF core file of one rank.
//
// To a debugger a rank is a process: its memory is its slot, its program the image, loaded at the slot's
// base. In the file: ELF header, program headers, notes, then the memory, page aligned:
//
//     NT_PRSTATUS, NT_FPREGSET    for each thread, the one that was hit first: its registers
//     NT_PRPSINFO, NT_SIGINFO     the program's name; signal, code and address; behind the first thread
//     NT_AUXV                     where the program lies: a debugger compares AT_ENTRY and the program
//                                 headers at AT_PHDR with the image's own (hence its, not those
//                                 that the kernel gave to the rank's libc)
//     PT_LOAD                     each region of the slot; pages of zeros are holes in the file
//
// A thread that waits inside a system call shows where it made the call. One that waits in a call of
// libmpi shows where the kernel left it: read kernel.elf's symbols to see what is above.
#include "kernel/signal/core.h"
#include "kernel/io/host.h"
#include "kernel/io/io.h"
#include "kernel/signal/deliver.h"
#include "lib/lib.h"
#include "machine/x86/x86.h"
#include <asm/unistd.h>
#include <elf.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#define LOADS_MAX (PN_XNUM - 2u)
#define NAME_BYTES 8 // "CORE", its NUL, padding

// Linux's struct elf_prstatus of x86-64, with the registers in the order of struct user_regs_struct.
struct core_status {
    int32_t signo, code, error;
    int16_t cursig, pad;
    uint64_t sigpend, sighold;
    int32_t pid, ppid, pgrp, sid;
    uint64_t times[8];
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t orig_rax, rip, cs, rflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
    int32_t fpvalid, pad2;
};
_Static_assert(sizeof(struct core_status) == 336, "NT_PRSTATUS of x86-64");

// Linux's struct elf_prpsinfo.
struct core_info {
    char state, sname, zombie, nice;
    uint64_t flag;
    uint32_t uid, gid;
    int32_t pid, ppid, pgrp, sid;
    char fname[16], psargs[80];
};
_Static_assert(sizeof(struct core_info) == 136, "NT_PRPSINFO of x86-64");

#define FXSAVE_BYTES 512
#define SIGINFO_BYTES 128
#define AUXV_COUNT 6

struct note {
    Elf64_Nhdr header;
    char name[NAME_BYTES];
};

struct core_file {
    int fd;
    int error; // the first one; nothing is written after it
    uint64_t at;
};

static void put_at(struct core_file *file, uint64_t offset, const void *data, size_t bytes)
{
    while (bytes > 0 && file->error == 0) { // ends: each turn writes something or fails
        long done =
            host(__NR_pwrite64, (uint64_t[6]){(uint64_t)file->fd, (uintptr_t)data, bytes, offset});

        if (done <= 0) {
            file->error = done < 0 ? (int)done : -EIO;
            return;
        }
        data = (const char *)data + done;
        offset += (uint64_t)done;
        bytes -= (size_t)done;
    }
}

static void put(struct core_file *file, const void *data, size_t bytes)
{
    put_at(file, file->at, data, bytes);
    file->at += bytes;
}

static void put_note(struct core_file *file, uint32_t type, const void *data, size_t bytes)
{
    struct note note = {{sizeof "CORE", (uint32_t)bytes, type}, "CORE"};

    put(file, &note, sizeof note);
    put(file, data, bytes); // all of them are multiples of 4
}

// --- memory ---

static uint64_t region_bytes(const struct slot_region *region)
{
    return region->prot & PROT_R ? region->end - region->start : 0;
}

static bool is_zero(uintptr_t page)
{
    const uint64_t *word = (const uint64_t *)page;

    for (size_t i = 0; i < PAGE_BYTES / sizeof *word; i++)
        if (word[i] != 0)
            return false;
    return true;
}

// Pages that are not zero, as many together as follow each other.
static void put_memory(struct core_file *file, const struct slot_region *region)
{
    uintptr_t start = region->start, end = region->start + region_bytes(region);

    for (uintptr_t at = start; at < end && file->error == 0;) {
        uintptr_t from = at;

        while (at < end && !is_zero(at))
            at += PAGE_BYTES;
        put_at(file, file->at + (from - start), (const void *)from, at - from);
        while (at < end && is_zero(at))
            at += PAGE_BYTES;
    }
    file->at += end - start;
}

static void put_headers(struct core_file *file, const struct rank *rank, uint64_t note_bytes)
{
    uint32_t loads = rank->slot.region_count;
    uint64_t notes = sizeof(Elf64_Ehdr) + (loads + 1ul) * sizeof(Elf64_Phdr);
    uint64_t offset = ROUND_UP(notes + note_bytes, PAGE_BYTES);
    Elf64_Ehdr ehdr = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_CORE,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof ehdr,
        .e_ehsize = sizeof ehdr,
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = (uint16_t)(loads + 1)};
    Elf64_Phdr note = {.p_type = PT_NOTE, .p_offset = notes, .p_filesz = note_bytes, .p_align = 4};

    put(file, &ehdr, sizeof ehdr);
    put(file, &note, sizeof note);
    for (uint32_t i = 0; i < loads; i++) {
        const struct slot_region *region = &rank->slot.region[i];
        Elf64_Phdr load = {.p_type = PT_LOAD,
                           .p_flags = (region->prot & PROT_R ? PF_R : 0u) |
                                      (region->prot & PROT_W ? PF_W : 0u) |
                                      (region->prot & PROT_X ? PF_X : 0u),
                           .p_offset = offset,
                           .p_vaddr = region->start,
                           .p_filesz = region_bytes(region),
                           .p_memsz = region->end - region->start,
                           .p_align = PAGE_BYTES};

        put(file, &load, sizeof load);
        offset += region_bytes(region);
    }
}

// --- notes ---

// What context_switch (machine/x86/switch.S) left on the stack of a thread that does not run.
struct switched {
    uint32_t mxcsr, x87;
    uint64_t r15, r14, r13, r12, rbx, rbp, rip;
};

static void registers_fill(struct core_status *status, const struct thread *thread,
                           const struct regs *regs)
{
    const struct switched *switched = (const struct switched *)thread->sp;

    if (regs) {
        status->r15 = regs->r15, status->r14 = regs->r14, status->r13 = regs->r13;
        status->r12 = regs->r12, status->rbp = regs->rbp, status->rbx = regs->rbx;
        status->r11 = regs->r11, status->r10 = regs->r10, status->r9 = regs->r9;
        status->r8 = regs->r8, status->rax = regs->rax, status->rcx = regs->rcx;
        status->rdx = regs->rdx, status->rsi = regs->rsi, status->rdi = regs->rdi;
        status->rip = regs->rip, status->rsp = regs->rsp, status->rflags = regs->rflags;
        return;
    }
    status->r15 = switched->r15, status->r14 = switched->r14, status->r13 = switched->r13;
    status->r12 = switched->r12, status->rbx = switched->rbx, status->rbp = switched->rbp;
    status->rip = switched->rip, status->rsp = thread->sp + sizeof *switched;
}

static void put_thread(struct core_file *file, const struct thread *thread, const struct regs *regs,
                       int signo)
{
    struct core_status status = {
        .signo = signo,
        .cursig = (int16_t)signo,
        .pid = (int32_t)thread->tid,
        .sighold = thread->sigmask,
        .fpvalid = 1,
        .orig_rax = UINT64_MAX, // not in a system call that could be restarted
        .fs_base = thread == thread_self() ? machine->fs_get() : thread->fs_base};

    registers_fill(&status, thread, regs);
    put_note(file, NT_PRSTATUS, &status, sizeof status);
    put_note(file, NT_FPREGSET, thread->vector_area, FXSAVE_BYTES);
}

static void put_process(struct core_file *file, const struct rank *rank,
                        const struct signal_info *info)
{
    const char *path = rank->job_section ? (const char *)job_region + rank->job_section->path_offset
                                         : boot_info->path;
    struct core_info process = {.sname = 'R', .pid = (int32_t)rank_pid(rank)};
    uint8_t siginfo[SIGINFO_BYTES];
    uintptr_t base = rank->slot.memory.base;
    const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)base; // the image's first page, in the slot
    Elf64_auxv_t auxv[AUXV_COUNT] = {
        {AT_PHDR, {base + ehdr->e_phoff}},  {AT_PHENT, {ehdr->e_phentsize}},
        {AT_PHNUM, {ehdr->e_phnum}},        {AT_PAGESZ, {PAGE_BYTES}},
        {AT_ENTRY, {base + ehdr->e_entry}}, {AT_NULL, {0}}};
    const char *name = path;

    for (const char *c = path; *c; c++)
        name = *c == '/' ? c + 1 : name;
    format(process.fname, sizeof process.fname, "%s", name);
    format(process.psargs, sizeof process.psargs, "%s", path);
    siginfo_fill(siginfo, rank, info);
    put_note(file, NT_PRPSINFO, &process, sizeof process);
    put_note(file, NT_SIGINFO, siginfo, sizeof siginfo);
    put_note(file, NT_AUXV, auxv, sizeof auxv);
}

static uint64_t notes_bytes(const struct rank *rank)
{
    uint64_t thread = 2 * sizeof(struct note) + sizeof(struct core_status) + FXSAVE_BYTES;

    return thread * rank->thread_count + 3 * sizeof(struct note) + sizeof(struct core_info) +
           SIGINFO_BYTES + AUXV_COUNT * sizeof(Elf64_auxv_t);
}

static void put_all(struct core_file *file, const struct regs *regs, const struct signal_info *info)
{
    const struct thread *self = thread_self();
    const struct rank *rank = self->rank;

    if (rank->slot.region_count > LOADS_MAX) {
        file->error = -E2BIG;
        return;
    }
    put_headers(file, rank, notes_bytes(rank));
    put_thread(file, self, regs, info->signo);
    put_process(file, rank, info); // debuggers read siginfo as the last thread's
    for (const struct thread *thread = rank->threads; thread; thread = thread->rank_next)
        if (thread != self && thread != rank->watcher)
            put_thread(file, thread, thread->regs, 0);
    file->at = ROUND_UP(file->at, PAGE_BYTES);
    for (uint32_t i = 0; i < rank->slot.region_count; i++)
        put_memory(file, &rank->slot.region[i]);
    // The last pages may be a hole.
    if (file->error == 0)
        file->error = (int)host(__NR_ftruncate, (uint64_t[6]){(uint64_t)file->fd, file->at});
}

static int core_write(const struct regs *regs, const struct signal_info *info)
{
    struct thread *self = thread_self();
    struct rank *rank = self->rank;
    struct core_file file = {.fd = -1};
    char name[24];
    int rc;

    machine->vector_save(self->vector_area); // the program's still: the kernel has none
    for (struct thread *thread = rank->threads; thread; thread = thread->rank_next)
        if (thread != self)
            thread_stop(thread);
    if (!host_present())
        return -ENOSYS;
    rc = io_cwd_open(rank);
    if (rc)
        return rc;
    format(name, sizeof name, "core.%u", rank->index);
    file.fd = (int)host(__NR_openat, (uint64_t[6]){(uint64_t)(int64_t)rank->cwd_fd, (uintptr_t)name,
                                                   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600});
    if (file.fd < 0)
        return file.fd;
    put_all(&file, regs, info);
    host_close(file.fd);
    return file.error ? file.error : 1;
}

// What core_end takes along to the thread's kernel stack.
struct crash {
    struct job_end end;
    struct regs regs;
    struct signal_info info;
};

// Writing may block, and that must not be on the stack an exception came in on: the next exception of
// this core would come in on it, too.
_Noreturn static void crash_finish(void *arg)
{
    static _Atomic uint32_t claimed;
    struct crash *crash = arg;

    if (atomic_exchange_explicit(&claimed, 1, memory_order_relaxed)) {
        for (;;) // ends with the job: the first one's core file is being written
            sched_block(NEVER);
    }
    crash->end.core_file = core_write(&crash->regs, &crash->info);
    job_end(&crash->end);
}

void core_end(const struct job_end *end, const struct regs *regs, const struct signal_info *info)
{
    const struct thread *self = thread_self();
    struct crash *crash = (struct crash *)ROUND_DOWN(self->kernel_stack - sizeof *crash, 64);
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    struct crash on_stack = {*end, *regs, *info};

    if (here < self->kernel_stack && here > self->kernel_stack - KERNEL_STACK_BYTES)
        crash_finish(&on_stack); // a system call: there already
    *crash = on_stack;
    stack_enter((uintptr_t)crash, crash_finish, crash);
}
