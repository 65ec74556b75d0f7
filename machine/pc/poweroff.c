// SPDX-License-Identifier: BSD-2-Clause
// poweroff.c: ending the machine, by the first of several ways that works.
#include "machine/pc/devices.h"
#include "machine/pc/memory.h"
#include "machine/pc/pc.h"
#include "machine/pc/x86io.h"

#define DEBUG_EXIT_PORT 0x501u // isa-debug-exit: QEMU ends with 2 * value + 1
#define SLEEP_ENABLE 0x20u     // ACPI 6.4, 4.8.3.7: sleep control register
#define SLEEP_TYPE_SHIFT 2
#define PM1_SLEEP_ENABLE 0x2000u // 4.8.3.2.1: PM1 control register
#define PM1_TYPE_SHIFT 10
#define PM1_TYPE_MASK 0x1c00u
#define S5_DEFAULT 5u // what VMMs use that have no DSDT to say it
#define SETTLE_POLLS 20000u

bool pc_hold;
static const struct firmware *tables; // NULL until they have been read

void poweroff_init(const struct firmware *firmware)
{
    tables = firmware;
}

// Time for a device to act: reads of an unused port, about a microsecond each on metal.
static void settle(void)
{
    for (uint32_t i = 0; i < SETTLE_POLLS; i++)
        in8(0x80);
}

static void acpi_off(void)
{
    uint32_t type_a = S5_DEFAULT, type_b = S5_DEFAULT;

    if (tables->has_s5) {
        type_a = tables->s5_type[0];
        type_b = tables->s5_type[1];
    }
    if (tables->sleep_control.there) {
        uint8_t value = (uint8_t)(type_a << SLEEP_TYPE_SHIFT | SLEEP_ENABLE);

        if (tables->sleep_control.is_io)
            out8((uint16_t)tables->sleep_control.address, value);
        else if (!(tables->sleep_control.address >> 32)) // the direct map shows devices below 4 GiB
            *(volatile uint8_t *)direct(tables->sleep_control.address) = value;
        settle();
    }
    if (tables->pm1a_control && tables->has_s5) {
        uint16_t kept = in16(tables->pm1a_control) & (uint16_t)~PM1_TYPE_MASK;

        out16(tables->pm1a_control, (uint16_t)(kept | type_a << PM1_TYPE_SHIFT | PM1_SLEEP_ENABLE));
        if (tables->pm1b_control)
            out16(tables->pm1b_control, (uint16_t)(type_b << PM1_TYPE_SHIFT | PM1_SLEEP_ENABLE));
        settle();
    }
}

void pc_exit(int status)
{
    static const struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) no_idt = {0, 0};

    if (pc_hold) {
        char text[64];

        format(text, sizeof text, "torito: ended with status %d; the machine is on\n", status);
        pc_console_write(2, text, strlen(text));
        for (;;)
            __asm__ volatile("cli; hlt");
    }
    __asm__ volatile("cli");
    if (pc_job || in8(DEBUG_EXIT_PORT) != 0xff) {
        out8(DEBUG_EXIT_PORT, (uint8_t)status);
        settle();
    }
    if (tables)
        acpi_off();
    out8(0x64, 0xfe); // i8042: pulse the reset line; all that Firecracker has
    settle();
    out8(0xcf9, 0x0e);
    settle();
    // No handler for this breakpoint, nor for what follows: a triple fault resets the CPU, and
    // `qemu -no-reboot` ends.
    __asm__ volatile("lidt %0; int3" : : "m"(no_idt));
    for (;;)
        __asm__ volatile("cli; hlt");
}
