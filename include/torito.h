/* SPDX-License-Identifier: BSD-2-Clause */
/* torito.h: what a program may ask the kernel it runs on, beside MPI.

   A rank is an MPI process with memory of its own; a core is a CPU of the machine. A rank lives on
   one core from start to end, and several ranks may share one. All calls work in every thread, before
   MPI_Init and after MPI_Finalize. In a program that was not linked as an image, each of them says so
   on standard error and ends the program. */
#ifndef TORITO_H
#define TORITO_H

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

#ifdef __cplusplus
}
#endif
#endif
