// SPDX-License-Identifier: BSD-2-Clause
// pace.h: how many calls mpiexec --trace may record so that recording costs at most 1 part in 64.
//
// A record has a price in ticks of the time stamp counter. Time that passes earns credit, 1 tick in
// 2^MPII_PACE_SHARE_LOG2; each record spends its price. While there is credit every call is recorded. When
// it is used up there is a gap: calls go unrecorded, and are only counted, until there is credit for a burst
// again, or calls have become so rare that each of them can be paid for. To find that out a gap looks at the
// time now and then, after as many calls as make the look cheap. Nothing here knows what a call is.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#define MPII_PACE_SHARE_LOG2 6
#define MPII_PACE_SAVED 1024      // records that can be paid for after a long time without calls
#define MPII_PACE_BURST 256       // records that a gap saves for
#define MPII_PACE_CALLS_MAX 4096u // between two looks: of calls that take 5 ns

struct mpii_pace {
    int64_t credit;  // ticks; negative: too much was spent
    uint64_t paid;   // until when time has earned credit
    uint64_t looked; // when the gap looked last
    uint32_t price;  // of a record
    uint32_t calls;  // that the gap lets go before it looks again
};

// With credit for the first calls of a program. `price`: not 0.
void mpii_pace_start(struct mpii_pace *pace, uint64_t now, uint32_t price);

// So many records have been made. False: that was too much, and a gap of `calls` calls begins.
bool mpii_pace_spend(struct mpii_pace *pace, uint64_t now, uint32_t records);

// Something else has cost so many ticks. Of a single one that took very long not all is charged: most of it
// was somebody else's.
void mpii_pace_charge(struct mpii_pace *pace, uint64_t ticks);

// A gap has let `calls` calls go. False: it goes on for `calls` calls, a new number.
bool mpii_pace_resume(struct mpii_pace *pace, uint64_t now);

// The time between calls, or of one wait, that pays for a record: ticks.
static inline uint64_t mpii_pace_rare(const struct mpii_pace *pace)
{
    return (uint64_t)pace->price << MPII_PACE_SHARE_LOG2;
}

#pragma GCC visibility pop
