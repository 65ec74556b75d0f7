// SPDX-License-Identifier: BSD-2-Clause
// clock.c: time from the time stamp counter, and how its frequency is found.
//
// In this order: `tsc_khz=` on the command line; what a hypervisor says (pvclock's multiplier, CPUID
// leaf 0x40000010); the launcher's hint; CPUID leaf 0x15; a measurement against the HPET, the ACPI
// timer, the PIT's channel 0 (channel 2 needs port 0x61, which microvm lacks), the RTC; CPUID leaf
// 0x16, which is the nominal frequency only; and the local APIC's timer, 1 GHz under most hypervisors.
// If KVM says that the time stamps of its virtual CPUs do not agree, each core reads KVM's own clock instead.
// Every wait ends after a bounded number of polls.
#include "machine/pc/clockmath.h"
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/pc.h"
#include "machine/pc/x86io.h"

#define KHZ_LAST_RESORT 1000000u
#define POLLS_MAX 2000000u
#define TRIES 4

#define MSR_KVM_CLOCK 0x4b564d01u
#define HPET_CONFIG 0x10u
#define HPET_COUNTER 0xf0u
#define PM_TIMER_HZ 3579545u
#define PIT_HZ 1193182u
#define PIT_CHANNEL_0 0x40u
#define PIT_COMMAND 0x43u
#define LAPIC_TIMER_HZ 62500000u // 1 GHz divided by 16
#define CMOS_INDEX 0x70u
#define CMOS_DATA 0x71u

// A clock that counts steps of known length.
struct ticker {
    uint64_t hz;
    uint32_t mask; // where it wraps
    bool (*start)(void);
    bool (*read)(uint32_t *count); // rising; false: not usable (any more)
};

struct sample {
    uint64_t tsc, width; // read at tsc +- width / 2
    uint32_t count;
};

static uint64_t tsc_start, tsc_khz, scale;
static const char *tsc_source;
static uint64_t wall_start_ns; // CLOCK_REALTIME when now_ns was 0
static bool by_pvclock;        // each core reads its own
static uint64_t pvclock_start_ns;
static _Atomic uint64_t pvclock_latest;
static volatile uint32_t *hpet;
static uint16_t pm_timer_port;

// --- the tickers ---

static bool always_there(void)
{
    return true;
}

static bool hpet_start(void)
{
    hpet[HPET_CONFIG / 4] |= 1;
    return true;
}

static bool hpet_count(uint32_t *count)
{
    *count = hpet[HPET_COUNTER / 4];
    return true;
}

static bool pm_timer_count(uint32_t *count)
{
    *count = in32(pm_timer_port);
    return true;
}

// Mode 0: counts from 65535 down to 0 once, 55 ms, then raises its output.
static bool pit_start(void)
{
    out8(PIT_COMMAND, 0x30);
    out8(PIT_CHANNEL_0, 0xff);
    out8(PIT_CHANNEL_0, 0xff);
    return true;
}

static bool pit_count(uint32_t *count)
{
    uint8_t status;
    uint32_t left;

    out8(PIT_COMMAND, 0xc2); // latch status and count of channel 0
    status = in8(PIT_CHANNEL_0);
    left = in8(PIT_CHANNEL_0);
    left |= (uint32_t)in8(PIT_CHANNEL_0) << 8;
    *count = status & 0x40 ? 0 : 0xffff - left; // bit 6: not loaded yet
    return !(status & 0x80);                    // bit 7: run out, or no PIT at all
}

static bool lapic_count(uint32_t *count)
{
    *count = ~lapic_timer_count();
    return true;
}

static bool sample_once(const struct ticker *ticker, struct sample *out)
{
    uint64_t before = tsc_read();
    bool ok = ticker->read(&out->count);

    out->width = tsc_read() - before;
    out->tsc = before + out->width / 2;
    return ok;
}

// The sharpest of a few readings: a VM's exits take their time, and not always the same.
static bool sample_take(const struct ticker *ticker, struct sample *out)
{
    bool ok = sample_once(ticker, out);

    for (int i = 0; i < 4 && ok; i++) {
        struct sample next;

        ok = sample_once(ticker, &next);
        if (next.width < out->width)
            *out = next;
    }
    return ok;
}

