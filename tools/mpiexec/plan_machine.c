// SPDX-License-Identifier: BSD-2-Clause
// plan_machine.c: which machine a job runs on, and how much memory a VM gets.
#include "abi/job.h"
#include "plan.h"
#include "say.h"
#include <stdlib.h>

#define MIB (1ull << 20)
#define GIB (1ull << 30)

// Untouched memory of a VM costs the host nothing, yet a VM that may take all of it can starve the
// rest: it gets three quarters of what is available now. No processor addresses less than 512 GiB.
#define VM_BYTES_MAX (256 * GIB)
#define VM_BYTES_MIN (64 * MIB)
// Emulation is for trying things out; a program that runs wild in it should not fill the host first.
#define TCG_BYTES_MAX (4 * GIB)
#define TCG_BYTES_RANK (128 * MIB)
// What a rank needs beside its copy of the program: stack, libc's buffers, page tables.
#define RANK_BYTES_MIN (512 * 1024ull)
#define PIECE_BYTES_EXTRA (16 * MIB) // of a rank's memory, for what it asks for besides
#define KERNEL_BYTES_MIN (8 * MIB)   // up to IMAGE_PAYLOAD_PHYS, page tables, per-core areas
// Firmware of q35 keeps its tables in the last pages below the hole.
#define FIRMWARE_BYTES MIB

const char *plan_machine_name(enum machine_kind machine)
{
    return machine == MACHINE_LINUX ? "linux" : machine == MACHINE_Q35 ? "q35" : "microvm";
}

static void machine_linux(struct plan *plan, const char *why)
{
    plan->machine = MACHINE_LINUX;
    say_note("machine linux, %u core%s: %s", plan->cores, plan->cores == 1 ? "" : "s", why);
}

static char *qemu_find(const struct options *options)
{
    const char *name = options->qemu != NULL ? options->qemu : "qemu-system-x86_64";

    return path_find(getenv("PATH"), name);
}

static void machine_vm(struct plan *plan, bool kvm, const char *why)
{
    plan->kvm = kvm;
    say_note("machine %s, %u core%s, %s: %s; QEMU is %s", plan_machine_name(plan->machine),
             plan->cores, plan->cores == 1 ? "" : "s", kvm ? "KVM" : "emulated (TCG)", why,
             plan->qemu);
    if (kvm && plan->cores > plan->cpu_count)
        say_hint(
            "%u virtual CPUs share %u of this host and will wait for each other; leave --cores out",
            plan->cores, plan->cpu_count);
    else if (kvm && plan->ranks > plan->cpu_count)
        say_hint("%u ranks share %u CPU%s", plan->ranks, plan->cpu_count,
                 plan->cpu_count == 1 ? "" : "s");
}

void plan_machine(struct plan *plan)
{
    const struct options *options = plan->options;
    const char *why = "";
    bool kvm;

    plan->machine = options->machine;
    if (plan->machine == MACHINE_LINUX) {
        machine_linux(plan, "asked for");
        return;
    }
    kvm = options->accel != ACCEL_TCG && host_kvm_works(&why);
    plan->qemu = qemu_find(options);
    if (plan->machine == MACHINE_AUTO) {
        plan->machine = MACHINE_MICROVM;
        if (!kvm)
            machine_linux(plan, need_format("no KVM: %s", why));
        else if (plan->qemu == NULL)
            machine_linux(plan, "KVM works, but there is no qemu-system-x86_64 in PATH");
        else
            machine_vm(plan, true, "KVM works");
        return;
    }
    if (plan->qemu == NULL)
        say_fail(STATUS_HOST,
                 "there is no \"%s\": install the package qemu-system-x86, give its path "
                 "with --qemu, or use --machine linux",
                 options->qemu != NULL ? options->qemu : "qemu-system-x86_64");
    if (options->accel == ACCEL_KVM && !kvm)
        say_fail(STATUS_HOST, "KVM does not work here: %s; use --accel tcg or --machine linux", why);
    machine_vm(plan, kvm,
               options->accel != ACCEL_AUTO ? "asked for"
               : kvm                        ? "KVM works"
                                            : need_format("no KVM: %s", why));
}

static uint64_t round_up(uint64_t bytes, uint64_t to)
{
    return (bytes + to - 1) / to * to;
}

