// SPDX-License-Identifier: BSD-2-Clause
// cpu.c: the state a CPU needs before kernel and payload run on it: tables, control registers, MSRs,
// and the vector registers' switches.
#include "machine/pc/pc.h"
#include "machine/pc/x86io.h"
#include "machine/x86/x86.h"

#define CR0_MP (1ul << 1)
#define CR0_EM (1ul << 2)
#define CR0_TS (1ul << 3)
#define CR0_NE (1ul << 5)
#define CR0_WP (1ul << 16)
#define CR4_DE (1ul << 3)
#define CR4_MCE (1ul << 6)
#define CR4_OSFXSR (1ul << 9)
#define CR4_OSXMMEXCPT (1ul << 10)
#define CR4_FSGSBASE (1ul << 16)
#define CR4_OSXSAVE (1ul << 18)
#define EFER_SCE (1ul << 0)
#define EFER_NXE (1ul << 11)
#define RFLAGS_TF (1ul << 8)
#define RFLAGS_IF (1ul << 9)
#define RFLAGS_DF (1ul << 10)
#define RFLAGS_AC (1ul << 18)

// x87, SSE, AVX, and the three parts of AVX-512. Not AMX: 8 KiB more for every thread.
#define XCR0_X87_SSE 0x03ul
#define XCR0_AVX 0x04ul
#define XCR0_AVX512 0xe0ul

enum { IST_TRAP = 1, IST_NMI, IST_DOUBLE, IST_MACHINE_CHECK };

struct gate { // SDM volume 3, figure 6-8
    uint16_t offset0, selector;
    uint8_t ist, type;
    uint16_t offset1;
    uint32_t offset2, reserved;
};

struct pc_features pc_features;
uint32_t pc_core_count;
uint32_t pc_apic_id[CORES_MAX];
uint32_t pc_core_node[CORES_MAX];
uintptr_t pc_core_stack[CORES_MAX];
struct pc_core *pc_core[CORES_MAX];

static struct gate idt[PC_VECTORS]; // one for all cores: the interrupt stacks are in each core's TSS

void cpu_features_find(void)
{
    uint32_t leaf_max = cpuid(0, 0).eax, extended_max = cpuid(0x80000000, 0).eax;
    struct cpuid one = cpuid(1, 0);
    struct cpuid seven = leaf_max >= 7 ? cpuid(7, 0) : (struct cpuid){0};
    struct cpuid extended = extended_max >= 0x80000001 ? cpuid(0x80000001, 0) : (struct cpuid){0};

    pc_features.hypervisor = one.ecx >> 31 & 1;
    pc_features.rdrand = one.ecx >> 30 & 1;
    pc_features.xsave = one.ecx >> 26 & 1;
    pc_features.x2apic = one.ecx >> 21 & 1;
    pc_features.tsc_deadline = one.ecx >> 24 & 1;
    pc_features.mce = one.edx >> 7 & 1;
    pc_features.fsgsbase = seven.ebx & 1;
    pc_features.nx = extended.edx >> 20 & 1;
    pc_features.large_1g = extended.edx >> 26 & 1;
    if (pc_features.xsave && leaf_max >= 0xd) {
        struct cpuid d = cpuid(0xd, 0);
        uint64_t supported = (uint64_t)d.edx << 32 | d.eax;

        pc_features.xcr0 = XCR0_X87_SSE | (supported & XCR0_AVX);
        if ((supported & (XCR0_AVX | XCR0_AVX512)) == (XCR0_AVX | XCR0_AVX512))
            pc_features.xcr0 |= XCR0_AVX512;
    } else {
        pc_features.xsave = false;
    }
}

static void idt_fill(void)
{
    for (uint32_t i = 0; i < PC_VECTORS; i++) {
        uintptr_t code = (uintptr_t)pc_vectors + 16 * i;

        idt[i] = (struct gate){.offset0 = (uint16_t)code,
                               .selector = PC_CODE,
                               .ist = i < 32 ? IST_TRAP : 0,
                               .type = 0x8e, // present, interrupt gate
                               .offset1 = (uint16_t)(code >> 16),
                               .offset2 = (uint32_t)(code >> 32)};
    }
    idt[2].ist = IST_NMI;
    idt[8].ist = IST_DOUBLE;
    idt[18].ist = IST_MACHINE_CHECK;
}

