// SPDX-License-Identifier: BSD-2-Clause
// poll.h: time-outs and signal masks of the calls that wait for several descriptors.
#pragma once
#include "kernel/rank/rank.h"

// A deadline of 0 means: look once. Milliseconds, negative for ever, as poll(2) and epoll_wait(2)
// count.
uint64_t deadline_from_ms(uint64_t timeout);

// From a struct timespec of the payload, NULL for ever. 0 or a negative errno.
int deadline_from_timespec(uint64_t addr, uint64_t *deadline_ns);

// Writes back what is left of a time-out, as ppoll and pselect6 of Linux do.
void timespec_rest(uint64_t addr, uint64_t deadline_ns);

// The signal mask a call brings along for as long as it waits; addr 0: none. The way out of the
// system call puts the thread's own back, after delivering what the call was ended by. 0 or a
// negative errno.
int mask_set(struct thread *self, uint64_t addr, uint64_t bytes);
