// SPDX-License-Identifier: BSD-2-Clause
// deliver.h: what the files of kernel/signal share.
#pragma once
#include "kernel/signal/signal.h"
#include <linux/signal.h>

// Signal n is bit n - 1 of a mask. These two cannot be blocked.
static inline uint64_t signal_bit(int signo)
{
    return 1ull << (signo - 1);
}

#define SIGNALS_UNBLOCKABLE (signal_bit(SIGKILL) | signal_bit(SIGSTOP))

static inline struct signal_action *signal_action_of(struct rank *rank, int signo)
{
    return &rank->action[signo - 1];
}

// --- signal.c ---

// Would the signal do nothing to the rank, by its action?
bool signal_ignored(struct rank *rank, int signo);

// Takes the lowest signal of `set` that is pending for the thread or its rank. False: none is.
bool signal_take(struct thread *thread, uint64_t set, struct signal_info *info);

// Sends the thread to its handler for the signal; `mask` is what the handler's return restores.
// False if the frame cannot be written: no room on the stack, or no restorer.
bool signal_enter(struct thread *thread, struct regs *regs, const struct signal_info *info,
                  uint64_t mask);

// Ends the job because of a signal of the running thread. `text`: one line more, or NULL.
_Noreturn void signal_fatal(const struct regs *regs, const struct signal_info *info,
                            const char *text);

// --- frame.c ---

bool frame_push(struct thread *thread, struct regs *regs, const struct signal_info *info,
                const struct signal_action *action, uint64_t mask);
// Undoes the frame that regs->rsp points behind. False if there is none that can be trusted.
bool frame_pop(struct thread *thread, struct regs *regs);

// Linux's siginfo_t, 128 bytes.
void siginfo_fill(void *siginfo, const struct rank *rank, const struct signal_info *info);

// --- timer.c ---

// Raises SIGALRM if the rank's timer has run out.
void timer_check(struct rank *rank);
// From now on somebody looks for the launcher's signals even while the whole rank blocks.
void timer_watch_launcher(struct rank *rank);
// Raises what the launcher asked for since the last look.
void launcher_check(struct rank *rank);
