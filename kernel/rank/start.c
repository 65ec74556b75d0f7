// SPDX-License-Identifier: BSD-2-Clause
// start.c: what a program finds on its stack when it starts (System V ABI x86-64, 3.4.1).
//
// From high to low addresses: the strings, the program headers as the program shall see them, the
// vectors. The strings are writable, as glibc's tunables parser expects.
#include "kernel/rank/start.h"
#include "kernel/rank/debug.h"
#include "kernel/rank/rank.h"
#include "lib/lib.h"
#include "machine/payload.h"
#include "machine/x86/x86.h"
#include <asm/errno.h>
#include <elf.h>
#include <stdatomic.h>

// Threads of a rank share a core, so further malloc arenas and spinning only cost; and a restartable
// sequence needs a scheduler that preempts.
#define TUNABLES "glibc.malloc.arena_max=1:glibc.pthread.rseq=0"

struct strings {             // arguments and environment, wherever they come from
    const char *const *list; // by hand
    const char *packed;      // from the launcher: end to end
    uint32_t count;
};

struct stack {
    uintptr_t at, low; // grows down from at; must stay above low
};

_Noreturn static void too_long(const struct rank *rank)
{
    struct job_end end = {
        .cause = JOB_PANIC, .rank = rank->index, .core = rank->core, .status = 126, .vector = 256};

    format(end.text, sizeof end.text,
           "arguments and environment do not fit on the main stack of %lu KiB; use --mem",
           (rank->slot.stack_high - rank->slot.stack_low) >> 10);
    job_end(&end);
}

static void *push(const struct rank *rank, struct stack *stack, const void *from, size_t bytes,
                  size_t align)
{
    if (bytes + align > stack->at - stack->low)
        too_long(rank);
    stack->at = ROUND_DOWN(stack->at - bytes, align);
    if (from)
        memcpy((void *)stack->at, from, bytes);
    return (void *)stack->at;
}

static char *push_string(const struct rank *rank, struct stack *stack, const char *s)
{
    return push(rank, stack, s, strlen(s) + 1, 1);
}

static uint32_t list_count(const char *const *list)
{
    uint32_t n = 0;

    while (list && list[n])
        n++;
    return n;
}

// Copies the strings and fills `vector`, which has room for them all.
static void push_strings(const struct rank *rank, struct stack *stack,
                         const struct strings *strings, char **vector)
{
    const char *at = strings->packed;

    for (uint32_t i = 0; i < strings->count; i++) {
        const char *s = strings->list ? strings->list[i] : at;

        vector[i] = push_string(rank, stack, s);
        at = s + strlen(s) + 1;
    }
}

static void strings_find(const struct rank *rank, struct strings *args, struct strings *env)
{
    const struct job_section *section = rank->job_section;

    if (section) {
        const char *job = (const char *)job_region;

        *args = (struct strings){.packed = job + section->argv_offset, .count = section->argc};
        *env = (struct strings){.packed = job + section->env_offset, .count = section->envc};
    } else {
        *args = (struct strings){
            .list = boot_info->argv, .packed = "", .count = list_count(boot_info->argv)};
        *env = (struct strings){
            .list = boot_info->envp, .packed = "", .count = list_count(boot_info->envp)};
    }
}

// Adds what ranks need and the user has not set; keeps what the user has.
static uint32_t env_complete(const struct rank *rank, struct stack *stack, char **env, uint32_t count)
{
    bool spin = false, tunables = false;

    for (uint32_t i = 0; i < count; i++) {
        spin |= strncmp(env[i], "GOMP_SPINCOUNT=", 15) == 0 ||
                strncmp(env[i], "OMP_WAIT_POLICY=", 16) == 0;
        if (strncmp(env[i], "GLIBC_TUNABLES=", 15) == 0) {
            size_t bytes = strlen(env[i]) + sizeof TUNABLES + 1;
            char *joined = push(rank, stack, NULL, bytes, 1);

            format(joined, bytes, "GLIBC_TUNABLES=" TUNABLES ":%s", env[i] + 15);
            env[i] = joined;
            tunables = true;
        }
    }
    if (!tunables)
        env[count++] = push_string(rank, stack, "GLIBC_TUNABLES=" TUNABLES);
    if (!spin)
        env[count++] = push_string(rank, stack, "GOMP_SPINCOUNT=0");
    env[count] = NULL;
    return count;
}

// The program headers without the kernel's segment, and with .bss where an ordinary program has it.
static Elf64_Phdr *push_phdrs(const struct rank *rank, struct stack *stack)
{
    const struct payload *payload = rank->payload;
    const struct image_header *header = payload->header;
    Elf64_Phdr *phdr = push(rank, stack, payload->phdr, payload->phdr_count * sizeof *phdr, 16);

    for (uint32_t i = 0; i < payload->phdr_count; i++) {
        if (phdr[i].p_type != PT_LOAD)
            continue;
        if (phdr[i].p_vaddr == header->kernel_offset)
            phdr[i].p_type = PT_NULL;
        else if (phdr[i].p_flags & PF_W)
            phdr[i].p_memsz = header->bss_end - phdr[i].p_vaddr;
        phdr[i].p_paddr = phdr[i].p_vaddr;
    }
    return phdr;
}

