// SPDX-License-Identifier: BSD-2-Clause
// pace.c: see pace.h.
#include "libmpi/pace.h"

// A look costs about as much as a record, for the call it happens in takes the long way. A quarter of all
// that is earned may go into looks.
#define LOOK_SHARE_LOG2 2
#define CALLS_FIRST 8u  // of the first gap, whose calls may be of any kind
#define CALLS_GROWTH 4u // at most, from look to look

static void earn(struct mpii_pace *pace, uint64_t now)
{
    const int64_t most = (int64_t)MPII_PACE_SAVED * pace->price;

    // Clocks of two CPUs may differ by a few ticks where threads move: never backwards.
    if (now > pace->paid) {
        uint64_t earned = (now - pace->paid) >> MPII_PACE_SHARE_LOG2;

        pace->credit =
            earned < (uint64_t)(most - pace->credit) ? pace->credit + (int64_t)earned : most;
        pace->paid += earned << MPII_PACE_SHARE_LOG2; // the rest earns the next time
    }
}

void mpii_pace_start(struct mpii_pace *pace, uint64_t now, uint32_t price)
{
    *pace = (struct mpii_pace){
        .credit = (int64_t)MPII_PACE_SAVED * price, .paid = now, .price = price, .calls = CALLS_FIRST};
}

bool mpii_pace_spend(struct mpii_pace *pace, uint64_t now, uint32_t records)
{
    earn(pace, now);
    pace->credit -= (int64_t)records * pace->price;
    pace->looked = now;
    return pace->credit >= 0;
}

void mpii_pace_charge(struct mpii_pace *pace, uint64_t ticks)
{
    const uint64_t most = (uint64_t)MPII_PACE_SAVED * pace->price;

    pace->credit -= (int64_t)(ticks < most ? ticks : most);
}

// As many calls as take, at the rate of those since the last look, the time that pays for a look or fills the
// credit, whichever is less.
static uint32_t calls_next(const struct mpii_pace *pace, uint64_t ticks)
{
    const int64_t missing = (int64_t)MPII_PACE_BURST * pace->price - pace->credit;
    uint64_t wanted = mpii_pace_rare(pace) << LOOK_SHARE_LOG2;
    uint64_t fill = missing > 0 ? (uint64_t)missing << MPII_PACE_SHARE_LOG2 : 0;
    uint64_t calls, most = (uint64_t)pace->calls * CALLS_GROWTH;

    wanted = fill < wanted ? fill : wanted;
    calls = wanted * pace->calls / (ticks != 0 ? ticks : 1);
    most = most < MPII_PACE_CALLS_MAX ? most : MPII_PACE_CALLS_MAX;
    return calls == 0 ? 1 : (uint32_t)(calls < most ? calls : most);
}

bool mpii_pace_resume(struct mpii_pace *pace, uint64_t now)
{
    uint64_t ticks = now > pace->looked ? now - pace->looked : 0;
    bool rare = ticks >= (uint64_t)pace->calls * mpii_pace_rare(pace);

    earn(pace, now);
    pace->credit -= pace->price;
    pace->looked = now;
    if (pace->credit >= (int64_t)MPII_PACE_BURST * pace->price || (rare && pace->credit >= 0))
        return true;
    pace->calls = calls_next(pace, ticks);
    return false;
}
