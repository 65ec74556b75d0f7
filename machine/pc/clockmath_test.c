// SPDX-License-Identifier: BSD-2-Clause
// clockmath_test.c: frequencies from recorded CPUID leaves and pvclock structures, and dates.
#include "machine/pc/clockmath.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static unsigned done, failed;

static void check(bool ok, const char *what)
{
    done++;
    if (!ok) {
        failed++;
        printf("FAILED: %s\n", what);
    }
}

static bool near(uint64_t a, uint64_t b, uint64_t by)
{
    return a >= b ? a - b <= by : b - a <= by;
}

static void test_scale(void)
{
    uint64_t year = 365ull * 86400;

    for (uint64_t khz = 100000; khz < 20000000; khz = khz * 3 + 7) {
        uint64_t ticks = year * khz * 1000, ns = clock_scaled(ticks, clock_scale(khz));

        check(near(ns, year * 1000000000, 20), "a year in nanoseconds");
    }
    check(clock_muldiv(UINT64_MAX, UINT64_MAX, 1) == UINT64_MAX, "muldiv saturates");
    check(clock_muldiv(1ull << 63, 6, 3) == UINT64_MAX && clock_muldiv(1ull << 62, 6, 3) == 1ull << 63,
          "muldiv");
}

static void test_sources(void)
{
    // KVM for 2.6 GHz and 3.4 GHz: shift -1, multiplier 2^33 / GHz; for 700 MHz shift 0 upwards.
    check(near(clock_pvclock_khz(3303820997u, -1), 2600000, 1), "pvclock 2.6 GHz");
    check(near(clock_pvclock_khz(2526451351u, -1), 3400000, 1), "pvclock 3.4 GHz");
    check(near(clock_pvclock_khz(3067833783u, 1), 700000, 1), "pvclock 700 MHz");
    check(clock_pvclock_khz(0, 0) == 0, "pvclock never filled in");
    check(clock_pvclock_khz(1, 0) == 0 && clock_pvclock_khz(1000, -100) == 0, "pvclock nonsense");
    check(clock_leaf15_khz(2, 160, 38400000) == 3072000, "leaf 0x15 of an Ice Lake");
    check(clock_leaf15_khz(2, 250, 0) == 0, "leaf 0x15 without a crystal");
    check(clock_leaf15_khz(0, 0, 0) == 0, "leaf 0x15 absent");
    check(clock_measured_khz(26000000, 35795, 3579545) == 2600032, "10 ms of the ACPI timer");
    check(clock_measured_khz(26000000, 0, 3579545) == 0, "a timer that stands still");
    check(clock_measured_khz(UINT64_MAX, 35795, 3579545) == 0, "a time stamp that jumped");
}

// --- KVM's clock of each CPU ---

static struct pvclock_time host;
static uint64_t ticks_now;
static unsigned updates; // so many times KVM writes anew just when the time stamp is read

static uint64_t ticks_read(void)
{
    if (updates > 0) {
        updates--;
        host.version += 2;
        host.tsc += 1000;
        host.system_ns += 500;
    }
    return ticks_now;
}

static void test_pvclock(void)
{
    _Atomic uint64_t latest = 0;

    host = (struct pvclock_time){
        .version = 2, .tsc = 1000000, .system_ns = 5000, .multiplier = 1u << 31, .flags = 1};
    ticks_now = 1003000;
    check(clock_pvclock_ns(&host, ticks_read) == 6500, "half a nanosecond a tick");
    host.shift = 1;
    check(clock_pvclock_ns(&host, ticks_read) == 8000, "shifted up");
    host.shift = -1;
    check(clock_pvclock_ns(&host, ticks_read) == 5750, "shifted down");
    host.shift = 0;
    updates = 2;
    check(clock_pvclock_ns(&host, ticks_read) == 6500 && updates == 0 && host.version == 6,
          "written anew meanwhile: read again, and the same time");
    ticks_now = host.tsc - 1;
    check(clock_pvclock_ns(&host, ticks_read) == host.system_ns, "a time stamp before KVM's");
    ticks_now = host.tsc + (1ull << 40);
    check(clock_pvclock_ns(&host, ticks_read) == host.system_ns + (1ull << 39),
          "ten minutes later");
    check(clock_forward(&latest, 100) == 100 && clock_forward(&latest, 90) == 100 &&
              clock_forward(&latest, 101) == 101,
          "never backwards");
}

// Two CPUs whose clocks differ tell each other what they read.
static _Atomic uint64_t latest_of_all, message;

static void *cpu_run(void *arg)
{
    uint64_t skew = arg ? 5000 : 0, backwards = 0;

    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t heard = atomic_load_explicit(&message, memory_order_acquire);
        uint64_t now = clock_forward(&latest_of_all, 10 * i + skew);

        backwards += now < heard;
        atomic_store_explicit(&message, now, memory_order_release);
    }
    return (void *)(uintptr_t)backwards;
}

static void test_forward(void)
{
    bool ahead = true;
    pthread_t other;
    void *backwards;

    if (pthread_create(&other, NULL, cpu_run, &ahead) != 0)
        abort();
    check(cpu_run(NULL) == NULL, "not backwards on one CPU");
    pthread_join(other, &backwards);
    check(backwards == NULL, "nor on the other");
}

static void test_dates(void)
{
    bool ok = true;

    for (time_t t = 0; t < 4200000000 && ok; t += 86400 * 5 + 3607) {
        struct tm tm;

        gmtime_r(&t, &tm);
        ok = clock_seconds((uint32_t)tm.tm_year + 1900, (uint32_t)tm.tm_mon + 1,
                           (uint32_t)tm.tm_mday, (uint32_t)tm.tm_hour, (uint32_t)tm.tm_min,
                           (uint32_t)tm.tm_sec) == (uint64_t)t;
    }
    check(ok, "dates from 1970 to 2103");
    check(clock_rtc_seconds(&(struct rtc_registers){0x59, 0x34, 0x12, 0x29, 0x02, 0x24, 0x20, 2}) ==
              1709210099,
          "RTC, BCD, 24 hours");
    check(clock_rtc_seconds(&(struct rtc_registers){59, 34, 12, 29, 2, 24, 0xff, 6}) == 1709210099,
          "RTC, binary, no century");
    check(clock_rtc_seconds(&(struct rtc_registers){0x59, 0x34, 0x92, 0x29, 0x02, 0x24, 0x20, 0}) ==
              1709210099,
          "RTC, 12 hours: noon");
    check(clock_rtc_seconds(&(struct rtc_registers){0, 0, 0x12, 0x01, 0x01, 0x30, 0x20, 0}) ==
              1893456000,
          "RTC, 12 hours: midnight");
}

int main(void)
{
    test_scale();
    test_sources();
    test_pvclock();
    test_forward();
    test_dates();
    printf("done %u\n", done);
    return failed != 0;
}
