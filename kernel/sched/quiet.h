// SPDX-License-Identifier: BSD-2-Clause
// quiet.h: finds out that nothing will ever happen again: every thread of every core is blocked, and
// nothing is under way that could wake one.
//
// A core is without hope while none of its threads can run and each is blocked on what another thread of
// the job must do. A sleep with a deadline, a wait for a signal or for input is hope, and so is a core
// that runs or waits for the host.
//
// Each core has a turn, a number that only it raises: odd while it sleeps without hope, even from before
// it does any work (runs a thread, takes a message) until it falls asleep again. A sleeping core may
// wake for a look at all that can wake a thread of its own (its bus, its inbox, the words that its
// threads watch); if it finds nothing, its turn stays. Looks are counted in rounds: `round` is the job's,
// and each core says in `seen` which round it had read before the last look that found nothing.
//
// A core that falls asleep without hope and sees that all turns are odd
//   1. waits: mostly a message or a wake is under way, and some turn changes; then it forgets about it;
//   2. starts a round, and wakes all cores for a look;
//   3. once all have seen that round, and all turns are what they were at the start: the job is stuck.
//
// Why that is no false alarm. A turn that is the same odd number in 1 and in 3 has not changed between,
// so between the last reading of turns in 1 and the first in 3 no core has worked: nobody sent, woke or
// raised anything. What had been sent before lies where its receiver looks, and the receiver has looked
// in vain since: for sending comes before the sender's turn became odd (release), this before our reading
// of that turn in 1 (acquire), this before the round (release), and this before the look of whoever has
// read the round (acquire). The clock plays no part in it: a core that is late is waited for.
//
// Nor is a stuck job missed. Making one's turn odd and reading those of the others is "store mine, then
// read theirs" with a full fence: of the cores that fall asleep last, one sees that all turns are odd.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// The round, before the core looks for work.
uint64_t quiet_round(void);

// The running core has looked, having read `round` before, found nothing, and falls asleep without hope.
// Returns until when it may sleep at most, NEVER or a time; 0: the job is stuck.
uint64_t quiet_enter(uint32_t core, uint32_t cores, uint64_t round);

// It has found something to do and has not begun with it.
void quiet_leave(uint32_t core);