// What a rank of a section needs.
static uint64_t rank_bytes(const struct plan *plan, uint32_t section)
{
    const struct image_header *header = plan->program[plan->section[section].program].image.header;

    return (header->bss_end > header->data_start ? header->bss_end - header->data_start : 0) +
           RANK_BYTES_MIN;
}

// The least a VM can start its ranks in; the kernel says more exactly what is missing.
static uint64_t memory_least(const struct plan *plan, uint64_t region_bytes)
{
    uint64_t bytes = KERNEL_BYTES_MIN + region_bytes + plan->program[0].image.load_end;

    for (uint32_t i = 0; i < plan->section_count; i++)
        bytes += plan->section[i].ranks * rank_bytes(plan, i);
    return round_up(bytes, 2 * MIB);
}

static uint64_t memory_default(const struct plan *plan, uint64_t available, uint64_t least)
{
    uint64_t bytes = available / 4 * 3, most = VM_BYTES_MAX;

    if (!plan->kvm && plan->ranks * TCG_BYTES_RANK <= TCG_BYTES_MAX)
        most = TCG_BYTES_MAX;
    else if (!plan->kvm)
        most = plan->ranks * TCG_BYTES_RANK;
    bytes = bytes > most ? most : bytes;
    bytes = bytes < VM_BYTES_MIN ? VM_BYTES_MIN : bytes;
    return bytes < least ? least : bytes;
}

// Where the hole below 4 GiB begins, for so much memory in all (QEMU's hw/i386/microvm.c, pc_q35.c).
static uint64_t hole_start(const struct plan *plan, uint64_t bytes)
{
    if (plan->machine == MACHINE_MICROVM)
        return 0xc0000000;
    return bytes >= 0xb0000000 ? 0x80000000 : 0xb0000000;
}

// Each rank has its memory in one piece, and what is below the hole and what is above are two: as much as
// `bytes`, or so much more that all ranks of a large program find a place.
static uint64_t memory_in_pieces(const struct plan *plan, uint64_t bytes, uint64_t region_bytes)
{
    uint64_t hole = hole_start(plan, bytes), part = 0, below, above;

    for (uint32_t i = 0; i < plan->section_count; i++) {
        uint64_t data = rank_bytes(plan, i);

        data += data / 256 + PIECE_BYTES_EXTRA; // page tables are a 512th
        part = data > part ? data : part;
    }
    if (bytes <= hole)
        return bytes;
    below = (hole - KERNEL_BYTES_MIN - plan->program[0].image.load_end) / part;
    above = plan->ranks > below ? (plan->ranks - below) * part : 0;
    return bytes - hole < above + region_bytes ? hole + above + region_bytes : bytes;
}

struct plan_memory plan_memory(const struct plan *plan, uint64_t region_bytes)
{
    uint64_t slack = plan->machine == MACHINE_Q35 ? FIRMWARE_BYTES : 0;
    uint64_t wanted = plan->options->mem_bytes, available = host_memory_available();
    uint64_t least, hole;
    struct plan_memory memory;

    memory.region_bytes = round_up(region_bytes + slack, JOB_ALIGN);
    least = memory_least(plan, memory.region_bytes);
    if (wanted == 0)
        wanted = memory_in_pieces(plan, memory_default(plan, available, least), memory.region_bytes);
    if (wanted < least)
        say_fail(
            STATUS_HOST,
            "--mem: %lu MiB are too little: %u ranks of this program need at least %lu MiB; use a "
            "larger --mem or fewer ranks",
            (unsigned long)(wanted / MIB), plan->ranks, (unsigned long)(least / MIB));
    if (least > available)
        say_fail(
            STATUS_HOST,
            "%u ranks of this program need at least %lu MiB, this host has %lu MiB available; use "
            "fewer ranks",
            plan->ranks, (unsigned long)(least / MIB), (unsigned long)(available / MIB));
    memory.ram_bytes = wanted / JOB_ALIGN * JOB_ALIGN - memory.region_bytes;
    hole = hole_start(plan, memory.ram_bytes + memory.region_bytes);
    if (memory.ram_bytes < hole && memory.ram_bytes + memory.region_bytes > hole)
        memory.ram_bytes = hole - memory.region_bytes; // not across the hole: below it
    return memory;
}
