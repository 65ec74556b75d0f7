// SPDX-License-Identifier: BSD-2-Clause
// devices.h: what every PC has around its CPUs: local APIC, clocks, serial port, power switch.
#pragma once
#include "machine/pc/firmware.h"
#include "machine/pc/pc.h"

// --- lapic.c ---
// Core 0: `address` as the firmware's tables have it, or 0.
void lapic_init(uint64_t address, bool avoid_x2apic);
void lapic_timer_init(void);      // core 0: finds the timer's speed, by the clock
uint32_t lapic_timer_count(void); // a down-counter of 62.5 MHz under KVM, for clock.c's last resort
void lapic_core_init(void);       // every core
void lapic_eoi(void);
uint32_t lapic_id(void);
void lapic_ipi(uint32_t apic_id, uint32_t command); // interrupt command register, low half
void lapic_timer_arm(uint64_t delta_ns);            // one interrupt, at the latest after that time

// --- clock.c ---
// The order of preference is told in clock.c. `hint_khz` is the launcher's, 0: none.
void clock_init(const struct firmware *firmware, uint64_t override_khz, uint64_t hint_khz);
// On each other core, before it asks for the time.
void clock_core_init(void);
// Sets the wall clock by the launcher's (0: none) or the RTC.
void clock_wall_init(uint64_t launcher_ns);
const char *clock_source(void); // where the frequency was found
uint64_t clock_khz(void);
uint64_t clock_now_ns(void);
uint64_t clock_wall_ns(void);
uint64_t clock_ns_to_ticks(uint64_t ns); // of the TSC
void clock_wait_ns(uint64_t ns);         // busy

// --- console.c ---
void console_init(void);
bool console_there(void); // is there a serial port?
void pc_console_write(int fd, const char *text, size_t bytes);
long pc_console_read(char *text, size_t bytes);
void pc_kick(void);
void pc_kick_files(void);
// Ends the machine before the kernel runs: one sentence to the launcher or the console.
_Noreturn void pc_panic(const char *text, ...) __attribute__((format(printf, 1, 2)));

// --- poweroff.c ---
void poweroff_init(const struct firmware *firmware);
extern bool pc_hold; // pc_exit leaves the machine on
void pc_exit(int status) __attribute__((noreturn));
