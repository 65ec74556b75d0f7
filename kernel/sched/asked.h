// SPDX-License-Identifier: BSD-2-Clause
// asked.h: somebody outside wants to know what the ranks are doing: see sched_asked_call.
//
// Nobody interrupts a core. It looks at the word where it comes by anyway, and no sleep lasts for ever: core
// 0 looks ten times a second, core n so much less often that all of them together hardly count. The first
// that finds it wakes the others. A core that computes tells nothing.
#pragma once
#include "kernel/sched/sched.h"

extern const _Atomic uint32_t *asked_word;

static inline bool asked(void)
{
    return __builtin_expect(atomic_load_explicit(asked_word, memory_order_relaxed) != 0, 0);
}

// If asked(): tells, unless this core has told already.
void asked_answer(struct core *core);

// Until when a core that would sleep until `deadline_ns` may sleep.
uint64_t asked_look_end(const struct core *core, uint64_t deadline_ns);