static void ist_set(struct pc_core *core, uint32_t ist, uintptr_t top)
{
    core->tss.ist[2 * (ist - 1)] = (uint32_t)top;
    core->tss.ist[2 * (ist - 1) + 1] = (uint32_t)(top >> 32);
}

void cpu_stacks_set(struct pc_core *core, uintptr_t low)
{
    ist_set(core, IST_TRAP, low += PC_TRAP_STACK_BYTES);
    ist_set(core, IST_NMI, low += PC_ALARM_STACK_BYTES);
    ist_set(core, IST_DOUBLE, low += PC_ALARM_STACK_BYTES);
    ist_set(core, IST_MACHINE_CHECK, low + PC_ALARM_STACK_BYTES);
}

static void tables_load(struct pc_core *core)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) gdt_pointer = {sizeof core->gdt - 1, (uintptr_t)core->gdt},
                              idt_pointer = {sizeof idt - 1, (uintptr_t)idt};
    uint64_t tss = (uintptr_t)&core->tss;

    core->tss.io_map = sizeof core->tss;
    core->gdt[PC_CODE / 8] = 0x00af9b000000ffff;
    core->gdt[PC_DATA / 8] = 0x00cf93000000ffff;
    // An available 64-bit TSS: limit and base spread over two entries (SDM volume 3, figure 7-4).
    core->gdt[PC_TSS / 8] =
        (sizeof core->tss - 1) | (tss & 0xffffff) << 16 | 0x89ull << 40 | (tss >> 24 & 0xff) << 56;
    core->gdt[PC_TSS / 8 + 1] = tss >> 32;
    __asm__ volatile("lgdt %0" : : "m"(gdt_pointer));
    pc_segments_load();
    __asm__ volatile("ltr %w0" : : "r"(PC_TSS));
    __asm__ volatile("lidt %0" : : "m"(idt_pointer));
}

static void control_registers_set(void)
{
    static const uint32_t mxcsr = 0x1f80;
    uint64_t cr0, cr4;

    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    cr0 = (cr0 & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE | CR0_WP;
    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0));
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    cr4 |= CR4_DE | CR4_OSFXSR | CR4_OSXMMEXCPT | (pc_features.mce ? CR4_MCE : 0) |
           (pc_features.fsgsbase ? CR4_FSGSBASE : 0) | (pc_features.xsave ? CR4_OSXSAVE : 0);
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
    if (pc_features.xsave)
        __asm__ volatile("xsetbv"
                         :
                         : "c"(0), "a"((uint32_t)pc_features.xcr0),
                           "d"((uint32_t)(pc_features.xcr0 >> 32)));
    __asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
}

void cpu_init(struct pc_core *core, uint32_t index)
{
    if (index == 0)
        idt_fill();
    core->core.self = &core->core;
    core->core.index = index;
    tables_load(core);
    msr_write(MSR_GS_BASE, (uintptr_t)core);
    msr_write(MSR_FS_BASE, 0);
    control_registers_set();
    // The payload calls the kernel by `syscall` although both run in ring 0: it jumps to LSTAR, and
    // CS = STAR[47:32], SS = that + 8.
    msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SCE | (pc_features.nx ? EFER_NXE : 0));
    msr_write(MSR_STAR, (uint64_t)PC_CODE << 32);
    msr_write(MSR_LSTAR, (uintptr_t)syscall_entry);
    msr_write(MSR_SFMASK, RFLAGS_IF | RFLAGS_DF | RFLAGS_TF | RFLAGS_AC);
}

void cpu_fs_set(uintptr_t base)
{
    if (pc_features.fsgsbase)
        __asm__ volatile("wrfsbase %0" : : "r"(base));
    else
        msr_write(MSR_FS_BASE, base);
}

uintptr_t cpu_fs_get(void)
{
    uintptr_t base;

    if (!pc_features.fsgsbase)
        return msr_read(MSR_FS_BASE);
    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

void cpu_random(uint8_t *to, size_t bytes)
{
    uint64_t state = tsc_read();

    for (size_t i = 0; i < bytes; i++) {
        uint64_t more = 0;

        if (pc_features.rdrand) // may fail when asked too fast; the mixing below goes on without it
            __asm__ volatile("rdrand %0" : "+r"(more) : : "cc");
        // SplitMix64 over the CPU's generator and the jitter of the time stamp.
        state += 0x9e3779b97f4a7c15 ^ more ^ tsc_read() << 32;
        more = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
        more = (more ^ more >> 27) * 0x94d049bb133111eb;
        to[i] = (uint8_t)(more >> 56);
    }
}
