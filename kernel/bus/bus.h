// SPDX-License-Identifier: BSD-2-Clause
// bus.h: core-to-core messages on dedicated virtqueues: one for each ordered pair of cores and channel.
//
// The sending core is the driver side, the receiving core the device side, so nothing here takes a
// lock. Messages of a channel arrive whole and in the order sent. No interrupt on the way: a receiver
// polls, and only one that is about to sleep asks to be notified (bus_sleep).
//
// All functions are for the running core's side; none sleeps or allocates.
#pragma once
#include "abi/bus.h"
#include "machine/machine.h"

enum bus_channel {
    BUS_MPI, // libmpi's; the scheduler looks at it when it has nothing to run
    BUS_RAW, // torito_send_to and torito_recv_from
    BUS_CHANNELS,
};

// Memory the bus needs for so many cores, and its start: once, before any other core runs. `memory`
// is zeroed and aligned to a page.
size_t bus_memory_bytes(uint32_t cores);
void bus_init(void *memory, uint32_t cores);

// The queue of a channel from one core to another; those from other cores to the same follow it.
struct bus_queue *bus_queue(enum bus_channel channel, uint32_t from, uint32_t to);

// The next message to core `to`, to be filled in, or NULL while the ring is full: make progress and
// try again. Then bus_publish; nothing may fail between the two.
struct bus_message *bus_claim(enum bus_channel channel, uint32_t to);
void bus_publish(enum bus_channel channel, uint32_t to, struct bus_message *message);

// Has everything sent to `to` been taken and given back by it? After a mark (bus_done) of the receiver.
bool bus_drained(enum bus_channel channel, uint32_t to);

// The next message from core `from`, or NULL. It is valid until bus_done for the same queue.
const struct bus_message *bus_take(enum bus_channel channel, uint32_t from);

// Gives back all that was taken.
void bus_done(enum bus_channel channel, uint32_t from);

// Does a message of BUS_MPI wait for `core`?
bool bus_pending(uint32_t core);

// Around a sleep of the running core: senders of BUS_MPI notify it meanwhile. Returns false, and it
// must not sleep, if a message came before the wish was known.
bool bus_sleep(uint32_t core);
void bus_awake(uint32_t core);