// One measurement over 10 ms. Sets *sharp if the readings themselves took next to no time.
static uint64_t measure_once(const struct ticker *ticker, bool *sharp)
{
    struct sample a, b;
    uint32_t steps = 0;

    if (!ticker->start() || !sample_take(ticker, &a))
        return 0;
    for (uint32_t i = 0; steps < ticker->hz / 100; i++) {
        if (i == POLLS_MAX || !sample_once(ticker, &b) || (i == 1000 && steps == 0))
            return 0;
        steps = (b.count - a.count) & ticker->mask;
    }
    if (!sample_take(ticker, &b))
        return 0;
    steps = (b.count - a.count) & ticker->mask;
    *sharp = (a.width + b.width) * 1000 < b.tsc - a.tsc;
    return clock_measured_khz(b.tsc - a.tsc, steps, ticker->hz);
}

static uint64_t measure(const struct ticker *ticker)
{
    uint64_t khz = 0;
    bool sharp = false;

    for (int i = 0; i < TRIES && !sharp; i++) {
        uint64_t now = measure_once(ticker, &sharp);

        if (now)
            khz = now;
    }
    return khz;
}

// --- the RTC ---

static uint8_t cmos_read(uint8_t index)
{
    out8(CMOS_INDEX, index);
    return in8(CMOS_DATA);
}

// Seconds since 1970, 0 if there is no such clock.
static uint64_t rtc_seconds(void)
{
    uint64_t last = 0;

    for (int i = 0; i < 8; i++) { // the same twice: not in the middle of an update
        struct rtc_registers rtc = {cmos_read(0), cmos_read(2), cmos_read(4),    cmos_read(7),
                                    cmos_read(8), cmos_read(9), cmos_read(0x32), cmos_read(0xb)};
        uint64_t now = clock_rtc_seconds(&rtc);

        if (rtc.month == 0 || rtc.month > 0x12 || rtc.day == 0 || rtc.day > 0x31)
            return 0;
        if (now == last)
            return now;
        last = now;
    }
    return 0;
}

static uint64_t rtc_measure(void)
{
    uint64_t tsc[2];

    if (!rtc_seconds())
        return 0;
    for (int edge = 0; edge < 2; edge++) {
        uint8_t second = cmos_read(0);
        uint32_t polls = 0;

        while (cmos_read(0) == second)
            if (++polls == POLLS_MAX)
                return 0;
        tsc[edge] = tsc_read();
    }
    return clock_measured_khz(tsc[1] - tsc[0], 1000, 1000);
}

// --- what the machine says ---

static bool signature_is(uint32_t leaf, const char *text)
{
    struct cpuid r = cpuid(leaf, 0);

    return memcmp(&r.ebx, text, 4) == 0 && memcmp(&r.ecx, text + 4, 4) == 0 &&
           memcmp(&r.edx, text + 8, 4) == 0;
}

static volatile struct pvclock_time *pvclock_self(void)
{
    return &((struct pc_core *)core_self())->pvclock;
}

// Filled in by the write to the MSR, and again whenever KVM sees a reason, until it is told to stop.
static void pvclock_enable(void)
{
    volatile struct pvclock_time *time = pvclock_self();
    uint64_t physical = (uintptr_t)time >= IMAGE_DIRECT_BASE ? (uintptr_t)time - IMAGE_DIRECT_BASE
                                                             : physical_of_kernel(time);

    msr_write(MSR_KVM_CLOCK, physical | 1);
}

// Sets by_pvclock if time stamps do not agree.
static uint64_t pvclock_khz(void)
{
    volatile struct pvclock_time *time = pvclock_self();
    uint64_t khz;

    if (!pc_features.hypervisor || !signature_is(0x40000000, "KVMKVMKVM\0\0\0") ||
        !(cpuid(0x40000001, 0).eax & 1u << 3))
        return 0;
    pvclock_enable();
    khz = clock_pvclock_khz(time->multiplier, time->shift);
    by_pvclock = khz && !(time->flags & PVCLOCK_STABLE);
    if (by_pvclock)
        pvclock_start_ns = clock_pvclock_ns(time, tsc_read);
    else
        msr_write(MSR_KVM_CLOCK, 0);
    return khz;
}

void clock_core_init(void)
{
    if (by_pvclock)
        pvclock_enable();
}

static uint64_t leaf40000010_khz(void)
{
    uint64_t khz;

    if (!pc_features.hypervisor || cpuid(0x40000000, 0).eax < 0x40000010)
        return 0;
    khz = cpuid(0x40000010, 0).eax;
    return clock_khz_ok(khz) ? khz : 0;
}

