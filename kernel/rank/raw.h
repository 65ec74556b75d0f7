// SPDX-License-Identifier: BSD-2-Clause
// raw.h: torito_send_to and torito_recv_from: whole messages of any length between two cores.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Sends; returns when the message has been received or is short enough to travel by itself. -EINVAL: no
// such core. -EFAULT.
int raw_send(uint32_t core, const void *buffer, size_t bytes);

// Receives the next message from `core`: its length, which may exceed `bytes`; the rest is lost then,
// as the caller can tell. -EINVAL, -EFAULT.
long raw_receive(uint32_t core, void *buffer, size_t bytes);
