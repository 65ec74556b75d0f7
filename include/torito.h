/* SPDX-License-Identifier: BSD-2-Clause */
/* torito.h: what a program may ask the kernel it runs on, beside MPI.

   A rank is an MPI process with memory of its own; a core is a CPU of the machine. A rank lives on
   one core from start to end, and several ranks may share one. All calls work in every thread, before
   MPI_Init and after MPI_Finalize. In a program that was not linked as an image, each of them says so
   on standard error and ends the program. */
#ifndef TORITO_H
#define TORITO_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The core the calling rank lives on: 0 .. torito_cores() - 1. It never changes. */
int torito_core(void);

/* How many cores the machine has, at least 1. It never changes. */
int torito_cores(void);

/* What the kernel runs on: "linux", a process of the host, or "pc", a virtual machine or bare metal.
   Constant text; do not free it. */
const char *torito_machine(void);

/* Messages between cores, on a dedicated queue for each ordered pair of cores: virtqueues as in
   VIRTIO 1.2, section 2.8, with cores on both sides. Below MPI: no tags, no types, no ranks. Whole
   messages of any length arrive in the order sent. A full queue makes the sender wait; nothing is
   lost. Messages are for a core, not for a rank: of several ranks that share a core, any may send and
   receive for it, and a core may send to itself. While a call waits, other threads of its core run. */

/* Sends `bytes` from `buffer` to `core`. Up to 112 bytes travel by themselves and the call returns at
   once; of more, the receiver reads the buffer, and the call returns when it has. 0; -EINVAL: no such
   core; -EFAULT: the buffer is not memory of a rank. */
int torito_send_to(int core, const void *buffer, size_t bytes);

/* Receives the next message from `core` into `buffer`, waiting for it. Returns its length; of a
   message longer than `bytes` the rest is lost. -EINVAL, -EFAULT as above. */
long torito_recv_from(int core, void *buffer, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
