// SPDX-License-Identifier: BSD-2-Clause
// x86.h: what the assembly beside this file offers to kernel/ and to both machines.
#pragma once
#include "machine/regs.h"
#include <stdint.h>

// Saves the running context's stack pointer through `save_sp` and goes on with `load_sp`.
void context_switch(uintptr_t *save_sp, uintptr_t load_sp);

// Where a new context starts; see switch.S for the stack it expects.
void context_start(void);

// The first instruction of a payload, with a stack as the System V ABI describes it.
_Noreturn void payload_enter(uintptr_t rip, uintptr_t rsp);

// Leaves the running stack for good and calls entry(arg) on the one whose upper end is `top`, a
// multiple of 16. `entry` must not return.
_Noreturn void stack_enter(uintptr_t top, void (*entry)(void *), void *arg);

// Target of the `syscall` instruction.
void syscall_entry(void);

// Leaves the kernel with every register as *regs says.
_Noreturn void regs_restore(struct regs *regs);
