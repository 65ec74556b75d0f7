// SPDX-License-Identifier: BSD-2-Clause
// topo.c: what `torito topo` shows: one fact a line, `name: value`, in a fixed order.
#include "machine/pc/topo.h"
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/pc.h"
#include "machine/pc/x86io.h"
#include <stdarg.h>

static void say(const char *text, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *text, ...)
{
    char line[200];
    va_list list;

    va_start(list, text);
    format_list(line, sizeof line, text, list);
    va_end(list);
    pc_console_write(1, line, strlen(line));
}

static const char *door_name(uint32_t magic)
{
    if (magic == BOOTINFO_PVH)
        return "PVH";
    return magic == BOOTINFO_MULTIBOOT2 ? "multiboot2" : "Linux boot protocol, 64 bits";
}

// Letters of a signature in registers, as CPUID gives them; what is not printable becomes a blank.
static void signature(char out[13], uint32_t a, uint32_t b, uint32_t c)
{
    memcpy(out, &a, 4);
    memcpy(out + 4, &b, 4);
    memcpy(out + 8, &c, 4);
    for (uint32_t i = 0; i < 12; i++)
        out[i] = out[i] >= ' ' && out[i] < 127 ? out[i] : ' ';
    out[12] = 0;
}

static void hypervisor_print(void)
{
    struct cpuid vendor = cpuid(0, 0), above = cpuid(0x40000000, 0);
    char text[13];

    signature(text, vendor.ebx, vendor.edx, vendor.ecx);
    say("CPU vendor: %s\n", text);
    if (!pc_features.hypervisor) {
        say("hypervisor: none told\n");
        return;
    }
    signature(text, above.ebx, above.ecx, above.edx);
    say("hypervisor: %s\n", text);
}

static void features_print(void)
{
    const struct {
        bool there;
        const char *name;
    } feature[] = {
        {pc_features.nx, "nx"},
        {pc_features.large_1g, "1g-pages"},
        {pc_features.fsgsbase, "fsgsbase"},
        {pc_features.xsave, "xsave"},
        {(pc_features.xcr0 & 0x04) != 0, "avx"},
        {(pc_features.xcr0 & 0xe0) == 0xe0, "avx512"},
        {pc_features.rdrand, "rdrand"},
        {pc_features.mce, "mce"},
        {pc_features.x2apic, "x2apic"},
        {pc_features.tsc_deadline, "tsc-deadline"},
        {cpuid(0x80000000, 0).eax >= 0x80000007 && cpuid(0x80000007, 0).edx >> 8 & 1,
         "constant-tsc"},
    };

    say("features:");
    for (uint32_t i = 0; i < sizeof feature / sizeof feature[0]; i++)
        if (feature[i].there)
            say(" %s", feature[i].name);
    say("\n");
}

static void cores_print(const struct firmware *firmware, uint32_t cores)
{
    say("CPUs: %u usable, listed by %s%s\n", firmware->cpu_count ? firmware->cpu_count : 1,
        firmware->source, firmware->more_cpus ? ", which lists more than fit" : "");
    for (uint32_t i = 0; i < cores; i++) {
        say("core %u: APIC id %u", i, pc_apic_id[i]);
        if (pc_core_node[i] != FIRMWARE_NO_NODE)
            say(", node %u", pc_core_node[i]);
        say("\n");
    }
    say("local APIC: %s\n", pc_lapic_mmio ? "xAPIC" : "x2APIC");
    say("timer: %s\n", pc_features.tsc_deadline ? "TSC deadline" : "local APIC counter");
    say("clock: TSC at %lu kHz, by %s\n", clock_khz(), clock_source());
}

static void memory_print(const struct ranges *ram, const struct firmware *firmware)
{
    for (uint32_t i = 0; i < ram->count; i++)
        say("memory: 0x%lx to 0x%lx, %lu MiB\n", ram->range[i].start, ram->range[i].end,
            (ram->range[i].end - ram->range[i].start) >> 20);
    say("memory in all: %lu MiB\n", ranges_bytes(ram) >> 20);
    say("nodes: %u\n", firmware->node_count ? firmware->node_count : 1);
    for (uint32_t i = 0; firmware->node_count && i < firmware->node_memory_count; i++)
        say("node %u: 0x%lx to 0x%lx\n", firmware->node_memory[i].node,
            firmware->node_memory[i].start, firmware->node_memory[i].end);
}

static void ranks_print(uint32_t cores, uint32_t ranks)
{
    struct range part;

    say("ranks' memory: %s\n", slots_by_node() ? "on their cores' nodes" : "equal parts of all");
    for (uint32_t rank = 0; rank < ranks && slots_part(rank, &part); rank++)
        say("rank %u: core %u, 0x%lx to 0x%lx, %lu MiB\n", rank, rank_core(rank, ranks, cores),
            part.start, part.end, (part.end - part.start) >> 20);
}

void topo_print(uint32_t magic, const struct bootinfo *info, const struct ranges *ram,
                const struct firmware *firmware, uint32_t cores, uint32_t ranks)
{
    say("front door: %s\n", door_name(magic));
    say("ACPI's root: %s\n", info->rsdp ? "as the boot loader says" : "looked for");
    hypervisor_print();
    features_print();
    cores_print(firmware, cores);
    memory_print(ram, firmware);
    ranks_print(cores, ranks);
}