static uint64_t leaf15_khz(void)
{
    struct cpuid r;

    if (cpuid(0, 0).eax < 0x15)
        return 0;
    r = cpuid(0x15, 0);
    return clock_leaf15_khz(r.eax, r.ebx, r.ecx);
}

static uint64_t leaf16_khz(void)
{
    uint64_t khz = cpuid(0, 0).eax < 0x16 ? 0 : (cpuid(0x16, 0).eax & 0xffff) * 1000ull;

    return clock_khz_ok(khz) ? khz : 0;
}

static uint64_t hpet_measure(const struct firmware *firmware)
{
    uint32_t period_fs;

    if (!firmware->hpet || firmware->hpet >> 32)
        return 0;
    hpet = direct(firmware->hpet);
    period_fs = hpet[1];
    if (period_fs < 1000000 || period_fs > 100000000)
        return 0;
    return measure(&(struct ticker){1000000000000000 / period_fs, UINT32_MAX, hpet_start, hpet_count});
}

static uint64_t pm_timer_measure(const struct firmware *firmware)
{
    pm_timer_port = firmware->pm_timer;
    return !pm_timer_port
               ? 0
               : measure(&(struct ticker){PM_TIMER_HZ, firmware->pm_timer_32 ? UINT32_MAX : 0xffffff,
                                          always_there, pm_timer_count});
}

static uint64_t pit_measure(void)
{
    return measure(&(struct ticker){PIT_HZ, 0xffff, pit_start, pit_count});
}

static uint64_t lapic_measure(void)
{
    return pc_features.hypervisor
               ? measure(&(struct ticker){LAPIC_TIMER_HZ, UINT32_MAX, always_there, lapic_count})
               : 0;
}

// Is that the answer? Then it came from `source`.
static bool found(uint64_t khz, const char *source)
{
    if (!khz)
        return false;
    tsc_khz = khz;
    tsc_source = source;
    return true;
}

void clock_init(const struct firmware *firmware, uint64_t override_khz, uint64_t hint_khz)
{
    tsc_start = tsc_read();
    if (!found(override_khz, "tsc_khz= on the command line") &&
        !found(pvclock_khz(), "KVM's clock") && !found(leaf40000010_khz(), "CPUID leaf 0x40000010") &&
        !found(clock_khz_ok(hint_khz) ? hint_khz : 0, "the launcher") &&
        !found(leaf15_khz(), "CPUID leaf 0x15") && !found(hpet_measure(firmware), "the HPET") &&
        !found(pm_timer_measure(firmware), "the ACPI timer") && !found(pit_measure(), "the PIT") &&
        !found(rtc_measure(), "the RTC") && !found(leaf16_khz(), "CPUID leaf 0x16") &&
        !found(lapic_measure(), "the local APIC's timer"))
        found(KHZ_LAST_RESORT, "nothing: a guess");
    scale = clock_scale(tsc_khz);
}

const char *clock_source(void)
{
    return by_pvclock ? "KVM's clock, read on each core" : tsc_source;
}

uint64_t clock_khz(void)
{
    return tsc_khz;
}

uint64_t clock_now_ns(void)
{
    if (by_pvclock)
        return clock_forward(&pvclock_latest,
                             clock_pvclock_ns(pvclock_self(), tsc_read) - pvclock_start_ns);
    return clock_scaled(tsc_read() - tsc_start, scale);
}

uint64_t clock_wall_ns(void)
{
    return wall_start_ns + clock_now_ns();
}

uint64_t clock_ns_to_ticks(uint64_t ns)
{
    uint64_t ticks = clock_muldiv(ns, tsc_khz, 1000000);

    return ticks > INT64_MAX ? INT64_MAX : ticks; // so that a deadline does not wrap
}

void clock_wall_init(uint64_t launcher_ns)
{
    uint64_t up_ns = clock_scaled(tsc_start, scale), rtc_ns = rtc_seconds() * 1000000000;

    wall_start_ns = launcher_ns;
    // Between the launcher's note and now_ns = 0 lay the VM's start. A VM's time stamps count from there.
    if (launcher_ns && pc_features.hypervisor && up_ns < 10000000000)
        wall_start_ns += up_ns;
    rtc_ns -= rtc_ns ? clock_now_ns() : 0;
    if (rtc_ns > wall_start_ns) // whole seconds only, but never too early
        wall_start_ns = rtc_ns;
}

void clock_wait_ns(uint64_t ns)
{
    uint64_t end = clock_now_ns() + ns;

    while (clock_now_ns() < end) // ends: the TSC runs
        cpu_pause();
}
