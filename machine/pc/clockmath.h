// SPDX-License-Identifier: BSD-2-Clause
// clockmath.h: the arithmetic of clocks, apart from the machine so that it can be tested anywhere.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// Nanoseconds per tick as a binary fraction with 56 bits behind the point: good for 4 MHz and up, and exact
// to a nanosecond in two years. The product of 64 by 64 bits never overflows 128.
#define CLOCK_SHIFT 56

// a * b / c with a product of 128 bits; UINT64_MAX if the result does not fit. The kernel has no
// libgcc to divide 128 bits for it.
static inline uint64_t clock_muldiv(uint64_t a, uint64_t b, uint64_t c)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    uint64_t quotient, rest;

    if (product >> 64 >= c)
        return UINT64_MAX;
    __asm__("divq %4"
            : "=a"(quotient), "=d"(rest)
            : "a"((uint64_t)product), "d"((uint64_t)(product >> 64)), "r"(c)
            : "cc");
    return quotient;
}

static inline uint64_t clock_scale(uint64_t khz)
{
    return clock_muldiv(1000000, 1ull << CLOCK_SHIFT, khz);
}

static inline uint64_t clock_scaled(uint64_t ticks, uint64_t scale)
{
    return (uint64_t)((unsigned __int128)ticks * scale >> CLOCK_SHIFT);
}

// kHz of the TSC from KVM's pvclock_vcpu_time_info: ns = (ticks << shift) * multiplier >> 32. 0: nonsense.
uint64_t clock_pvclock_khz(uint32_t multiplier, int8_t shift);

// What KVM tells a virtual CPU about its own clock (Documentation/virt/kvm/x86/msr.rst of Linux). It
// writes only while that CPU does not run: `version` is odd meanwhile, and another one afterwards.
struct pvclock_time {
    uint32_t version, pad;
    uint64_t tsc, system_ns; // this time stamp was read at that time
    uint32_t multiplier;
    int8_t shift;
    uint8_t flags, pad2[2];
};
_Static_assert(sizeof(struct pvclock_time) == 32, "KVM's struct pvclock_vcpu_time_info");
#define PVCLOCK_STABLE 1u // flags: all CPUs' time stamps agree

// Nanoseconds of the host's clock now, on the CPU that `time` is about; `tsc` reads its time stamp.
uint64_t clock_pvclock_ns(const volatile struct pvclock_time *time, uint64_t (*tsc)(void));

// `now`, or the latest that any CPU has been told if that is later: time never goes backwards from one to
// another. `latest` begins at 0.
uint64_t clock_forward(_Atomic uint64_t *latest, uint64_t now);

// From CPUID leaf 0x15 (SDM volume 2): TSC = crystal * numerator / denominator. A crystal of 0 is unknown.
uint64_t clock_leaf15_khz(uint32_t denominator, uint32_t numerator, uint32_t crystal_hz);

// kHz from `ticks` of the TSC while another clock of `hz` went on by `steps`. 0: too few to tell.
uint64_t clock_measured_khz(uint64_t ticks, uint64_t steps, uint64_t hz);

// Is it a frequency a TSC can have? 100 MHz to 20 GHz.
bool clock_khz_ok(uint64_t khz);

// Seconds since 1970 of a UTC date; month 1..12, day 1..31.
uint64_t clock_seconds(uint32_t year, uint32_t month, uint32_t day, uint32_t hour, uint32_t minute,
                       uint32_t second);

// The CMOS clock's registers (MC146818): BCD or binary by bit 2 of register B, 12 or 24 hours by bit 1.
struct rtc_registers {
    uint8_t second, minute, hour, day, month, year, century, b;
};
uint64_t clock_rtc_seconds(const struct rtc_registers *rtc);