// Hides the search path for shared libraries that -rpath leaves in an image: glibc's start of a static
// program asserts that there is none. Its tag becomes one that nobody reads.
static void hide_rpath(const struct rank *rank)
{
    const struct payload *payload = rank->payload;
    const struct image_header *header = payload->header;
    const Elf64_Phdr *phdr = payload->phdr;

    for (uint32_t i = 0; i < payload->phdr_count; i++) {
        Elf64_Dyn *entry = (Elf64_Dyn *)(rank->slot.memory.base + phdr[i].p_vaddr);

        if (phdr[i].p_type != PT_DYNAMIC || phdr[i].p_vaddr % _Alignof(Elf64_Dyn) != 0 ||
            phdr[i].p_vaddr < header->data_start || phdr[i].p_vaddr > header->bss_start ||
            phdr[i].p_filesz > header->bss_start - phdr[i].p_vaddr)
            continue;
        for (size_t at = 0; at < phdr[i].p_filesz / sizeof *entry; at++)
            if (entry[at].d_tag == DT_RPATH || entry[at].d_tag == DT_RUNPATH)
                entry[at].d_tag = DT_LOOS;
    }
}

static uint32_t cpuid_edx1(void)
{
    uint32_t eax = 1, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return edx;
}

#define AUXV_MAX 24

static uint32_t auxv_fill(const struct rank *rank, struct stack *stack, Elf64_auxv_t *auxv)
{
    uint32_t n = 0;
    const char *path = rank->job_section ? (const char *)job_region + rank->job_section->path_offset
                                         : boot_info->path;
    uint8_t random[16];
    const uint8_t *seed = job_region ? job_region->random : boot_info->random;

    for (unsigned i = 0; i < sizeof random; i++) // every rank its own, from the job's
        random[i] = (uint8_t)(seed[i] ^ seed[16 + i] ^ (rank->index >> (i % 4 * 8)) * 167u);
#define AUX(type, value) \
    auxv[n++] = (Elf64_auxv_t) \
    { \
        (type), \
        { \
            (uint64_t)(value) \
        } \
    }
    AUX(AT_PHDR, (uintptr_t)push_phdrs(rank, stack));
    AUX(AT_PHENT, sizeof(Elf64_Phdr));
    AUX(AT_PHNUM, rank->payload->phdr_count);
    AUX(AT_PAGESZ, PAGE_BYTES);
    AUX(AT_BASE, 0);
    AUX(AT_FLAGS, 0);
    AUX(AT_ENTRY, rank->slot.memory.base + rank->payload->header->payload_start);
    AUX(AT_UID, 0);
    AUX(AT_EUID, 0);
    AUX(AT_GID, 0);
    AUX(AT_EGID, 0);
    AUX(AT_SECURE, 0);
    AUX(AT_RANDOM, (uintptr_t)push(rank, stack, random, sizeof random, 16));
    AUX(AT_HWCAP, cpuid_edx1());
    AUX(AT_HWCAP2, machine->fsgsbase ? 2 : 0);
    AUX(AT_CLKTCK, 100);
    AUX(AT_MINSIGSTKSZ, machine->vector_bytes + 1024);
    AUX(AT_EXECFN, (uintptr_t)push_string(rank, stack, path));
    AUX(AT_PLATFORM, (uintptr_t)push_string(rank, stack, "x86_64"));
    AUX(AT_TORITO, (uintptr_t)&rank->services);
    if (boot_info->vdso)
        AUX(AT_SYSINFO_EHDR, boot_info->vdso);
    AUX(AT_NULL, 0);
#undef AUX
    assert(n <= AUXV_MAX);
    return n;
}

// Tells the launcher that the first payload is about to run.
static void job_running(void)
{
    static _Atomic uint32_t told;
    uint32_t booting = JOB_BOOTING;

    if (!job_region || atomic_exchange_explicit(&told, 1, memory_order_relaxed))
        return;
    if (job_region->flags & JOB_TIMINGS)
        job_region->main_tsc = __builtin_ia32_rdtsc();
    // Not if another core has ended the job meanwhile. Release: the times before the state. Pairs
    // with the launcher's acquire.
    atomic_compare_exchange_strong_explicit(&job_region->state, &booting, JOB_RUNNING,
                                            memory_order_release, memory_order_relaxed);
    if (job_region->flags & JOB_TIMINGS)
        machine->kick(); // it wants to see this, not the first line of output
}

void start_rank(void *arg)
{
    struct rank *rank = arg;
    struct stack stack = {rank->slot.stack_high - 16 - rank_colour(rank->index),
                          rank->slot.stack_low + 32 * PAGE_BYTES / 4};
    Elf64_auxv_t auxv[AUXV_MAX];
    struct strings args, env;
    char **argv, **envp;
    uint64_t *top;
    uint32_t auxc, envc;
    size_t words;

    strings_find(rank, &args, &env);
    argv = push(rank, &stack, NULL, (args.count + env.count + 4) * sizeof *argv, 16);
    envp = argv + args.count + 1;
    push_strings(rank, &stack, &args, argv);
    argv[args.count] = NULL;
    push_strings(rank, &stack, &env, envp);
    envc = env_complete(rank, &stack, envp, env.count);
    auxc = auxv_fill(rank, &stack, auxv);
    // argc, argv with its NULL, envp with its NULL, auxv: at the stack pointer, 16-byte aligned.
    words = 1 + args.count + 1 + envc + 1;
    top = push(rank, &stack, NULL, words * 8 + auxc * sizeof auxv[0], 16);
    top[0] = args.count;
    memcpy(top + 1, argv, (args.count + 1) * sizeof *argv);
    memcpy(top + 2 + args.count, envp, (envc + 1) * sizeof *envp);
    memcpy(top + words, auxv, auxc * sizeof auxv[0]);
    hide_rpath(rank);
    job_running();
    if (job_region && job_region->debug_rank != JOB_NO_RANK)
        debug_wait(rank);
    payload_enter(rank->slot.memory.base + rank->payload->header->payload_start, (uintptr_t)top);
}
