// SPDX-License-Identifier: BSD-2-Clause
// lapic.c: the local APIC (SDM volume 3, chapter 11): its timer and interrupts between cores.
//
// Registers are memory (xAPIC) or, where the CPU can, MSRs (x2APIC): a write costs no wait, and APIC ids
// above 254 have no other name. A firmware may ask to leave that alone, and is heard unless it has switched
// it on itself or has listed such a CPU. The timer
// runs in TSC-deadline mode where there is one, otherwise counts down once at a measured speed.
#include "machine/pc/clockmath.h"
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/pc.h"
#include "machine/pc/x86io.h"

#define APIC_BASE_X2APIC (1u << 10)
#define APIC_BASE_ENABLE (1u << 11)
#define LAPIC_DEFAULT 0xfee00000ull

// Offsets of the memory registers; the MSR is MSR_X2APIC + offset / 16.
#define REG_ID 0x020u
#define REG_TPR 0x080u
#define REG_EOI 0x0b0u
#define REG_SVR 0x0f0u
#define REG_ICR 0x300u
#define REG_ICR_HIGH 0x310u
#define REG_TIMER 0x320u
#define REG_LINT0 0x350u
#define REG_LINT1 0x360u
#define REG_ERROR 0x370u
#define REG_INITIAL 0x380u
#define REG_CURRENT 0x390u
#define REG_DIVIDE 0x3e0u

#define SVR_ENABLE 0x100u
#define ICR_PENDING 0x1000u
#define LVT_MASKED 0x10000u
#define LVT_NMI 0x400u
#define TIMER_TSC_DEADLINE 0x40000u
#define DIVIDE_BY_16 3u
#define ICR_POLLS_MAX 1000000u
#define CALIBRATE_NS 1000000u

volatile uint32_t *pc_lapic_mmio;
static uint64_t timer_khz; // steps of the counter per millisecond

static uint32_t reg_read(uint32_t reg)
{
    return pc_lapic_mmio ? pc_lapic_mmio[reg / 4] : (uint32_t)msr_read(MSR_X2APIC + reg / 16);
}

static void reg_write(uint32_t reg, uint32_t value)
{
    if (pc_lapic_mmio)
        pc_lapic_mmio[reg / 4] = value;
    else
        msr_write(MSR_X2APIC + reg / 16, value);
}

void lapic_init(uint64_t address, bool avoid_x2apic)
{
    uint64_t base = msr_read(MSR_APIC_BASE);

    if (base & APIC_BASE_X2APIC || (pc_features.x2apic && !avoid_x2apic))
        return; // lapic_core_init switches it on
    // The MSR knows best; a VMM without it reads as 0.
    if (base & PTE_ADDRESS)
        address = base & PTE_ADDRESS;
    if (!address || address >> 32)
        address = LAPIC_DEFAULT;
    pc_lapic_mmio = direct(address);
}

void lapic_core_init(void)
{
    uint64_t base = msr_read(MSR_APIC_BASE);

    if (!pc_lapic_mmio && !(base & APIC_BASE_X2APIC)) // as core 0 has it
        msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLE | APIC_BASE_X2APIC);
    else if (!(base & APIC_BASE_ENABLE) && base)
        msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
    reg_write(REG_TPR, 0);
    reg_write(REG_LINT0, LVT_MASKED);
    reg_write(REG_LINT1, LVT_NMI);
    reg_write(REG_ERROR, LVT_MASKED);
    reg_write(REG_SVR, SVR_ENABLE | PC_VECTOR_SPURIOUS);
    reg_write(REG_DIVIDE, DIVIDE_BY_16);
    reg_write(REG_TIMER, PC_VECTOR_TIMER | (pc_features.tsc_deadline ? TIMER_TSC_DEADLINE : 0));
}

uint32_t lapic_id(void)
{
    return pc_lapic_mmio ? reg_read(REG_ID) >> 24 : reg_read(REG_ID);
}

void lapic_eoi(void)
{
    reg_write(REG_EOI, 0);
}

void lapic_ipi(uint32_t apic_id, uint32_t command)
{
    struct pc_core *self = (struct pc_core *)core_self();

    if (!pc_lapic_mmio) {
        // In x2APIC mode the write is not ordered behind the stores before it (SDM 11.12.3).
        __asm__ volatile("mfence; lfence" : : : "memory");
        msr_write(MSR_X2APIC + REG_ICR / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    // Each access leaves the guest. An APIC that is software has delivered when the write returns.
    for (uint32_t i = 0;
         !pc_features.hypervisor && reg_read(REG_ICR) & ICR_PENDING && i < ICR_POLLS_MAX; i++)
        cpu_pause();
    if (self->ipi_target != apic_id + 1) {
        reg_write(REG_ICR_HIGH, apic_id << 24);
        self->ipi_target = apic_id + 1;
    }
    reg_write(REG_ICR, command);
}

uint32_t lapic_timer_count(void)
{
    if (reg_read(REG_CURRENT) == 0) {
        reg_write(REG_DIVIDE, DIVIDE_BY_16);
        reg_write(REG_TIMER, LVT_MASKED | PC_VECTOR_TIMER);
        reg_write(REG_INITIAL, UINT32_MAX);
    }
    return reg_read(REG_CURRENT);
}

void lapic_timer_init(void)
{
    uint64_t before, after;
    uint32_t count;

    if (pc_features.tsc_deadline)
        return;
    reg_write(REG_TIMER, LVT_MASKED | PC_VECTOR_TIMER);
    reg_write(REG_INITIAL, UINT32_MAX);
    before = clock_now_ns();
    clock_wait_ns(CALIBRATE_NS);
    count = UINT32_MAX - reg_read(REG_CURRENT);
    after = clock_now_ns();
    reg_write(REG_INITIAL, 0);
    reg_write(REG_TIMER, PC_VECTOR_TIMER);
    timer_khz = count * 1000000ull / (after - before);
    if (timer_khz == 0)
        timer_khz = 1; // a timer that stands still: core_idle then wakes by interrupts only
}

void lapic_timer_arm(uint64_t delta_ns)
{
    uint64_t count;

    if (pc_features.tsc_deadline) {
        msr_write(MSR_TSC_DEADLINE, tsc_read() + clock_ns_to_ticks(delta_ns));
        return;
    }
    // A longer time than the counter holds ends early: core_idle may return for no reason.
    count = delta_ns > 1000000000000 ? UINT32_MAX : delta_ns * timer_khz / 1000000 + 1;
    reg_write(REG_INITIAL, count > UINT32_MAX ? UINT32_MAX : (uint32_t)count);
}
