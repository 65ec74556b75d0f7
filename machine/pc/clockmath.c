// SPDX-License-Identifier: BSD-2-Clause
// clockmath.c: frequencies from what machines say about themselves, and calendar dates.
#include "machine/pc/clockmath.h"

bool clock_khz_ok(uint64_t khz)
{
    return khz >= 100000 && khz <= 20000000;
}

uint64_t clock_pvclock_khz(uint32_t multiplier, int8_t shift)
{
    uint64_t khz;

    if (multiplier == 0 || shift < -31 || shift > 31)
        return 0;
    // One tick lasts 2^shift * multiplier / 2^32 ns.
    if (shift < 0)
        khz = clock_muldiv(1000000ull << -shift, 1ull << 32, multiplier);
    else
        khz = clock_muldiv(1000000, 1ull << 32, multiplier) >> shift;
    return clock_khz_ok(khz) ? khz : 0;
}

uint64_t clock_pvclock_ns(const volatile struct pvclock_time *time, uint64_t (*tsc)(void))
{
    uint64_t ticks, system_ns, now;
    uint32_t multiplier, version;
    int8_t shift;

    do { // ends: KVM writes between two runs of this CPU, not during one
        version = time->version;
        // The writer is the same CPU, only elsewhere: the compiler must keep the order, nobody else need.
        atomic_signal_fence(memory_order_seq_cst);
        ticks = time->tsc;
        system_ns = time->system_ns;
        multiplier = time->multiplier;
        shift = time->shift;
        now = tsc();
        atomic_signal_fence(memory_order_seq_cst);
    } while (version & 1 || version != time->version);
    ticks = now > ticks ? now - ticks : 0;
    ticks = shift < 0 ? ticks >> -shift : ticks << shift;
    return system_ns + (uint64_t)((unsigned __int128)ticks * multiplier >> 32);
}

uint64_t clock_forward(_Atomic uint64_t *latest, uint64_t now)
{
    // [T] acq_rel: whoever sees a time sees what was done before it was told, and a CPU that hears of it by
    // a message finds it here: read-modify-writes of one word have one order.
    uint64_t seen = atomic_load_explicit(latest, memory_order_acquire);

    while (seen < now) // ends: another CPU's later time, or ours, is in
        if (atomic_compare_exchange_weak_explicit(latest, &seen, now, memory_order_acq_rel,
                                                  memory_order_acquire))
            return now;
    return seen;
}

uint64_t clock_leaf15_khz(uint32_t denominator, uint32_t numerator, uint32_t crystal_hz)
{
    uint64_t khz;

    if (!denominator || !numerator || !crystal_hz)
        return 0;
    khz = (uint64_t)crystal_hz * numerator / denominator / 1000;
    return clock_khz_ok(khz) ? khz : 0;
}

uint64_t clock_measured_khz(uint64_t ticks, uint64_t steps, uint64_t hz)
{
    uint64_t khz;

    if (steps < 100 || ticks >> 40)
        return 0;
    khz = clock_muldiv(ticks, hz, steps) / 1000;
    return clock_khz_ok(khz) ? khz : 0;
}

uint64_t clock_seconds(uint32_t year, uint32_t month, uint32_t day, uint32_t hour, uint32_t minute,
                       uint32_t second)
{
    uint64_t days;

    // Years that begin in March put the leap day at the end: day of such a year is (153 m + 2) / 5.
    if (month > 2) {
        month -= 3;
    } else {
        month += 9;
        year--;
    }
    days = year * 365ull + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    days -= 719468; // from 1 March of year 0 to 1 January 1970
    return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

static uint32_t decoded(uint8_t value, bool binary)
{
    return binary ? value : (uint32_t)(value >> 4) * 10 + (value & 15);
}

uint64_t clock_rtc_seconds(const struct rtc_registers *rtc)
{
    bool binary = rtc->b & 4, hours_24 = rtc->b & 2;
    uint32_t hour = decoded(rtc->hour & 0x7f, binary);
    uint32_t year = decoded(rtc->year, binary), century = decoded(rtc->century, binary);

    if (!hours_24)
        hour = hour % 12 + (rtc->hour & 0x80 ? 12 : 0);
    year += century >= 20 && century <= 22 ? century * 100 : 2000; // the century register is optional
    return clock_seconds(year, decoded(rtc->month, binary), decoded(rtc->day, binary), hour,
                         decoded(rtc->minute, binary), decoded(rtc->second, binary));
}
