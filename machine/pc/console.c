// SPDX-License-Identifier: BSD-2-Clause
// console.c: the first serial port, VGA's text, the bell to the launcher, and the end of a boot that fails.
#include "machine/pc/devices.h"
#include "machine/pc/pc.h"
#include "machine/pc/screen.h"
#include "machine/pc/x86io.h"
#include <asm/errno.h>

// 16550 UART: register offsets from COM1.
#define COM1 0x3f8u
#define UART_DATA 0u
#define UART_INTERRUPTS 1u
#define UART_FIFO 2u
#define UART_LINE 3u
#define UART_MODEM 4u
#define UART_LINE_STATUS 5u
#define UART_SCRATCH 7u
#define LINE_STATUS_DATA 0x01u
#define LINE_STATUS_EMPTY 0x20u
#define SEND_POLLS_MAX 100000u

#define DEBUG_PORT 0xe9u // isa-debugcon: each byte wakes the launcher, if there is one
#define FILES_PORT 0xeau // the same for the file server

struct job *pc_job;
static bool uart_there;
static _Atomic uint32_t writing; // keeps the lines of different cores whole

void console_init(void)
{
    out8(COM1 + UART_SCRATCH, 0x5a);
    uart_there = in8(COM1 + UART_SCRATCH) == 0x5a;
    if (!uart_there)
        return;
    out8(COM1 + UART_INTERRUPTS, 0);
    out8(COM1 + UART_LINE, 0x80); // divisor latch: 115200 baud
    out8(COM1 + UART_DATA, 1);
    out8(COM1 + UART_INTERRUPTS, 0);
    out8(COM1 + UART_LINE, 0x03); // 8 bits, no parity, 1 stop bit
    out8(COM1 + UART_FIFO, 0x07);
    out8(COM1 + UART_MODEM, 0x03);
}

bool console_there(void)
{
    return uart_there;
}

static void uart_put(char c)
{
    uint32_t polls = 0;

    while (!(in8(COM1 + UART_LINE_STATUS) & LINE_STATUS_EMPTY))
        if (++polls == SEND_POLLS_MAX) {
            uart_there = false; // stuck: never wait for it again
            return;
        }
    out8(COM1 + UART_DATA, (uint8_t)c);
}

void pc_console_write(int fd, const char *text, size_t bytes)
{
    uint32_t polls = 0;
    bool mine;

    (void)fd; // one line for both streams
    // A bounded lock: the core that holds it may have died inside.
    while (!(mine = !atomic_exchange_explicit(&writing, 1, memory_order_acquire)) &&
           ++polls < SEND_POLLS_MAX * 10)
        cpu_pause();
    for (size_t i = 0; i < bytes && uart_there; i++)
        uart_put(text[i]);
    // Cloud Hypervisor has no serial port unless asked, but may have a debug port; nobody minds the write.
    for (size_t i = 0; i < bytes && !uart_there && !pc_job; i++)
        out8(DEBUG_PORT, (uint8_t)text[i]);
    screen_write(text, bytes);
    if (mine)
        atomic_store_explicit(&writing, 0, memory_order_release);
}

long pc_console_read(char *text, size_t bytes)
{
    size_t count = 0;

    while (uart_there && count < bytes && in8(COM1 + UART_LINE_STATUS) & LINE_STATUS_DATA)
        text[count++] = (char)in8(COM1 + UART_DATA);
    return count || !bytes ? (long)count : -EAGAIN;
}

void pc_kick(void)
{
    if (pc_job)
        out8(DEBUG_PORT, 1);
}

void pc_kick_files(void)
{
    out8(FILES_PORT, 1);
}

void pc_panic(const char *text, ...)
{
    struct job_end end = {.cause = JOB_PANIC, .rank = JOB_NO_RANK, .status = 125, .vector = 256};
    va_list list;

    va_start(list, text);
    format_list(end.text, sizeof end.text, text, list);
    va_end(list);
    if (!pc_job) {
        pc_console_write(2, "torito: ", 8);
        pc_console_write(2, end.text, strlen(end.text));
        pc_console_write(2, "\n", 1);
    } else if (!atomic_exchange_explicit(&pc_job->end_claimed, 1, memory_order_relaxed)) {
        pc_job->end = end;
        // release: the reasons before the state. Pairs with the launcher's acquire.
        atomic_store_explicit(&pc_job->state, JOB_ENDED, memory_order_release);
        pc_kick();
    }
    pc_exit(125);
}
