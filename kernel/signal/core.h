// SPDX-License-Identifier: BSD-2-Clause
// core.h: a core file of the rank that ended the job.
#pragma once
#include "kernel/signal/signal.h"

// Writes core.RANK into the working directory of the running thread's rank, an ELF core as Linux makes
// them, for `gdb IMAGE core.RANK`; says in `end` whether that went well and ends the job with it. `regs`
// and `info` are those of the signal. On any stack. The first rank to die of a signal gets the file;
// others stop here.
_Noreturn void core_end(const struct job_end *end, const struct regs *regs,
                        const struct signal_info *info);
