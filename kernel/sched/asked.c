// SPDX-License-Identifier: BSD-2-Clause
// asked.c: see asked.h.
#include "kernel/sched/asked.h"

#define LOOK_NS 100000000u

static const _Atomic uint32_t nobody;
const _Atomic uint32_t *asked_word = &nobody;
static uint32_t asked_cores;
static void (*asked_tell)(void);
static bool told[CORES_MAX]; // each its core's

void sched_asked_call(const _Atomic uint32_t *word, uint32_t cores, void (*tell)(void))
{
    asked_word = word;
    asked_cores = cores;
    asked_tell = tell;
}

void asked_answer(struct core *core)
{
    struct thread *self = core->thread;

    if (told[core->index])
        return;
    told[core->index] = true;
    for (uint32_t i = 0; i < asked_cores; i++)
        if (i != core->index)
            machine->core_wake(i);
    self->fs_base = machine->fs_get();
    // Telling runs code of the program's, and a system call keeps the vector registers.
    if (self->in_syscall)
        machine->vector_save(self->vector_area);
    asked_tell();
    if (self->in_syscall)
        machine->vector_restore(self->vector_area);
}

uint64_t asked_look_end(const struct core *core, uint64_t deadline_ns)
{
    uint64_t end;

    if (asked_word == &nobody || told[core->index])
        return deadline_ns;
    end = machine->now_ns() + (uint64_t)LOOK_NS * (core->index + 1);
    return end < deadline_ns ? end : deadline_ns;
}
