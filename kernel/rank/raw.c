// SPDX-License-Identifier: BSD-2-Clause
// raw.c: see raw.h. A short message lies in its element; a longer one stays in the sender's buffer, and the
// sender waits until the receiver has given the element back. Ranks of one core use the same queue,
// from the core to itself.
//
// Waiting: other threads of the core run; when there are none, a while of looking, then naps.
#include "kernel/rank/raw.h"
#include "kernel/bus/bus.h"
#include "kernel/rank/rank.h"
#include "lib/lib.h"
#include <asm/errno.h>

#define LOOKS 20000u
#define NAP_NS 50000u

_Static_assert(BUS_INLINE_BYTES == 112, "what torito.h says of messages that need not wait");

static void pause_turn(uint32_t *turns)
{
    if (sched_others_ready())
        sched_yield();
    else if (++*turns < LOOKS)
        __builtin_ia32_pause();
    else
        sched_block(machine->now_ns() + NAP_NS);
}

int raw_send(uint32_t core, const void *buffer, size_t bytes)
{
    struct bus_message *message;
    uint64_t length = bytes;
    uint32_t turns = 0;

    if (core >= core_count)
        return -EINVAL;
    if (!slot_check((uintptr_t)buffer, bytes, PROT_R))
        return -EFAULT;
    while (!(message = bus_claim(BUS_RAW, core))) // ends when the receiver has taken what came before
        pause_turn(&turns);
    message->desc.len = bytes <= BUS_INLINE_BYTES ? (uint32_t)bytes : UINT32_MAX;
    message->desc.addr = (uintptr_t)buffer;
    memcpy(message->bytes, bytes <= BUS_INLINE_BYTES ? buffer : &length,
           bytes <= BUS_INLINE_BYTES ? bytes : sizeof length);
    bus_publish(BUS_RAW, core, message);
    while (bytes > BUS_INLINE_BYTES && !bus_drained(BUS_RAW, core)) // ends when it is received
        pause_turn(&turns);
    return 0;
}

long raw_receive(uint32_t core, void *buffer, size_t bytes)
{
    const struct bus_message *message;
    uint64_t length;
    uint32_t turns = 0;

    if (core >= core_count)
        return -EINVAL;
    if (!slot_check((uintptr_t)buffer, bytes, PROT_W))
        return -EFAULT;
    while (!(message = bus_take(BUS_RAW, core))) // ends when a message comes
        pause_turn(&turns);
    length = message->desc.len;
    if (message->desc.len == UINT32_MAX)
        memcpy(&length, message->bytes, sizeof length);
    memcpy(buffer,
           message->desc.len == UINT32_MAX ? (const void *)message->desc.addr : message->bytes,
           length < bytes ? length : bytes);
    bus_done(BUS_RAW, core);
    return (long)length;
}
